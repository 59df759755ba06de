"""Who may call what: access tokens with roles, stored hashed, revocable, in a store of their own that every service reads."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from services.contracts.errors import Invalid, NotFound, NotSignedIn
from services.runtime.clock import new_id
from services.runtime.database import Database, Instant, rows_of

PREFIX = "hy_"
CACHE_SECONDS = 2.0
tables = sa.MetaData()
tokens = sa.Table(
    "tokens",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("department", sa.String(40)),
    sa.Column("created", Instant, nullable=False),
    sa.Column("revoked", Instant),
)


class Role(StrEnum):
    """What a token is for."""

    REVIEWER = "reviewer"
    DEPARTMENT = "department"
    HEAD = "head"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    SCRAPER = "scraper"


#: Who acts for one department: whoever handles its assignments, and its head, who approves its replies where that is asked for.
OF_A_DEPARTMENT = frozenset({Role.DEPARTMENT, Role.HEAD})
#: Marks a route that anybody may call.
PUBLIC: frozenset[Role] = frozenset()
OFFICE = frozenset({Role.REVIEWER, Role.SUPERVISOR, Role.ADMIN})
STAFF = OFFICE | {Role.DEPARTMENT}
SCRAPE = frozenset({Role.SCRAPER, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a role, the department it acts for if it is one, and the token's id for the record."""

    role: Role | None = None
    department: str | None = None
    token: str | None = None


NOBODY = Caller()


def create(database: Database, role: str, department: str | None) -> tuple[str, str]:
    """Make a token; returns (id, token). The token itself is shown once and never stored."""
    if role not in list(Role):
        raise Invalid("There is no such role.", {"role": [f"one of {', '.join(Role)}"]})
    if (role in OF_A_DEPARTMENT) != (department is not None):
        raise Invalid(
            "The token of a department or of its head, and no other, names its department.",
            {"department": ["needed for roles department and head only"]},
        )
    token, token_id = PREFIX + secrets.token_urlsafe(32), new_id()
    with database.transaction() as work:
        row = {"id": token_id, "hash": _hash(token), "role": role, "department": department, "created": work.now}
        work.add(tokens, row)
    return token_id, token


def revoke(database: Database, token_id: str) -> None:
    """End a token; every service refuses it within `CACHE_SECONDS`. Raises `NotFound`."""
    with database.transaction() as work:
        change = tokens.update().where(tokens.c.id == token_id, tokens.c.revoked.is_(None)).values(revoked=work.now)
        if work.execute(change).rowcount == 0:
            raise NotFound("There is no such token, or it is revoked already.")


def listing(database: Database) -> list[Mapping[str, Any]]:
    """All tokens without their hashes, newest first."""
    columns = [column for column in tokens.c if column.name != "hash"]
    with database.reading() as connection:
        return rows_of(connection.execute(sa.select(*columns).order_by(tokens.c.id.desc())))


class Gatekeeper:
    """Turns the Authorization header into a caller; remembers what it found for a moment."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[float, Caller]] = {}

    def caller(self, header: str | None) -> Caller:
        """The caller behind `Bearer <token>`, or `NOBODY` without a header; raises `NotSignedIn` for a token that is no good."""
        if not header:
            return NOBODY
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotSignedIn("Send the header 'Authorization: Bearer <token>'.")
        digest = _hash(token.strip())
        found = self._known.get(digest)
        if found is None or found[0] < time.monotonic():
            found = (time.monotonic() + CACHE_SECONDS, self._look_up(digest))
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[digest] = found
        return found[1]

    def _look_up(self, digest: str) -> Caller:
        query = sa.select(tokens.c.id, tokens.c.role, tokens.c.department).where(
            tokens.c.hash == digest, tokens.c.revoked.is_(None)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotSignedIn("This token is unknown or revoked. Make one with 'huiying token create'.")
        return Caller(Role(row.role), row.department, row.id)


def _hash(token: str) -> str:
    # The token is 256 random bits, so a plain digest cannot be guessed back; a slow one would only slow every request.
    return hashlib.sha256(token.encode()).hexdigest()
