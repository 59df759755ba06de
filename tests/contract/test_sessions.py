"""Sessions on both kinds of store: of two commands at once one wins, and a plan has one session a day whoever makes them."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest

from services.notify.app.sessions.plans import make_due_sessions
from services.notify.store.sessions.tables import plans, sessions, themes
from services.runtime.clock import FixedClock
from tests.stores import MakeDatabase
from tests.unit.notify.calling import Telephone
from tests.unit.notify.scenes import MIGRATIONS, Scene, at
from tests.unit.notify.sessions.town import made, town

PLAN = {"title": "周二代表有约", "kind": "reception", "rule": "weekly", "weekday": 2, "from": "2026-11-01", "time": "09:00"}
AT_ONCE = 4


@pytest.fixture
def scene(any_database: MakeDatabase, clock: FixedClock) -> Scene:
    clock.instant = at("2026-11-23 09:30")
    return Scene(any_database("notify", MIGRATIONS), clock, town())


def at_once(scene: Scene, *requests: tuple[str, str, Any]) -> list[int]:
    """The statuses of requests that are made at the same moment."""
    start = Barrier(len(requests))
    calls = [Telephone(scene) for _ in requests]

    def ask(call: Telephone, request: tuple[str, str, Any]) -> int:
        start.wait()
        method, path, body = request
        return call(method, path, "office", body)[0]

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(ask, calls, requests))


def test_of_two_commands_at_once_one_wins(scene: Scene) -> None:
    session = made(Telephone(scene))
    announce: tuple[str, str, Any] = ("POST", f"/sessions/{session}/announce", {})
    assert Counter(at_once(scene, *[announce] * AT_ONCE)) == {200: 1, 409: AT_ONCE - 1}
    cancel, postpone = ({"reason": "台风"},) * 2
    found = at_once(
        scene, ("POST", f"/sessions/{session}/cancel", cancel), ("POST", f"/sessions/{session}/cancel", cancel),
        ("POST", f"/sessions/{session}/postpone", postpone),
    )  # fmt: skip
    assert found.count(409) >= 1
    numbers = [event.sequence for event in scene.said() if event.subject == session]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_plan_has_one_session_a_day_whoever_makes_them(scene: Scene) -> None:
    assert Telephone(scene)("PUT", "/plans/tuesday", "office", PLAN)[0] == 200
    before = len(scene.rows(sessions))
    with scene.database.transaction() as work:
        work.execute(sessions.delete())
        work.execute(plans.update().values(made_until=date(2026, 11, 20)))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda _: make_due_sessions(scene.service), range(AT_ONCE)))
    days = [row["nominal"] for row in scene.rows(sessions)]
    assert len(days) == len(set(days)) == before


def test_the_fourth_place_of_a_shortlist_is_given_once(scene: Scene) -> None:
    call = Telephone(scene)
    ids = [call("POST", "/themes", "office", {"title": f"主题{n}", "kind": "chief"})[1]["id"] for n in range(7)]
    for each in ids[:3]:
        assert call("POST", f"/themes/{each}/shortlist", "office", {})[0] == 200
    found = at_once(scene, *[("POST", f"/themes/{each}/shortlist", {}) for each in ids[3:]])
    assert Counter(found) == {200: 1, 409: 3}
    assert sorted(row["place"] for row in scene.rows(themes) if row["place"]) == [1, 2, 3, 4]
