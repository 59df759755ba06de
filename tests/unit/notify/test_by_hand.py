"""督办 by hand: what a department has to answer comes under supervision because somebody says so, once at a time."""

from __future__ import annotations

import re

import pytest

from services.contracts.messages.supervision import SupervisionRaised
from services.contracts.words.vocabulary import BY_HAND
from services.notify.store.tables import reminders, staff_notifications
from tests.unit.notify.calling import pages_of
from tests.unit.notify.cases import Case
from tests.unit.notify.scenes import scene_on, small_place

REASON = "群众反映强烈。"
ASKED = {"assignment": "a-1", "reason": REASON}
RESULT = {"result": "closed", "note": "已落实。"}
FORM = "/agenda/new/a-1"


@pytest.fixture
def scene(sqlite_database, clock):
    """Water and the supervisors have a channel each."""
    place = small_place(channels={"water": ("json://water.example",)})
    return scene_on(sqlite_database, clock, catalogue=place, others={"supervisor": ("json://boss.example",)})


@pytest.fixture
def case(scene):
    """One case of water with three weeks left to answer."""
    made = Case(scene)
    made.created()
    return made


@pytest.fixture
def ask(scene):
    return pages_of(scene, "boss")


def raised_of(scene):
    return [event for event in scene.said() if isinstance(event.data, SupervisionRaised)]


def test_it_is_raised_at_once_with_its_reason_and_the_department_is_told(scene, call, case):
    status, made = call("POST", "/supervisions", body=ASKED)
    assert (status, made["rung"], made["reason"], made["of"], made["state"]) == (201, BY_HAND, REASON, "reply", "open")
    (told,) = raised_of(scene)
    assert (told.subject, told.data.assignment, told.data.department) == ("o-1", "a-1", "water")
    assert (told.data.rung, told.data.reason, told.data.supervision) == (BY_HAND, REASON, made["id"])
    assert {row["recipient"] for row in scene.rows(staff_notifications)} == {"department", "supervisor"}
    assert all(REASON not in row["body"] for row in scene.rows(staff_notifications))
    assert call("GET", "/supervisions", "water")[1]["items"] == [made]
    assert call("GET", "/supervisions", "roads")[1]["items"] == []


def test_agenda_meeting_and_result_work_as_for_the_others_and_then_it_can_be_raised_again(scene, call, case):
    _, first = call("POST", "/supervisions", body=ASKED)
    _, meeting = call("POST", "/meetings", body={"title": "会议", "at": "2026-12-28T09:00:00+08:00"})
    (item,) = meeting["departments"][0]["items"]
    assert (item["id"], item["overdue_working_days"], item["waiting"]) == (first["id"], 0, True)
    assert call("POST", f"/supervisions/{first['id']}/result", body=RESULT)[0] == 200
    status, second = call("POST", "/supervisions", body=ASKED)
    assert (status, second["id"] != first["id"]) == (201, True)
    assert [(row["rung"], row["time"]) for row in scene.rows(reminders)] == [(BY_HAND, 1), (BY_HAND, 2)]


def test_one_at_a_time_and_the_same_request_twice_is_one(scene, call, case):
    first = call("POST", "/supervisions", body=ASKED, key="k-1")
    assert call("POST", "/supervisions", body=ASKED, key="k-1") == first
    status, refused = call("POST", "/supervisions", body=ASKED)
    assert (status, "already" in refused["detail"]) == (409, True)
    assert len(raised_of(scene)) == 1


def test_the_ladder_goes_on_as_if_nobody_had_done_anything_and_continues_the_same_one(scene, call, case):
    _, made = call("POST", "/supervisions", body=ASKED)
    scene.climb("2026-12-21 09:00")
    assert [row["rung"] for row in scene.rows(reminders) if row["state"] == "sent"] == [BY_HAND, "supervise"]
    assert [(event.data.rung, event.data.supervision) for event in raised_of(scene)] == [
        (BY_HAND, made["id"]), ("supervise", made["id"]),
    ]  # fmt: skip
    (kept,) = call("GET", "/supervisions")[1]["items"]
    assert (kept["rung"], kept["reason"]) == ("supervise", REASON)


def test_a_rung_that_waits_for_the_worker_is_not_passed_over(scene, call, case):
    scene.clock.instant = scene.clock.instant.replace(month=12, day=21)
    assert call("POST", "/supervisions", body=ASKED)[0] == 201
    scene.climb("2026-12-21 09:30")
    assert "supervise" in [row["rung"] for row in scene.rows(reminders) if row["state"] == "sent"]


@pytest.mark.parametrize(
    ("moves", "status"),
    [
        ((), 201), (("signed",), 201), (("paused",), 201), (("replied",), 409), (("cancelled",), 409),
        (("paused", "cancelled"), 409), (("replied", "reopened"), 201), (("replied", "reopened", "replied"), 409),
    ],
)  # fmt: skip
def test_only_what_a_department_has_to_answer_is_put_under_supervision(scene, call, case, moves, status):
    for move in moves:
        given = ("2026-12-30 23:59:59", 2) if move == "reopened" else ()
        getattr(case, move)(*given)
    assert call("POST", "/supervisions", body=ASKED)[0] == status
    assert len(raised_of(scene)) == (status == 201)


@pytest.mark.parametrize(
    ("change", "who", "status"),
    [
        ({"assignment": "nothing"}, "boss", 422), ({"reason": ""}, "boss", 422), ({"reason": "x" * 2001}, "boss", 422),
        ({"assignment": None}, "boss", 422), ({"more": 1}, "boss", 422), ({}, "water", 403), ({}, "office", 403),
        ({}, None, 401), ({}, "admin", 201),
    ],
)  # fmt: skip
def test_what_cannot_be_raised_and_who_may(scene, call, case, change, who, status):
    assert call("POST", "/supervisions", who, body=ASKED | change)[0] == status
    assert len(raised_of(scene)) == (status == 201)


@pytest.mark.slow
def test_the_page_keeps_what_was_typed_and_leads_back_to_the_case(scene, ask, case):
    page = ask(FORM)
    key = re.search(r'name="key" value="([^"]+)"', page.text)[1]
    wrong = ask(FORM, form={"reason": " ", "key": key})
    assert (wrong.status_code, key in wrong.text, "Please say why" in wrong.text) == (422, True, True)
    for _ in range(2):
        done = ask(FORM, form={"reason": "<b>反映强烈</b>", "key": key})
        assert (done.status_code, done.headers["Location"]) == (303, "/cases/o-1")
    assert len(raised_of(scene)) == 1
    late = ask(FORM, form={"reason": "我写的理由", "key": "another-key"})
    assert (late.status_code, "我写的理由" in late.text) == (409, True)
    assert "<form class" not in ask(FORM).text
    assert "&lt;b&gt;反映强烈" in ask("/agenda").text
    assert ask("/agenda/new/nothing").status_code == 404
    assert [ask(FORM, who=who).status_code for who in ("water", "office", None, "admin")] == [403, 403, 401, 200]


@pytest.mark.slow
def test_the_case_leads_supervisors_there_and_shows_the_department_the_reason(ask, call, case):
    part, link = "/fragments/notify/case/o-1", 'href="/agenda/new/a-1"'
    assert [link in ask(part, who=who).text for who in ("boss", "admin", "office", "water")] == [True, True, False, False]
    call("POST", "/supervisions", body=ASKED)
    assert link not in ask(part).text
    assert [REASON in ask(part, who=who).text for who in ("boss", "water", "roads")] == [True, True, False]
