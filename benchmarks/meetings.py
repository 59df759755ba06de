"""How long calendar and lists of meetings take with many sessions behind them, and what a batch of other events costs then."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import click

from benchmarks.lists import client_of, show, store
from benchmarks.lists_handled import Asked
from benchmarks.quantiles import quantiles
from benchmarks.systems.stored import count_values
from services.contracts.envelope import Event
from services.contracts.lifecycle import State
from services.contracts.messages.assignments import AssignmentSigned
from services.contracts.messages.values import Outcome
from services.contracts.people.callers import Role
from services.contracts.sessions import SessionState
from services.notify import __main__ as notify
from services.notify.app.context import Notify
from services.notify.domain.lists.cases import CasePromise
from services.notify.handlers.lists.following import follow
from services.notify.store.lists.cases import SessionCaseStore
from services.notify.store.lists.tables import session_cases
from services.notify.store.sessions.tables import sessions
from services.runtime.clock import FixedClock, new_id
from services.runtime.web.access import tokens as access
from services.runtime.web.routes import API

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
SESSIONS, QUESTIONS, ROWS_AT_ONCE = 10_000, 100_000, 5_000
#: Sessions lie four hours apart, and a tenth of them is still to come.
APART, TO_COME = timedelta(hours=4), 10
#: A batch as a worker takes it, and how often it is followed.
BATCH, TIMES = 200, 20


def fill(service: Notify, many: int, questions: int) -> None:
    """Fill an empty store with sessions of all stations and the questions asked at them, in bulk."""
    stations = sorted(service.catalogue.stations)
    for table, rows in (
        (sessions, [_session(number, many, stations) for number in range(many)]),
        (session_cases, [_question(number, many, questions // many, stations) for number in range(questions)]),
    ):
        for first in range(0, len(rows), ROWS_AT_ONCE):
            with service.database.transaction() as work:
                work.execute(table.insert(), rows[first : first + ROWS_AT_ONCE])
    with service.database.transaction() as work:
        count_values(work.connection)


def _at(number: int, many: int) -> datetime:
    return NOW - (many - many // TO_COME - number) * APART


def _session(number: int, many: int, stations: list[str]) -> dict[str, object]:
    at = _at(number, many)
    is_held = at < NOW
    return {
        "id": f"s{number:08}", "kind": ("reception", "chief", "hearing")[number % 3], "title": f"代表接待日 {number}", "at": at,
        "created": at - 20 * APART, "state": SessionState.CLOSED if is_held else SessionState.ANNOUNCED,
        "station": stations[number % len(stations)], "slots": 12, "deputies": ("d-1", "d-2"), "departments": (), "officials": (),
        "deputies_present": ("d-1", "d-2") if is_held else (), "observers": 0, "visitors": 14 if is_held else 0, "irregular": (),
        "announced": at - 10 * APART, "held": at if is_held else None, "sequence": 3, "updated": at,
    }  # fmt: skip


def _question(number: int, many: int, each: int, stations: list[str]) -> dict[str, object]:
    place, asked = number // each, _at(number // each, many)
    due, is_kept = asked + timedelta(days=30), number % 4 != 0
    promise = CasePromise(f"p{number:08}", f"a{number:08}", "city-management", "修好", due, None, "kept" if is_kept else "open")
    return {
        "id": f"o{number:08}", "session": f"s{place:08}", "number": number % each + 1, "asked": asked, "year": asked.year,
        "station": stations[place % len(stations)], "summary": f"第 {number} 件事", "topic": "street-lights",
        "department": "city-management", "assignment": f"a{number:08}", "state": State.CONCLUDED, "round": 1, "due": due,
        "outcome": Outcome.IN_PROGRESS, "on_time": True, "said": {"state": 5}, "promises": (promise,),
    }  # fmt: skip


def questions_of(many: int, station: str) -> Asked:
    """What is asked, by name: the address, and who asks."""
    last = f"s{many - many // TO_COME - 1:08}"
    return {
        "public: calendar": ("/calendar", None),
        "public: calendar of a month": ("/calendar?month=2026-10", None),
        "public: calendar file": ("/calendar.ics", None),
        "public: sessions": (f"{API}/sessions", None),
        "public: a session": (f"/sessions/{last}", None),
        "office: sessions": ("/sessions", Role.REVIEWER),
        **{
            f"office: {name} of a session": (f"{API}/sessions/{last}/lists/{name}", Role.REVIEWER)
            for name in ("problem", "promise")
        },
        "office: what became of the last": (f"{API}/sessions/{last}/last", Role.REVIEWER),
        "office: problems of a station": (f"{API}/lists/problem/2026/{station}", Role.REVIEWER),
        "office: promises of all": (f"{API}/lists/promise/2026", Role.REVIEWER),
        "office: results of all, 500": (f"{API}/lists/result/2026?limit=500", Role.REVIEWER),
        "office: month of a station": (f"{API}/lists/summary/{station}/2026-10", Role.REVIEWER),
    }


def batches(service: Notify) -> list[float]:
    """The milliseconds of CPU that following some batches takes which say nothing of a session."""
    due, taken = NOW + timedelta(days=1), []
    for _ in range(TIMES):
        signed = AssignmentSigned("a-1", "city-management", due, on_time=True)
        said = [Event(new_id(), "/routing", new_id(), NOW, 2, signed) for _ in range(BATCH)]
        with service.database.transaction() as work:
            began = time.process_time()
            follow(SessionCaseStore(work), said, service.catalogue.calendar.zone)
            taken.append(1000 * (time.process_time() - began))
    return taken


@click.command()
@click.option("--sessions", "many", default=SESSIONS, show_default=True, help="how many sessions there are")
@click.option("--questions", "asked", default=QUESTIONS, show_default=True, help="how many questions were asked at them")
@click.option("--store", "kind", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
def meetings(many: int, asked: int, kind: str) -> None:
    """测活动 · how long calendar and lists of meetings take with many sessions behind them."""
    with store(notify.ASSEMBLY, kind, FixedClock(NOW)) as (service, tokens):
        empty = quantiles(batches(service))[0]
        began = time.monotonic()
        fill(service, many, asked)
        click.echo(f"{many} sessions, {asked} questions on {kind} in {time.monotonic() - began:.0f} s, milliseconds", err=True)
        known = {Role.REVIEWER: access.create(tokens, Role.REVIEWER, None)[1]}
        lists = questions_of(many, sorted(service.catalogue.stations)[0])
        show(client_of(notify.ASSEMBLY, service, tokens), lists, known)
        full = quantiles(batches(service))[0]
        click.echo(
            f"{BATCH} events that say nothing of a session: {empty:.2f} ms of CPU on an empty store, {full:.2f} ms on this one"
        )
