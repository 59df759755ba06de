"""Sessions as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.sessions import SessionState
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.of_sessions import SESSION_RULES, SESSION_STATES
from services.notify.domain.sessions.session import Session
from services.notify.pages.paper import local

TONES: Final[Mapping[SessionState, str]] = {
    SessionState.ANNOUNCED: "info",
    SessionState.POSTPONED: "warn",
    SessionState.CANCELLED: "bad",
    SessionState.HELD: "good",
    SessionState.MINUTED: "good",
    SessionState.FOLLOWED: "good",
    SessionState.EVALUATED: "good",
    SessionState.CLOSED: "good",
}
#: What can be chosen: the group's name or none, and the value and name of each of its options.
Options = list[tuple[Words | None, list[tuple[str, Words]]]]


@dataclass(frozen=True, slots=True)
class ShownSession:
    """A session in a list."""

    session: Session
    kind: Words
    station: Words | None
    at: datetime
    ends: time | None
    standing: Words
    tone: str
    irregular: Sequence[tuple[Words, str]]
    on_holiday: bool

    @property
    def day(self) -> date:
        """The day on which it is."""
        return self.at.date()


def shown_session(session: Session, catalogue: Catalogue) -> ShownSession:
    """A session by the clock and in the words of the place."""
    ends = local(session.ends, catalogue) if session.ends else None
    return ShownSession(
        session, name_of(stored.session_kind(catalogue, session.kind)), station_name(catalogue, session.station),
        local(session.at, catalogue), ends.time() if ends else None, SESSION_STATES[session.state],
        TONES.get(session.state, ""), [(SESSION_RULES[each.rule], each.reason) for each in session.irregular],
        session.wanted_at(catalogue.calendar) is not None,
    )  # fmt: skip


def by_day(rows: Iterable[ShownSession]) -> list[tuple[date, list[ShownSession]]]:
    """Sessions that are in order by time, by their days."""
    return [(day, list(of_day)) for day, of_day in groupby(rows, key=lambda each: each.day)]


def station_name(catalogue: Catalogue, code: str | None) -> Words | None:
    """What a station is called; by its code where the catalogue has it no more."""
    if code is None:
        return None
    found = stored.found(catalogue.stations, code)
    return Words(found.name, found.name) if found else Words(code, code)


def kinds_of(catalogue: Catalogue, *, is_open: bool = False) -> Options:
    """The kinds of sessions, or those that the public may come to."""
    return [(None, [(each.code, name_of(each)) for each in catalogue.session_kinds.values() if each.open or not is_open])]


def stations_of(catalogue: Catalogue) -> Options:
    """The stations by area; an area without one is left out."""
    found = [
        (
            name_of(area),
            [(each.code, Words(each.name, each.name)) for each in catalogue.stations.values() if each.area == area.code],
        )
        for area in catalogue.areas.values()
    ]
    return [(area, stations) for area, stations in found if stations]


def weeks_of(month: date, days: Iterable[date]) -> list[list[tuple[date, bool, int]]]:
    """The weeks of a month, Monday first: each day, whether it is of this month, and how many of `days` are it."""
    counted: dict[date, int] = {}
    for day in days:
        counted[day] = counted.get(day, 0) + 1
    first = month - timedelta(days=month.weekday())
    weeks = []
    while first.replace(day=1) <= month:
        week = [first + timedelta(days=number) for number in range(7)]
        weeks.append([(day, day.month == month.month, counted.get(day, 0)) for day in week])
        first += timedelta(days=7)
    return weeks
