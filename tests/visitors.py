"""Intake as visitors of its pages meet it: the application on a store of its own, and what other services would tell it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import flask
import sqlalchemy as sa
from argon2 import PasswordHasher

from services.accounts.context import Accounts
from services.accounts.credentials.passwords import Passwords
from services.accounts.model import Letter, NewGrant, Rules
from services.contracts.catalogue.check import load_catalogue
from services.contracts.catalogue.model import Catalogue
from services.contracts.envelope import EncodedEvent, Event, encode
from services.contracts.messages.assignments import (
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentProgressed,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentSigned,
)
from services.contracts.messages.values import Message, OpinionText, Outcome, Why
from services.contracts.people.callers import NOBODY, RULES, Caller, Role, acting_for
from services.design.maps import MapSource
from services.intake import consumer
from services.intake.app.context import Intake
from services.intake.app.routes import ROUTES
from services.intake.domain.people import Person
from services.intake.domain.publication.publishing import Release
from services.intake.domain.submission.capacity import CapacityLimits
from services.intake.gateway.capacity import Capacity
from services.intake.handlers.publishing import release
from services.intake.pages.routes import PAGES
from services.intake.pages.submission.fields import new_key
from services.intake.store.reading import find_persons
from services.intake.store.tables import opinions
from services.intake.store.writing import IntakeStore
from services.runtime.clock import FixedClock
from services.runtime.process.catalogue import InUse, same
from services.runtime.store.database import Database, Transaction
from services.runtime.store.vault import Vault
from services.runtime.telemetry import Telemetry
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app
from services.runtime.web.routes import Routes

ROOT = Path(__file__).parents[1]
MIGRATIONS = ROOT / "services" / "intake" / "migrations"
DEPARTMENT = "environment"
KEY = "a-key-for-tests-as-long-as-a-key-has-to-be"
NO_RULES = Rules()
#: What somebody acts for in tests, by what that is.
PARTIES: Mapping[str, str] = {"department": "water", "station": "chengdong", "deputy": "d-1"}
_KEY = re.compile(r'name="key" value="([^"]+)"')


class FakeAuthenticator(TokenAuthenticator):
    """Knows nobody: pages are for everybody."""

    def __init__(self) -> None:
        pass

    def caller(self, header: str | None) -> Caller:
        return NOBODY


def party_of(role: Role) -> str | None:
    """What somebody of a role acts for in tests."""
    of = RULES[role].of
    return PARTIES[of] if of else None


def granted_as(role: Role) -> NewGrant:
    """The grant of a role in tests."""
    acts_for = acting_for(role, party_of(role))
    return NewGrant(role, acts_for.get("department"), acts_for.get("station"), acts_for.get("deputy"))


def accounts_in(
    database: Database, vault: Vault, rules: Rules = NO_RULES, post: Callable[[Letter], None] | None = None
) -> Accounts:
    """Accounts in a store, which has their tables when it is that of access; passwords are hashed at a low price."""
    return Accounts(database, vault, rules, post or (lambda _: None), Passwords(PasswordHasher(1, 8, 1)))


@cache
def shipped_catalogue() -> Catalogue:
    return load_catalogue(ROOT / "deploy" / "catalogue.yml")


@dataclass
class Visit:
    """One application, its clock, and how far each opinion's story has been told."""

    database: Database
    clock: FixedClock
    catalogue: Catalogue = field(default_factory=shipped_catalogue)
    sequence: int = 100
    vault: Vault = field(default_factory=lambda: Vault([KEY]))
    limits: CapacityLimits = CapacityLimits(1_000_000, 0)
    authenticator: TokenAuthenticator = field(default_factory=FakeAuthenticator)
    map_source: MapSource | None = None

    def __post_init__(self) -> None:
        capacity, accounts = Capacity(self.database, self.limits), accounts_in(self.database, self.vault)
        self.intake = Intake(self.database, InUse(self.catalogue, same), self.vault, capacity, accounts, map_source=self.map_source)
        self.app: flask.Flask = create_app("intake", self.intake, Routes([*ROUTES, *PAGES]), self.authenticator, Telemetry())
        self.client = self.app.test_client()

    def key(self, path: str = "/") -> str:
        """The hidden key of the form on a page."""
        found = _KEY.search(self.client.get(path).text)
        assert found, f"{path} has no form with a key"
        return found[1]

    def submit(self, key=None, **fields):
        """Send the form of the first page, as if it had been read first."""
        form = {"title": "河边夜里倒垃圾", "content": "每晚有车来倒垃圾，请派人看看。", "key": key or new_key()} | fields
        return self.client.post("/opinions", data=form)

    def receipt(self, **fields: str) -> str:
        """The path of the page of a fresh receipt."""
        answer = self.submit(**fields)
        assert answer.status_code == 303, answer.text
        made: str = answer.headers["Location"].partition("/submitted")[0]
        return made

    def opinions(self) -> list[Mapping[str, Any]]:
        """All opinions as they are stored, newest first."""
        with self.database.reading() as connection:
            return [dict(row) for row in connection.execute(sa.select(opinions).order_by(opinions.c.id.desc())).mappings()]

    def submitter(self, opinion: str) -> Person | None:
        """Who submitted an opinion, as the store has it."""
        with self.database.reading() as connection:
            return find_persons(connection, self.vault, opinion).submitter

    def make_public(self, opinion: str) -> None:
        """Let the office release an opinion whose submitter agreed to it, as it was written."""

        def unit(work: Transaction) -> None:
            store = IntakeStore(work, self.vault)
            case = store.load(opinion)
            release(store, opinion, Release(case.title, case.content, place=True))

        self.database.write(unit)

    def consume(self, *messages: Message, opinion: str | None = None, after: timedelta = timedelta(hours=1)) -> None:
        """Let other services say something about an opinion, the newest unless told."""
        opinion = opinion or self.opinions()[0]["id"]
        for message in messages:
            self.sequence += 1
            self.clock.instant += after
            event = Event(f"event-{self.sequence}", "/routing", opinion, self.clock.instant, self.sequence, message)
            with self.database.transaction() as work:
                consumer.handle(self.intake, work, [EncodedEvent(event, encode(event))])


def created(due: datetime, rule: str = "keywords: 垃圾、河道", department: str = DEPARTMENT) -> AssignmentCreated:
    text = OpinionText("o", "河边夜里倒垃圾", "每晚有车来倒垃圾。")
    return AssignmentCreated("a", text, department, "lead", "simple", {"sign": due, "reply": due}, Why(rule, 0.9))


def signed(due: datetime, on_time: bool = True) -> AssignmentSigned:
    return AssignmentSigned("a", DEPARTMENT, due, on_time)


def progressed(content: str) -> AssignmentProgressed:
    return AssignmentProgressed("a", DEPARTMENT, content)


def replied(due: datetime, content: str = "已清运，并装了摄像头。", outcome: Outcome = Outcome.SOLVED) -> AssignmentReplied:
    return AssignmentReplied("a", DEPARTMENT, content, outcome, due, True, due + timedelta(days=28))


def reopened(due: datetime) -> AssignmentReopened:
    return AssignmentReopened("a", DEPARTMENT, 2, {"reply": due})


def concluded(rated: bool = True) -> AssignmentConcluded:
    return AssignmentConcluded("a", DEPARTMENT, Outcome.SOLVED, True, rated)
