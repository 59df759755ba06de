"""Lists over HTTP: as they stand, as files, as the public reads them, and what became of the last session at the next one."""

from __future__ import annotations

import hashlib
import io

import docx
import openpyxl
import pytest

from services.contracts.messages.sessions import ListPublished
from services.contracts.messages.values import Rating
from services.notify.app.routes import routes
from services.runtime.telemetry import Telemetry
from services.runtime.web.application import create_app
from tests.unit.notify.calling import FakeAuthenticator
from tests.unit.notify.lists import Question
from tests.unit.notify.scenes import at
from tests.unit.notify.sessions.town import made

CAME = {"deputies": ["d-1", "d-2"], "visitors": 14, "observers": 2}
DUE = "2027-01-15 17:00"


@pytest.fixture
def session(scene, call):
    """A reception that was held, with a question that was solved and one with a promise."""
    name = made(call)
    do(call, f"/sessions/{name}/announce")
    scene.clock.instant = at("2026-12-03 11:30")
    do(call, f"/sessions/{name}/hold", CAME)
    for number in (1, 2):
        question = Question(scene, number, name, "east-1")
        question.asked(f"第{number}件事")
        question.created()
        question.replied()
        if number == 2:
            question.promised("p-1", DUE)
        else:
            question.rated(Rating.SATISFIED)
    return name


def do(call, path, body=None, who="office"):
    status, answer = call("POST", path, who, body or {})
    assert status in (200, 201), answer
    return answer


def download(scene, path, who="office", **query):
    client = create_app("notify", scene.service, routes, FakeAuthenticator(), Telemetry()).test_client()
    headers = {"Authorization": f"Bearer {who}"} if who else {}
    return client.get(f"/api/v1{path}", query_string=query, headers=headers)


@pytest.mark.slow
def test_a_list_is_read_as_of_now_and_as_files(scene, call, session):
    status, answer = call("GET", f"/sessions/{session}/lists/promise", "station")
    assert (status, answer["session"], [(row["number"], row["state"]) for row in answer["items"]]) == (200, session, [(2, "open")])
    sheet = download(scene, f"/sessions/{session}/lists/promise", format="xlsx")
    first = openpyxl.load_workbook(io.BytesIO(sheet.data)).worksheets[0]
    lines = [list(row) for row in first.iter_rows(values_only=True)]
    assert lines == [
        ["序号", "事项", "责任单位", "责任人", "承诺事项", "时限", "进展"],
        ["2", "第2件事", "water局", "—", "建泵站", "2027年1月15日", "待兑现"],
    ]  # fmt: skip
    paper = docx.Document(io.BytesIO(download(scene, f"/sessions/{session}/lists/promise", format="docx").data))
    assert [cell.text for cell in paper.tables[0].rows[1].cells] == lines[1]
    assert paper.paragraphs[1].text.startswith("截至2026年12月3日")


def test_a_published_list_is_read_by_everybody_to_the_byte(scene, call, session):
    path = f"/sessions/{session}/lists/problem"
    assert download(scene, f"{path}/published", None).status_code == 404
    frozen = do(call, f"{path}/publish", who="station")
    answer = download(scene, f"{path}/published", None)
    assert hashlib.sha256(answer.data).hexdigest() == frozen["hash"]
    assert [row["about"] for row in answer.get_json()["rows"]] == ["第1件事", "第2件事"]
    (said,) = (event for event in scene.said() if isinstance(event.data, ListPublished))
    assert (said.data.hash, said.id) == (frozen["hash"], frozen["id"])


def test_what_the_public_does_not_know_of_is_not_published(call):
    name = made(call, kind="inspection", deputies=[], title="视察")
    status, answer = call("POST", f"/sessions/{name}/lists/problem/publish", "office", {})
    assert (status, answer["detail"][:42]) == (409, "The public does not know of this session: ")


def test_entries_are_made_done_and_listed(scene, call, session):
    told = {"list": "work", "text": "走访十户", "owner": "water", "due": "2026-12-10T18:00:00+08:00"}
    first = do(call, f"/sessions/{session}/entries", told, "station")
    assert do(call, f"/entries/{first['id']}/done", {"result": "已走访。"}, "station")["on_time"] is True
    again, answer = call("POST", f"/entries/{first['id']}/drop", "station", {"reason": "。"})
    assert (again, answer["detail"]) == (409, "The entry is done already: 已走访。")
    year = do(
        call, "/entries", {"station": "east-1", "year": 2026, "entry": {**told, "list": "problem", "text": "全年"}}, "station"
    )
    assert [each["id"] for each in call("GET", "/entries", "station")[1]["items"]] == [year["id"]]
    assert [each["id"] for each in call("GET", "/entries", "office", session=session)[1]["items"]] == [first["id"]]
    assert call("GET", f"/entries/{first['id']}", "station")[1]["state"] == "done"
    rows = call("GET", "/lists/problem/2026/east-1", "station")[1]["items"]
    assert [(row["about"], row["state"]) for row in rows if row["of"] == "entry"] == [("全年", "open")]


def test_a_year_comes_in_pages_and_as_a_file(scene, call, session):
    first = call("GET", "/lists/problem/2026/east-1", "office", limit=1)[1]
    rest = call("GET", "/lists/problem/2026/east-1", "office", limit=1, cursor=first["next"])[1]
    assert [[row["number"] for row in each["items"]] for each in (first, rest)] == [[1], [2]]
    assert rest["next"] is None
    sheet = openpyxl.load_workbook(io.BytesIO(download(scene, "/lists/problem/2026", format="xlsx").data)).worksheets[0]
    assert [row[1] for row in sheet.iter_rows(values_only=True)] == ["事项", "第1件事", "第2件事"]
    frozen = do(call, "/lists/problem/publish", {"station": "east-1", "year": 2026})
    assert frozen["rows"] == 2
    year = download(scene, f"/lists/published/{frozen['id']}", None)
    assert hashlib.sha256(year.data).hexdigest() == frozen["hash"]


def test_what_became_of_the_last_session_stands_at_the_next(scene, call, session):
    do(call, f"/sessions/{session}/entries", {"list": "work", "text": "走访十户"})
    following = made(call, at="2026-12-24T09:00:00+08:00", ends=None)
    other = made(call, at="2026-12-24T09:00:00+08:00", ends=None, station="east-2")
    status, answer = call("GET", f"/sessions/{following}/last", "station")
    assert (status, answer["session"]) == (200, session)
    assert [(row["of"], row["state"], row["about"]) for row in answer["items"]] == [
        ("promise", "open", "第2件事"), ("entry", "open", "走访十户"),
    ]  # fmt: skip
    Question(scene, 2, session, "east-1").broken("p-1", DUE)
    assert call("GET", f"/sessions/{following}/last", "station")[1]["items"][0]["state"] == "broken"
    assert call("GET", f"/sessions/{other}/last", "office")[1]["items"] == []


@pytest.mark.slow
def test_the_month_of_a_station_is_counted(scene, call, session):
    do(call, f"/sessions/{session}/entries", {"list": "work", "text": "走访十户"})
    status, answer = call("GET", "/lists/summary/east-1/2026-12", "station")
    counts = {name: number for name, number in answer["counts"].items() if number}
    assert (status, counts) == (200, {
        "sessions": 1, "held": 1, "visitors": 14, "observers": 2, "deputies": 2, "questions": 2, "replied": 2, "promised": 1,
        "entries": 1,
    })  # fmt: skip
    assert [each["id"] for each in answer["sessions"]] == [session]
    assert call("GET", "/lists/summary/east-1/2026-11", "station")[1]["counts"]["sessions"] == 0
    paper = docx.Document(io.BytesIO(download(scene, "/lists/summary/east-1/2026-12", format="docx").data))
    assert paper.paragraphs[0].text == "east-1 2026年12月小结"
    assert ["接待群众（人次）", "14"] in [[cell.text for cell in row.cells] for row in paper.tables[0].rows]


@pytest.mark.slow
def test_minutes_are_a_document_with_the_lists_of_the_session(scene, call, session):
    assert download(scene, f"/sessions/{session}/minutes").status_code == 404
    do(call, f"/sessions/{session}/minutes", {"minutes": "议定两件事。\n由水务局办理。"})
    paper = docx.Document(io.BytesIO(download(scene, f"/sessions/{session}/minutes").data))
    lines = [each.text for each in paper.paragraphs]
    assert lines[0] == "周二代表有约 纪要"
    assert {"时间：2026年12月3日 09:00", "到场代表：d-1、d-2", "接待群众：14 人次；旁听：2 人次", "由水务局办理。"} <= set(lines)
    assert [table.rows[1].cells[1].text for table in paper.tables] == ["第1件事", "第2件事"]
    book = openpyxl.load_workbook(io.BytesIO(download(scene, f"/sessions/{session}/minutes", format="xlsx").data))
    assert book.sheetnames == ["问题清单", "承诺清单", "说明"]


@pytest.mark.parametrize(("method", "path", "body", "status", "named"), [
    ("GET", "/sessions/none/lists/problem", None, 404, None),
    ("GET", "/sessions/{session}/lists/wishes", None, 404, None),
    ("GET", "/sessions/{session}/lists/problem?format=pdf", None, 422, "format"),
    ("GET", "/sessions/none/last", None, 404, None),
    ("POST", "/sessions/none/entries", {"list": "work", "text": "。"}, 404, None),
    ("POST", "/sessions/{session}/entries", {"list": "wish", "text": "。"}, 422, "list"),
    ("POST", "/sessions/{session}/entries", {"list": "work", "text": ""}, 422, "text"),
    ("POST", "/sessions/{session}/entries", {"list": "work", "text": "。", "due": "2020-01-01T00:00:00+08:00"}, 422, "due"),
    ("POST", "/sessions/{session}/entries", {"list": "work", "text": "。", "task": "e-0"}, 422, "task"),
    ("POST", "/entries", {"station": "mars", "year": 2026, "entry": {"list": "work", "text": "。"}}, 422, "station"),
    ("POST", "/entries", {"year": 1, "entry": {"list": "work", "text": "。"}}, 422, "year"),
    ("POST", "/entries/e-0/done", {"result": "。"}, 404, None),
    ("POST", "/entries/e-0/drop", {}, 422, "reason"),
    ("GET", "/entries?state=lost", None, 422, "state"),
    ("GET", "/lists/problem/soon", None, 404, None),
    ("GET", "/lists/wishes/2026", None, 404, None),
    ("GET", "/lists/problem/99999999999", None, 404, None),
    ("GET", "/lists/problem/2026?cursor=!", None, 422, "cursor"),
    ("GET", "/lists/published/none", None, 404, None),
    ("GET", "/lists/summary/east-1/soon", None, 404, None),
    ("GET", "/lists/summary/mars/2026-12", None, 404, None),
])  # fmt: skip
def test_what_is_wrong_is_said(call, session, method, path, body, status, named):
    path, _, query = path.format(session=session).partition("?")
    asked = dict(part.split("=") for part in query.split("&") if part)
    got, answer = call(method, path, "office", body, **asked)
    assert got == status, answer
    assert named is None or named in answer["errors"]


@pytest.mark.parametrize(("who", "status"), [("other", 403), ("water", 403), (None, 401)])
def test_lists_are_for_the_office_and_the_station_of_the_session(call, session, who, status):
    for path in ("lists/problem", "last", "minutes"):
        assert call("GET", f"/sessions/{session}/{path}", who)[0] == status
    assert call("POST", f"/sessions/{session}/entries", who, {"list": "work", "text": "。"})[0] == status
    assert call("POST", f"/sessions/{session}/lists/problem/publish", who, {})[0] == status
    assert call("GET", "/lists/problem/2026/east-1", who)[0] == status
    assert call("GET", "/lists/summary/east-1/2026-12", who)[0] == status
