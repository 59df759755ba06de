"""The audit trail as administrators read it: the newest first, narrowed down, some at a time however long it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.accounts.model import Granted, granted, sign_in_name
from services.contracts.people.callers import Role
from services.runtime.clock import first_id
from services.runtime.web.access.audit import lines
from services.runtime.web.access.people import persons
from services.runtime.web.access.tokens import tokens
from services.runtime.web.lists.listing import narrowed

#: Of lines that no index finds, a page looks through this many and then says how far it came.
LOOKED_THROUGH: Final = 20_000
REFUSED: Final = 400
MOST_NAMESAKES: Final = 20


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What is looked for: by whom, about what, when; and of these, changes or looks, an address, only what was refused."""

    person: str | None = None
    token: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    changes: bool | None = None
    route: str | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One line; without a status the request was interrupted."""

    id: str
    at: datetime
    person: str | None
    token: str | None
    name: str | None
    role: str
    party: str | None
    service: str
    method: str
    route: str
    subject: str | None
    status: int | None

    @property
    def acts_as(self) -> Granted | None:
        """As what it was done; None for a role that there is no more."""
        return granted("", self.role, self.party, None) if self.role in list(Role) else None


_LINE: Final = tuple(lines.c[name] for name in TrailLine.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Lines, and the id before which the next page begins; None at the end."""

    lines: Sequence[TrailLine]
    before: str | None


def read_trail(connection: Connection, wanted: TrailFilter, before: str | None, limit: int) -> TrailPage:
    """The newest lines that are wanted, at most `limit`; fewer, and a place to go on, where they are rare."""
    found = sa.select(*_LINE).order_by(lines.c.id.desc())
    found = narrowed(found, lines, {"person": wanted.person, "token": wanted.token, "subject": wanted.subject})
    # An id tells when it was made, so that a period is a part of each index.
    for bound in filter(None, (before, wanted.until and first_id(wanted.until))):
        found = found.where(lines.c.id < bound)
    if wanted.since is not None:
        found = found.where(lines.c.id >= first_id(wanted.since))
    conditions, older = _conditions(wanted), None
    if conditions:
        looked = found.with_only_columns(lines.c.id).limit(LOOKED_THROUGH).subquery()
        count, last = connection.execute(sa.select(sa.func.count(), sa.func.min(looked.c.id))).one()
        if not count:
            return TrailPage((), None)
        # How far is fixed before looking: lines are added all the time, and would push the end along.
        found, older = found.where(lines.c.id >= last, *conditions), last if count == LOOKED_THROUGH else None
    rows = [TrailLine(*row) for row in connection.execute(found.limit(limit + 1))]
    return TrailPage(rows[:limit], rows[limit - 1].id) if len(rows) > limit else TrailPage(rows, older)


def known_as(connection: Connection, text: str) -> tuple[list[tuple[str, str, str | None]], bool]:
    """Who a text may mean, as (id, name, sign-in name), and whether it is a token: an id, a sign-in name or a whole name."""
    which = sa.or_(persons.c.id == text, persons.c.sign_in == sign_in_name(text), persons.c.name == text)
    query = sa.select(persons.c.id, persons.c.name, persons.c.sign_in).where(which).order_by(persons.c.id).limit(MOST_NAMESAKES)
    people = [(row.id, row.name, row.sign_in) for row in connection.execute(query)]
    token = connection.execute(sa.select(tokens.c.id).where(tokens.c.id == text)).scalar()
    return people, token is not None


def _conditions(wanted: TrailFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.changes is not None:
        found.append(lines.c.method != "GET" if wanted.changes else lines.c.method == "GET")
    if wanted.route:
        found.append(lines.c.route.contains(wanted.route, autoescape=True))
    if wanted.refused:
        found.append(lines.c.status >= REFUSED)
    return found
