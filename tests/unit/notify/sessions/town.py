"""A town with kinds of sessions, two stations and a holiday ahead, and what tests say there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from services.contracts.catalogue.model import Area, Catalogue, Station
from services.contracts.catalogue.sessions import SessionKind
from services.contracts.messages.constituency import DeputyChanged
from services.contracts.time.durations import parse_duration
from services.contracts.time.worktime import Closure
from services.notify.app.sessions.plans import make_due_sessions
from tests.unit.notify.calling import Telephone
from tests.unit.notify.scenes import Scene, at, small_place

KINDS = {
    "reception": SessionKind(
        "reception", "代表接待日", "Reception", 2, 0, parse_duration("7d"), parse_duration("3wd"), open=True
    ),
    "chief": SessionKind("chief", "局长进站", "Chiefs", 2, 1, parse_duration("7d"), parse_duration("3wd"), True, True),
    "inspection": SessionKind("inspection", "视察", "Inspection"),
    "supervision_meeting": SessionKind("supervision_meeting", "督政议事会", "Supervision meeting"),
}  # fmt: skip
TUESDAYS: dict[str, Any] = {
    "title": "周二代表有约", "kind": "reception", "rule": "weekly", "weekday": 2, "from": "2026-11-01", "time": "09:00",
    "length": 120, "brand": "周二代表有约", "station": "east-1", "deputies": ["d-1", "d-2"], "slots": 12,
}  # fmt: skip
#: 2026-11-24 is a Tuesday; the one after it is closed here.
CLOSED = at("2026-12-01 00:00").date()


def town(**channels: tuple[str, ...]) -> Catalogue:
    return replace(
        small_place(channels=channels),
        session_kinds=KINDS,
        areas={"east": Area("east", "城东", "East")},
        stations={code: Station(code, code, "east") for code in ("east-1", "east-2")},
        closures={CLOSED: Closure("本地节日", "Local holiday")},
    )


def close(scene: Scene, *closed: str) -> None:
    """The calendar of working days is published again, with these days closed beside the usual one, and the job runs."""
    days = {date.fromisoformat(day): Closure("放假", "Holiday") for day in closed}
    scene.drawer.catalogue = replace(scene.catalogue, closures={**scene.catalogue.closures, **days})
    while make_due_sessions(scene.service):
        pass


def details(**said: Any) -> dict[str, Any]:
    """A reception at a station ten days from 2026-11-23."""
    return {
        "kind": "reception", "title": "周二代表有约", "at": "2026-12-03T09:00:00+08:00", "ends": "2026-12-03T11:00:00+08:00",
        "station": "east-1", "place": "一楼", "deputies": ["d-1", "d-2"], "departments": ["water"],
    } | said  # fmt: skip


def made(call: Telephone, who: str = "office", **said: Any) -> str:
    """The id of a new session."""
    status, answer = call("POST", "/sessions", who, details(**said))
    assert status == 201, answer
    return str(answer["id"])


def registered(scene: Scene, *codes: str, state: str = "active", sequence: int = 1) -> None:
    """Deputies of the register, as intake tells of them."""
    for code in codes:
        scene.consume(scene.event(DeputyChanged(code, f"代表{code}", "county", "第十七届", state), sequence, code))
