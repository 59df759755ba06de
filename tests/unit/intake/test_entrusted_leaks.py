"""A deputy sees what was entrusted to them and nothing else: every route of intake, tried by each who has a desk of their own."""

from __future__ import annotations

import pytest

from services.intake.app.routes import ROUTES
from services.intake.pages.routes import PAGES
from tests.reading import filled, words_in
from tests.unit.intake.test_entrusted_http import desk, tell  # noqa: F401 (a fixture)

MARKS = ("标记标题", "标记内容", "标记甲", "13711110000")
VOTER = {"kind": "citizen", "name": "标记甲", "phone": "13711110000"}
TEXT = {"title": "标记标题：河堤", "content": "标记内容：东街桥下。", "submitter": VOTER}
#: Who has a desk, and whether the marked opinion was entrusted to them or came by their station.
STRANGERS = ("li", "strangers")
EVERYBODY = ("wang", "li", "station", "strangers", "informant", "supervisor")
READ = sorted({route.path for route in (*ROUTES, *PAGES) if route.method == "GET"})
CHANGED = sorted({(route.method, route.path) for route in ROUTES if route.method != "GET" and "<opinion_id>" in route.path})
#: A desk may show the opinion to those to whom it was entrusted, and who told it to the deputy who took it up.
THEIRS = ("/entrusted/<opinion_id>", "/api/v1/entrusted/<opinion_id>", "/entrusted", "/api/v1/entrusted")


@pytest.fixture(scope="module")
def marked(desk):  # noqa: F811
    """A marked opinion that deputy Wang has taken up and that is relayed to Wang."""
    taken = desk.submit(channel="station", station="central", visibility="department", **TEXT)
    for command, who, body in (
        ("entrust", "station", {"deputy": "wang"}), ("take", "wang", {}), ("relay", "informant", {"deputy": "wang"}),
    ):  # fmt: skip
        assert tell(desk, taken.id, command, who, **body)[0] == 200
    return taken


def marks_in(desk, marked, who, path):  # noqa: F811
    text = read(desk, who, filled(path, {"opinion_id": marked.id}))
    return [mark for mark in MARKS if mark in text]


def read(desk, who, path):  # noqa: F811
    headers = {"Authorization": f"Bearer {who}"} if who else {}
    return words_in(desk.client.get(path, headers=headers))


@pytest.mark.slow
@pytest.mark.parametrize("who", [*STRANGERS, None])
def test_who_was_entrusted_with_nothing_reads_nothing_of_it_anywhere(desk, marked, who):  # noqa: F811
    found = {path: marks_in(desk, marked, who, path) for path in READ}
    assert {path: marks for path, marks in found.items() if marks} == {}


@pytest.mark.slow
def test_the_deputy_reads_it_on_their_own_desk_alone(desk, marked):  # noqa: F811
    found = {path for path in READ if marks_in(desk, marked, "wang", path)}
    assert found == {"/entrusted/<opinion_id>", "/api/v1/entrusted/<opinion_id>", "/entrusted"}


@pytest.mark.slow
@pytest.mark.parametrize("who", EVERYBODY)
def test_no_list_and_no_desk_names_who_told_it(desk, marked, who):  # noqa: F811
    lists = [path for path in READ if "<" not in path]
    for path in lists:
        for query in ("", "?duty=take", "?duty=wait", "?duty=relay") if path in THEIRS else ("",):
            if who == "supervisor" and not path.endswith("entrusted"):
                continue
            text = read(desk, who, path + query)
            assert not any(mark in text for mark in MARKS[2:]), path


@pytest.mark.parametrize("who", STRANGERS)
def test_who_was_entrusted_with_nothing_changes_nothing_of_it(desk, marked, who):  # noqa: F811
    before = [event.id for event in desk.said(marked.id)]
    for method, path in CHANGED:
        body = {"deputy": "li"} if path.endswith(("entrust", "pass", "relay")) else {}
        body |= {"how": "visit"} if path.endswith("feedback") else {}
        answer = desk.client.open(
            filled(path, {"opinion_id": marked.id}), method=method, json=body, headers={"Authorization": f"Bearer {who}"}
        )  # fmt: skip
        assert answer.status_code in (403, 404, 405, 409, 415, 422), (method, path)
    assert [event.id for event in desk.said(marked.id)] == before


def test_what_is_said_to_everybody_names_nobody(desk, marked):  # noqa: F811
    for event in desk.said(marked.id):
        assert not any(mark in str(event.data) for mark in MARKS[2:])
    receipt = desk.client.get(f"/receipts/{marked.receipt}").text
    assert not any(mark in receipt for mark in MARKS[2:])
