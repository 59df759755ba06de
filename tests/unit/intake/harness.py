"""Intake's desk for tests: a small town, a real store, the HTTP application, and everything that was said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import flask
import msgspec
import sqlalchemy as sa

from services.contracts.catalogue.check import load_catalogue
from services.contracts.catalogue.model import Catalogue
from services.contracts.envelope import EncodedEvent, Event, decode, encode
from services.contracts.messages.assignments import (
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentProgressed,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentSigned,
)
from services.contracts.messages.sessions import LetterBooked
from services.contracts.messages.supervision import LetterRequested
from services.contracts.messages.values import Message, OpinionText, Outcome, Rating, Why
from services.contracts.people.callers import NOBODY, Caller, Role
from services.contracts.people.grants import grant_of
from services.intake import consumer
from services.intake.app.constituency.telling import correspondence
from services.intake.app.context import Intake
from services.intake.app.routes import ROUTES
from services.intake.domain.receipt.rating import Rated
from services.intake.domain.submission.capacity import CapacityLimits
from services.intake.gateway.capacity import Capacity
from services.intake.handlers import taking
from services.intake.handlers.submitter import evaluate
from services.intake.handlers.taking import Sender, Taken
from services.intake.pages.routes import PAGES
from services.intake.store.tables import opinions, timeline
from services.intake.store.writing import IntakeStore
from services.runtime.clock import ZONE, FixedClock, new_id
from services.runtime.process.catalogue import InUse, same
from services.runtime.process.signing import Ed25519Signer
from services.runtime.store.database import Database
from services.runtime.store.outgoing.outbox import outbox_table
from services.runtime.store.vault import Vault
from services.runtime.telemetry import Telemetry
from services.runtime.web.access import tokens as access
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app
from services.runtime.web.routes import Routes
from tests.unit.intake.opinions import FORM, change, submission
from tests.visitors import accounts_in

TOWN = load_catalogue(Path(__file__).parent / "town.yml")
MIGRATIONS = Path(consumer.__file__).parent / "migrations"
DUE = datetime(2026, 11, 30, 23, 59, 59, tzinfo=ZONE)
WINDOW = datetime(2026, 12, 21, 23, 59, 59, tzinfo=ZONE)
KEY = "a-key-for-tests-as-long-as-a-key-has-to-be"
SIGNER = Ed25519Signer(["a-key-of-promises-as-long-as-a-key-has-to-be"])
CALLERS = {
    "reviewer": Caller(Role.REVIEWER, None, "t1"),
    "supervisor": Caller(Role.SUPERVISOR, None, "t2"),
    "admin": Caller(Role.ADMIN, None, "t3"),
    "scraper": Caller(Role.SCRAPER, None, "t4"),
    "water": Caller(Role.DEPARTMENT, "water", "t5"),
    "roads": Caller(Role.DEPARTMENT, "roads", "t6"),
    "petitions": Caller(Role.DEPARTMENT, "petitions", "t7"),
    "school": Caller(Role.DEPARTMENT, "school", "t8"),
    "at-central": Caller(Role.STATION, token="t9", station="central"),
    "elsewhere": Caller(Role.STATION, token="t10", station="elsewhere"),
}


Letter = TypeVar("Letter", LetterRequested, LetterBooked)


class FakeAuthenticator(TokenAuthenticator):
    """Knows `CALLERS` by name."""

    def __init__(self) -> None:
        pass

    def caller(self, header: str | None) -> Caller:
        return CALLERS.get((header or "").removeprefix("Bearer "), NOBODY)


@dataclass
class IntakeHarness:
    """One intake."""

    database: Database
    clock: FixedClock
    catalogue: Catalogue = TOWN
    vault: Vault = field(default_factory=lambda: Vault([KEY]))
    limits: CapacityLimits = CapacityLimits(1_000_000, 0)
    signer: Ed25519Signer | None = SIGNER
    intake: Intake = field(init=False)
    app: flask.Flask = field(init=False)
    telemetry: Telemetry = field(init=False)

    def __post_init__(self) -> None:
        self.telemetry, routes = Telemetry(), Routes([*ROUTES, *PAGES])
        capacity = Capacity(self.database, self.limits)
        accounts = accounts_in(self.database, self.vault)
        self.intake = Intake(self.database, InUse(self.catalogue, same), self.vault, capacity, accounts, self.signer)
        self.app = create_app("intake", self.intake, routes, FakeAuthenticator(), self.telemetry)
        self.client = self.app.test_client()

    def keep_accounts(self) -> None:
        """Give the store the tables of access, for what is done to accounts along with opinions."""
        with self.database.transaction() as work:
            access.tables.create_all(work.connection)

    def submit(self, **fields: Any) -> Taken:
        """Submit an opinion, past the HTTP schema."""
        with self.database.transaction() as work:
            return taking.submit(IntakeStore(work, self.vault), self.sender(), submission(**fields), new_id())

    def submit_many(self, *forms: Mapping[str, Any]) -> list[Any]:
        whole = [submission(**{"channel": "import", **form}) for form in forms]
        with self.database.transaction() as work:
            return taking.submit_many(IntakeStore(work, self.vault), self.sender(), whole, [new_id() for _ in whole])

    def sender(self, role: str | None = "admin") -> Sender:
        """Somebody whose token grants what that of a role does."""
        return Sender(self.catalogue, self.intake.capacity, grant_of(role), correspondence(self.intake))

    def do(self, use_case: Any, *arguments: Any) -> Any:
        """Run one of the handlers in a transaction of its own."""
        with self.database.transaction() as work:
            return use_case(IntakeStore(work, self.vault), *arguments)

    def set_state(self, opinion: str, state: str) -> None:
        """Put an opinion into a state, however it would get there."""
        self.change(opinion, state=state)

    def change(self, opinion: str, **values: Any) -> None:
        """Set columns of an opinion, however they would get there."""
        with self.database.transaction() as work:
            change(work, opinion, **values)

    def rate(self, receipt: str, result: str = "satisfied", process: str | None = None, comment: str | None = None) -> None:
        """Rate a reply; who is dissatisfied and says nothing else says that it is still broken."""
        self.do(
            evaluate,
            receipt,
            Rated(
                Rating(result),
                Rating(process) if process else None,
                comment or ("还没有修好。" if "dissatisfied" in (result, process) else None),
            ),
        )

    def consume(self, *events: Event) -> None:
        """Hear events of routing, each in a batch of its own."""
        for event in events:
            with self.database.transaction() as work:
                consumer.handle(self.intake, work, [EncodedEvent(event, encode(event))])

    def outbox(self) -> list[Mapping[str, Any]]:
        """Everything that went into the outbox, in order, as it is stored."""
        with self.database.reading() as connection:
            return [dict(row) for row in connection.execute(sa.select(outbox_table).order_by(outbox_table.c.id)).mappings()]

    def said(self, about: str | None = None) -> list[Event]:
        """The published messages, in order."""
        events = [decode(row["body"]) for row in self.outbox() if about in (None, row["subject"])]
        return [event for event in events if not event.data.PRIVATE]

    def letters(self) -> list[Any]:
        """The letters that were asked for, in order, with whom they are for in the clear."""
        events = [decode(row["body"]) for row in self.outbox()]
        return [self.unsealed(event.data) for event in events if isinstance(event.data, LetterRequested)]

    def private(self) -> list[Event]:
        """What was said to notify alone, in order."""
        return [event for event in (decode(row["body"]) for row in self.outbox()) if event.data.PRIVATE]

    def unsealed(self, letter: Letter) -> Letter:
        sealed = {name: getattr(letter, name) for name in ("name", "email", "phone")}
        return msgspec.structs.replace(letter, **{name: self.vault.open(text) if text else None for name, text in sealed.items()})

    def row(self, opinion: str) -> Mapping[str, Any]:
        with self.database.reading() as connection:
            return dict(connection.execute(sa.select(opinions).where(opinions.c.id == opinion)).mappings().one())

    def timeline(self, opinion: str) -> list[Mapping[str, Any]]:
        with self.database.reading() as connection:
            query = sa.select(timeline).where(timeline.c.opinion == opinion).order_by(timeline.c.at, timeline.c.id)
            return [dict(row) for row in connection.execute(query).mappings()]

    def count(self) -> int:
        with self.database.reading() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(opinions)).scalar_one())

    def post(self, path: str, body: Any = None, who: str | None = None, **headers: str) -> Any:
        """POST JSON; `headers` with _ for -."""
        return self.client.post(f"/api/v1{path}", json=body, headers=_headers(who, headers))

    def send(self, path: str, data: bytes, content_type: str, who: str | None = None) -> Any:
        return self.client.post(f"/api/v1{path}", data=data, content_type=content_type, headers=_headers(who, {}))

    def get(self, path: str, who: str | None = None, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query_string=query, headers=_headers(who, {}))

    def batch(self, data: bytes, content_type: str = "text/csv", who: str = "reviewer") -> list[dict[str, Any]]:
        """Send a batch; returns the lines of the answer."""
        answer = self.send("/opinions/batch", data, content_type, who)
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == "application/x-ndjson"
        return [json.loads(line) for line in answer.get_data().splitlines()]


def _headers(who: str | None, more: Mapping[str, str]) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return {**named, **({"Authorization": f"Bearer {who}"} if who else {})}


class Routing:
    """What routing would say about one opinion, in order, an hour apart."""

    def __init__(self, opinion: str, start: datetime, department: str = "water") -> None:
        self.opinion, self.now, self.department, self.sequence = opinion, start, department, 0

    def says(self, message: Message) -> Event:
        """The next thing that routing says, an hour after the last."""
        self.sequence += 1
        self.now += timedelta(hours=1)
        return Event(new_id(), "/routing", self.opinion, self.now, self.sequence, message)

    def created(self) -> Event:
        text = OpinionText(self.opinion, FORM["title"], FORM["content"])
        limits = {"sign": DUE, "reply": DUE}
        return self.says(AssignmentCreated("a-1", text, self.department, "lead", "simple", limits, Why("keywords: 河堤", 1.0)))

    def beside(self, department: str, role: Any, assignment: str = "a-2") -> Event:
        """A department beside the lead gets its part."""
        text = OpinionText(self.opinion, FORM["title"], FORM["content"])
        why = Why("reviewer", 1.0)
        return self.says(AssignmentCreated(assignment, text, department, role, "simple", {"reply": DUE}, why, lead=self.department))

    def signed(self) -> Event:
        return self.says(AssignmentSigned("a-1", self.department, DUE, True))

    def progressed(self, content: str = "已到现场。") -> Event:
        return self.says(AssignmentProgressed("a-1", self.department, content))

    def replied(self, content: str = "已修好。", outcome: Outcome = Outcome.SOLVED, window: datetime = WINDOW) -> Event:
        return self.says(AssignmentReplied("a-1", self.department, content, outcome, DUE, True, window))

    def reopened(self, round_: int = 2) -> Event:
        return self.says(AssignmentReopened("a-1", self.department, round_, {"reply": DUE}))

    def concluded(self) -> Event:
        return self.says(AssignmentConcluded("a-1", self.department, Outcome.SOLVED, True, True))
