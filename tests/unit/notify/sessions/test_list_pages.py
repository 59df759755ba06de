"""Pages of lists: as they stand for who keeps them, as they were made public, and the last session on the page of the next."""

import hashlib
import re
from html import unescape

import pytest

from services.contracts.people.callers import NOBODY, Caller, Role
from services.notify.__main__ import ROUTES
from services.notify.pages.lists import years
from services.runtime.telemetry import Telemetry
from services.runtime.web.application import create_app
from tests.unit.notify.calling import FakeAuthenticator
from tests.unit.notify.lists import Question
from tests.unit.notify.scenes import at
from tests.unit.notify.sessions.town import made

CAME = {"deputies": ["d-1", "d-2"], "visitors": 14, "observers": 2}
DUE = "2027-01-15 17:00"


class Reader(FakeAuthenticator):
    """Lets everybody in as one caller."""

    def __init__(self, caller):
        self._caller = caller

    def caller(self, header):
        return self._caller


def read(scene, path, caller=NOBODY):
    client = create_app("notify", scene.service, ROUTES, Reader(caller), Telemetry()).test_client()
    return client.get(path, headers={"Accept-Language": "zh"} | ({"Authorization": "Bearer x"} if caller.role else {}))


@pytest.fixture
def session(scene, call):
    name = made(call)
    assert call("POST", f"/sessions/{name}/announce", "office", {})[0] == 200
    scene.clock.instant = at("2026-12-03 11:30")
    assert call("POST", f"/sessions/{name}/hold", "office", CAME)[0] == 200
    question = Question(scene, 1, name, "east-1")
    question.asked("某处路灯不亮")
    question.created()
    question.replied()
    question.promised("p-1", DUE)
    return name


@pytest.mark.slow
def test_the_public_reads_a_list_once_it_was_made_public(scene, call, session):
    path = f"/sessions/{session}/lists/promise"
    assert read(scene, path).status_code == 404
    frozen = call("POST", f"{path}/publish", "office", {})[1]
    page = read(scene, path)
    assert (page.status_code, "某处路灯不亮" in page.text, frozen["hash"] in page.text) == (200, True, True)
    assert "河道淤积" not in page.text
    assert f'href="{path}"' in read(scene, f"/sessions/{session}").text


def test_the_next_session_begins_with_what_became_of_the_last(scene, call, session):
    following = made(call, at="2026-12-24T09:00:00+08:00", ends=None)
    assert call("POST", f"/sessions/{following}/announce", "office", {})[0] == 200
    page = read(scene, f"/sessions/{following}").text
    assert ("上次会议事项办理情况" in page, "建泵站" in page) == (True, False)
    call("POST", f"/sessions/{session}/lists/promise/publish", "office", {})
    assert "建泵站" in read(scene, f"/sessions/{following}").text
    Question(scene, 1, session, "east-1").broken("p-1", DUE)
    assert "没有按期兑现" in read(scene, f"/sessions/{following}").text


@pytest.mark.parametrize("path", ["/sessions/{}/lists/wishes", "/sessions/none/lists/promise"])
def test_what_is_not_there_is_not_found(scene, session, path):
    assert read(scene, path.format(session)).status_code == 404


def test_staff_pages_need_somebody_who_keeps_sessions(scene, session):
    for path in (
        f"/sessions/{session}/lists/promise/xlsx",
        "/sessions/summary",
        "/sessions/lists",
        "/sessions/lists/problem/2026/xlsx",
    ):
        assert read(scene, path).status_code != 200
        assert read(scene, path, Caller(Role.DEPARTMENT, "water")).status_code != 200


OFFICE, EAST, WEST = Caller(Role.SUPERVISOR), Caller(Role.STATION, station="east-1"), Caller(Role.STATION, station="east-2")


@pytest.mark.slow
@pytest.mark.parametrize("caller", [OFFICE, EAST], ids=["office", "station"])
def test_the_lists_of_a_year_show_its_questions_and_are_files(scene, session, caller):
    page = read(scene, "/sessions/lists?list=promise&year=2026", caller)
    assert (page.status_code, "承诺清单" in page.text, "建泵站" in page.text) == (200, True, True)
    assert page.headers["Cache-Control"] == "no-store"
    address = re.search(r'href="(/sessions/lists/promise/2026/docx[^"]*)"', page.text)[1]
    file = read(scene, unescape(address), caller)
    assert (file.status_code, file.data[:2]) == (200, b"PK")
    assert "建泵站" not in read(scene, "/sessions/lists?list=promise&year=2025", caller).text
    assert "/sessions/lists" in read(scene, "/sessions", caller).text


def test_the_list_of_a_year_that_is_long_goes_on_and_ends_with_its_entries(scene, call, session, monkeypatch):
    monkeypatch.setattr(years, "A_PAGE", 1)
    Question(scene, 2, session, "east-1").asked("某处河道淤积")
    first = read(scene, "/sessions/lists?year=2026", OFFICE).text
    assert ("某处路灯不亮" in first, "某处河道淤积" in first) == (True, False)
    following = unescape(re.search(r'href="([^"]*cursor=[^"]*)"', first)[1])
    assert "某处河道淤积" in read(scene, following, OFFICE).text


def test_the_lists_of_a_year_are_one_s_own(scene, session):
    assert "建泵站" not in read(scene, "/sessions/lists?list=promise&year=2026", WEST).text
    for path in ("/sessions/lists?station=east-1", "/sessions/lists/problem/2026/xlsx?station=east-1"):
        assert read(scene, path, WEST).status_code == 403


@pytest.mark.parametrize("wrong", ["year=soon", "year=1"])
def test_a_list_of_a_year_that_cannot_be_is_refused(scene, session, wrong):
    assert read(scene, f"/sessions/lists?{wrong}", OFFICE).status_code == 422


def test_a_cursor_of_somebody_else_is_said_to_be_wrong(scene, session):
    assert read(scene, "/sessions/lists?cursor=x", OFFICE).status_code == 422
    assert read(scene, "/sessions/lists/problem/2026/pdf", OFFICE).status_code == 404


@pytest.mark.slow
def test_the_list_of_a_year_is_made_public_with_one_press(scene, session):
    path, keeper = "/sessions/lists/promise/2026", Caller(Role.STATION, station="east-1")
    public = f"{path}?station=east-1"
    assert read(scene, public).status_code == 404
    assert "某处路灯不亮" not in read(scene, "/sessions/lists/published").text
    client = create_app("notify", scene.service, ROUTES, Reader(keeper), Telemetry()).test_client()
    page = client.get("/sessions/lists?list=promise", headers={"Authorization": "Bearer x"}).text
    assert f'action="{path}"' in page
    sent = {"data": {"station": "east-1"}, "headers": {"Authorization": "Bearer x"}}
    answers = [client.post(path, **sent) for _ in range(2)]
    assert [(each.status_code, each.location) for each in answers] == [(303, public)] * 2
    (said,) = [event for event in scene.said() if event.type == "list.published"]
    shown = read(scene, public).text
    assert (said.data.hash in shown, "某处路灯不亮" in shown, "河道淤积" in shown) == (True, True, False)
    document = read(scene, f"/api/v1/lists/published/{said.subject}").data
    assert hashlib.sha256(document).hexdigest() == said.data.hash
    assert f'href="{public}"' in read(scene, "/sessions/lists/published?year=2026").text
    assert f'href="{public}"' not in read(scene, "/sessions/lists/published?year=2025").text
    assert 'href="/sessions/lists/published"' in read(scene, "/calendar").text


@pytest.mark.parametrize(("path", "station", "status"), [
    ("promise/2026", "east-2", 403), ("promise/2026", "", 403), ("promise/20x6", "east-1", 404), ("nothing/2026", "east-1", 404),
    ("promise/2026", "nowhere", 404),
])  # fmt: skip
def test_nobody_makes_another_list_public(scene, session, path, station, status):
    caller = Caller(Role.REVIEWER) if station == "nowhere" else Caller(Role.STATION, station="east-1")
    client = create_app("notify", scene.service, ROUTES, Reader(caller), Telemetry()).test_client()
    answer = client.post(f"/sessions/lists/{path}", data={"station": station}, headers={"Authorization": "Bearer x"})
    assert (answer.status_code, "<h1>" in answer.text) == (status, True)
    assert not any(event.type == "list.published" for event in scene.said())
