"""What tests of notify play with: a small place, a deadline in it, and the service on a store with a clock that obeys."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace

from services.contracts.catalogue.model import Catalogue, Department, Difficulty, Rung
from services.contracts.envelope import Event, decode
from services.contracts.messages.accounts import LetterGathered
from services.contracts.messages.assignments import AssignmentCreated, AssignmentReopened, AssignmentReplied, AssignmentSigned
from services.contracts.messages.duties import LetterEntrusted
from services.contracts.messages.supervision import LetterRequested
from services.contracts.messages.values import Message, OpinionText, Outcome, Why
from services.contracts.people.callers import Caller
from services.contracts.time.durations import parse_duration
from services.contracts.time.worktime import OfficeHours
from services.notify import __main__ as notify
from services.notify.app.context import Notify, Office
from services.notify.consumer import subscriptions
from services.notify.domain.ladder import Deadline, Ladder
from services.notify.domain.letters.recipients import Notifier, Recipients, Undelivered
from services.notify.domain.letters.submitters import SubmitterChannels
from services.notify.handlers.staff_notifications import channels_due, serve_channel
from services.notify.handlers.submitter_notifications import serve_way, ways_due
from services.notify.store.staff_notifications import StaffNotificationStore
from services.notify.store.submitter_notifications import SubmitterNotificationStore
from services.runtime.clock import ZONE, FixedClock
from services.runtime.process.catalogue import InUse, Source
from services.runtime.store.database import Database
from services.runtime.store.outgoing.outbox import outbox_table
from services.runtime.store.statements.bulk import rows_of
from services.runtime.store.vault import Vault

KEY = "a-key-for-tests-as-long-as-a-key-has-to-be"
MIGRATIONS = notify.ASSEMBLY.migrations


def at(text: str) -> datetime:
    """An instant in Shanghai from `2026-11-23 09:30` (with seconds where wanted)."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def rung(code: str, of: str = "reply", action: Any = "reminder", to: tuple[str, ...] = ("department",), **when: Any) -> Rung:
    """A rung; `before`, `after` and `repeat` as text."""
    times: dict[str, Any] = {name: parse_duration(text) for name, text in when.items() if name in ("before", "after", "repeat")}
    rest = {name: value for name, value in when.items() if name not in times}
    return Rung(code, f"级{code}", f"Rung {code}", of, action, to, **times, **rest)


LADDER = (
    rung("sign-late", of="sign", after="1wd"),
    rung("half", half=True),
    rung("three", before="3wd"),
    rung("yellow", action="card", card="yellow", before="1wd"),
    rung("red", action="card", card="red", after="1wd", to=("department", "supervisor")),
    rung("urge", after="2wd"),
    rung("supervise", action="supervision", after="5wd", to=("department", "congress")),
)


def small_place(*rungs: Rung, every_day: bool = False, channels: Mapping[str, tuple[str, ...]] | None = None) -> Catalogue:
    """A catalogue of three departments; only what notify reads of it is filled."""
    channels = channels or {}
    departments = {
        code: Department(code, f"{code}局", f"Bureau of {code}", channels.get(code, ())) for code in ("water", "roads", "health")
    }
    written = {"sign": "1wd", "reply": "15wd", "rework": "5wd", "co_opinion": "1mo"}
    limits = {kind: parse_duration(text) for kind, text in written.items()}
    return Catalogue(
        name="云澜县", name_en="Yunlan", timezone="Asia/Shanghai",
        office_hours=OfficeHours(((0, 1440),), True) if every_day else OfficeHours(),
        departments=departments, topics={}, areas={}, stations={},
        difficulties={"ordinary": Difficulty("ordinary", "一般", "ordinary", limits)},
        ladder={entry.code: entry for entry in rungs or LADDER}, acceptance={}, decline_reasons={}, letters={},
        fallback_department="water", fallback_difficulty="ordinary",
    )  # fmt: skip


def ladder_of(catalogue: Catalogue) -> Ladder:
    return Ladder.of(catalogue)


def deadline(start: str = "2026-11-23 09:30", due: str = "2026-12-14 23:59:59", kind: str = "reply", **changes: Any) -> Deadline:
    """One deadline: by default 15 working days from a Monday."""
    facts: dict[str, Any] = {"version": 1, "provisional": False, "sequence": 1, "title": "河道淤积", "difficulty": "ordinary"}
    return Deadline("o-1", "a-1", "water", kind, start=at(start), due=at(due), **facts | changes)


class Recording(Notifier):
    """A courier that remembers, and refuses what goes to an address in `dead`."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.dead: set[str] = set()

    def send(self, url: str, title: str, body: str) -> None:
        if url in self.dead:
            raise Undelivered("nobody answers")
        self.sent.append((url, title))


class Drawer(Source):
    """Where the catalogue lies: another one that is put into it is in use from then on."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(Path("catalogue.yml"))
        self.catalogue = self.in_use = catalogue

    def has_changed(self) -> bool:
        return self.catalogue is not self.in_use

    def read(self) -> Catalogue:
        self.in_use = self.catalogue
        return self.in_use


@dataclass
class Scene:
    """notify on a store: tell it events, let time pass, and look at what it said."""

    database: Database
    clock: FixedClock
    catalogue: Catalogue = field(default_factory=small_place)
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    ways: Mapping[str, str] = field(default_factory=dict)
    notifier: Recording = field(default_factory=Recording)
    vault: Vault = field(default_factory=lambda: Vault([KEY]))
    people: dict[str, Sequence[Caller]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        def office(place: Catalogue) -> Office:
            return Office(
                place, ladder_of(place), Recipients(place, self.others, self.secrets), SubmitterChannels(place, self.ways)
            )

        self.drawer = Drawer(self.catalogue)
        place = InUse(self.catalogue, office, self.drawer, look_seconds=0.0)
        self.service = Notify(self.database, place, self.notifier, self.vault, self.acting)
        self._ids = itertools.count(1)

    def acting(self, persons: Collection[str]) -> Mapping[str, Sequence[Caller]]:
        return {person: callers for person, callers in self.people.items() if person in persons}

    def event(self, message: Message, sequence: int, opinion: str = "o-1") -> Event:
        return Event(f"e-{next(self._ids)}", "/routing", opinion, self.clock.now(), sequence, message)

    def consume(self, *events: Event) -> None:
        """One batch, as the dispatcher hands it over."""
        subscription, _ = subscriptions(self.service)
        with self.database.transaction() as work:
            subscription.handle(work, events)

    def created(self, name: str = "1", department: str = "water", **deadlines: str) -> Event:
        given = {
            kind: at(due) for kind, due in (deadlines or {"sign": "2026-11-24 23:59:59", "reply": "2026-12-14 23:59:59"}).items()
        }
        text, why = OpinionText(f"o-{name}", f"河道淤积{name}", "请清淤"), Why("keyword", 1.0)
        return self.event(AssignmentCreated(f"a-{name}", text, department, "lead", "ordinary", given, why), 1, f"o-{name}")

    def signed(self, name: str = "1", sequence: int = 2) -> Event:
        return self.event(AssignmentSigned(f"a-{name}", "water", at("2026-11-24 23:59:59"), True), sequence, f"o-{name}")

    def replied(self, name: str = "1", sequence: int = 3) -> Event:
        due = at("2026-12-14 23:59:59")
        return self.event(AssignmentReplied(f"a-{name}", "water", "已清淤", Outcome.SOLVED, due, True, due), sequence, f"o-{name}")

    def reopened(self, due: str, sequence: int = 4, kind: str = "reply") -> Event:
        return self.event(AssignmentReopened("a-1", "water", 2, {kind: at(due)}, "没有解决"), sequence)

    def climb(self, now: str | None = None) -> bool:
        if now is not None:
            self.clock.instant = at(now)
        return notify.Climbing(self.service).step()

    def visit(self, channel: str) -> int:
        service = self.service
        return serve_channel(StaffNotificationStore(self.database), service.recipients, service.notifier, service.ladder, channel)

    def hear_letters(self, *events: Event) -> None:
        """One batch of letters to submitters, as the dispatcher hands it over, with whom they are for sealed on the way."""
        events = tuple(replace(event, data=self.sealed(event.data)) for event in events)
        _, subscription = subscriptions(self.service)
        with self.database.transaction() as work:
            subscription.handle(work, events)

    def sealed(self, message: Message) -> Message:
        if not isinstance(message, LetterRequested | LetterEntrusted | LetterGathered):
            return message
        told = {name: getattr(message, name) for name in ("name", "email", "phone", "chat") if hasattr(message, name)}
        return replace(message, **{name: self.vault.seal(text) if text else text for name, text in told.items()})

    def serve_way(self, way: str) -> int:
        service = self.service
        return serve_way(
            SubmitterNotificationStore(self.database, self.vault), service.submitter_channels, service.notifier, service.ladder, way
        )

    def ways_due(self) -> list[str]:
        return ways_due(SubmitterNotificationStore(self.database, self.vault), self.service.lost_after)

    def channels(self) -> list[str]:
        return channels_due(StaffNotificationStore(self.database), self.service.ladder)

    def said(self) -> list[Event]:
        """Every message that waits in the outbox, in order."""
        with self.database.reading() as connection:
            rows = connection.execute(sa.select(outbox_table.c.message_id, outbox_table.c.body).order_by(outbox_table.c.id)).all()
        # What is addressed to a department has a row for each of its two places.
        return list({message_id: decode(bytes(body)) for message_id, body in rows}.values())

    def rungs(self) -> list[str]:
        """The codes of the rungs that were said, in order."""
        return [getattr(event.data, "rung", "") for event in self.said()]

    def rows(self, table: sa.Table, *order: str) -> list[Mapping[str, Any]]:
        with self.database.reading() as connection:
            return rows_of(connection.execute(sa.select(table).order_by(*(table.c[name] for name in order))))


def scene_on(make: Any, clock: FixedClock, **facts: Any) -> Scene:
    """A scene on a fresh store from one of the factories of the fixtures."""
    return Scene(make("notify", Path(MIGRATIONS)), clock, **facts)


__all__ = ["LADDER", "MIGRATIONS", "Recording", "Scene", "at", "deadline", "ladder_of", "rung", "scene_on", "small_place"]
