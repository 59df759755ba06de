"""扫码履职: a deputy scans the code of a session, or its host says who came; each is recorded once."""

from __future__ import annotations

import json

import pytest

from services.contracts.messages.opinions import OpinionSubmitted
from services.contracts.messages.sessions import AttendanceRecorded
from services.contracts.people.callers import Caller, Role
from tests.unit.intake import harness as desks
from tests.unit.intake.opinions import FORM
from tests.unit.intake.sessions import AT, SESSION, tell

ACTIVITY = {"kind": "activity", "label": "周二代表有约", "station": "central", "session": SESSION}


@pytest.fixture(autouse=True)
def deputies(monkeypatch):
    for code in ("wang", "li"):
        monkeypatch.setitem(desks.CALLERS, code, Caller(Role.DEPUTY, token=f"d-{code}", deputy=code))


@pytest.fixture
def session(harness):
    tell(harness)
    harness.clock.instant = AT
    return harness


def made(harness, **changes):
    answer = harness.post("/codes", ACTIVITY | changes, "admin")
    if answer.status_code != 200:
        return answer
    return json.loads(answer.get_data().splitlines()[1])["code"]


def recorded(harness):
    return [event.data for event in harness.said() if isinstance(event.data, AttendanceRecorded)]


def register(harness, code, state="active"):
    body = {"name": "王敏", "level": "county", "term": "第十七届", "state": state, "stations": ["central"]}
    assert harness.client.put(f"/api/v1/deputies/{code}", json=body, headers={"Authorization": "Bearer admin"}).status_code == 200


def test_a_deputy_who_scans_the_code_is_there_once(session):
    code = made(session)
    first, again = (session.post("/attendance", {"code": code}, "wang") for _ in range(2))
    assert first.get_json() == {"session": SESSION, "deputy": "wang", "title": "周二代表有约", "recorded": True}
    assert again.get_json() == first.get_json() | {"recorded": False}
    assert session.post("/attendance", {"code": code}, "li").get_json()["recorded"] is True
    assert [(each.session, each.deputy, each.by) for each in recorded(session)] == [
        (SESSION, "wang", "code"), (SESSION, "li", "code"),
    ]  # fmt: skip


def test_a_deputy_who_is_not_in_office_is_not_counted(session):
    code = made(session)
    register(session, "wang", state="suspended")
    answer = session.post("/attendance", {"code": code}, "wang")
    assert (answer.status_code, recorded(session)) == (403, [])


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("admin", 403), ("at-central", 403), ("water", 403)])
def test_nobody_scans_but_a_deputy(session, who, status):
    assert session.post("/attendance", {"code": made(session)}, who).status_code == status


def test_a_code_of_no_session_is_no_attendance(session):
    plain = made(session, session=None)
    for code in (plain, "0000000000", "central-7x4k9m2p"):
        answer = session.post("/attendance", {"code": code}, "wang")
        assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["code"])
    retired = made(session)
    session.post(f"/codes/{retired}/retire", {}, "admin")
    assert session.post("/attendance", {"code": retired}, "wang").status_code == 422
    assert recorded(session) == []


def test_a_code_proves_nothing_on_another_day(harness):
    tell(harness)
    code = made(harness)
    answer = harness.post("/attendance", {"code": code}, "wang")
    assert answer.status_code == 409
    assert "day of the session" in answer.get_json()["detail"]


@pytest.mark.parametrize(("changes", "field"), [
    ({"session": "none"}, "session"), ({"kind": "station"}, "session"), ({"station": "chengdong"}, "station"),
])  # fmt: skip
def test_a_code_is_put_up_at_a_session_that_there_is(session, changes, field):
    answer = made(session, **changes)
    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]


def test_what_comes_by_the_code_of_a_session_is_of_the_session(session):
    answer = session.post("/opinions", FORM | {"code": made(session)})
    assert answer.status_code == 201, answer.text
    (said,) = [event.data for event in session.said() if isinstance(event.data, OpinionSubmitted)]
    assert (said.channel, said.session, said.session_kind, said.theme) == ("qr", SESSION, "reception", "社区照明")
    assert session.row(answer.get_json()["id"])["session"] == SESSION


def test_the_host_says_who_came(session):
    register(session, "wx-017")
    path = f"/sessions/{SESSION}/attendance"
    first = session.post(path, {"deputies": ["wx-017", "王敏"], "visitors": 14}, "at-central")
    assert first.get_json() == {"session": SESSION, "deputies": ["wx-017"], "visitors": 14, "observers": 0}
    again = session.post(path, {"deputies": ["wx-017"], "observers": 2}, "reviewer")
    assert again.get_json() == {"session": SESSION, "deputies": ["wx-017"], "visitors": 14, "observers": 2}
    assert [(each.by, each.deputy, each.visitors, each.observers) for each in recorded(session)] == [
        ("host", None, 14, 0), ("host", "wx-017", 0, 0), ("host", None, 14, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(("body", "field"), [
    ({}, "deputies"), ({"visitors": -1}, "visitors"), ({"visitors": 1.5}, "visitors"), ({"observers": 10**7}, "observers"),
    ({"deputies": ["nobody"]}, "deputies.0"), ({"deputies": "wx-017"}, "deputies"), ({"names": ["甲"]}, "names"),
])  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_recorded(session, body, field):
    register(session, "wx-017")
    answer = session.post(f"/sessions/{SESSION}/attendance", body, "at-central")
    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]
    assert recorded(session) == []


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("wang", 403), ("elsewhere", 404), ("admin", 200)])
def test_nobody_counts_but_the_host(session, who, status):
    assert session.post(f"/sessions/{SESSION}/attendance", {"visitors": 3}, who).status_code == status
