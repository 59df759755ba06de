"""Who may call what: access tokens with roles, hashed, expiring, revocable, in a store of their own that every service reads."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
import structlog

from services.contracts.errors import Invalid, NotFound, NotSignedIn
from services.contracts.people.callers import (
    NOBODY,
    NOTHING_NAMED,
    Caller,
    Role,
    TokenGrants,
    acting_for,
    check_owner,
    check_token,
)
from services.runtime.clock import new_id
from services.runtime.store.database import Database, Instant, Transaction
from services.runtime.store.statements.bulk import rows_of

log = structlog.get_logger()
PREFIX = "hy_"
CACHE_SECONDS = 2.0
MOST_REMEMBERED = 10_000
T = TypeVar("T")
#: A token's last use is written down at most once in this time, however often it is used.
USE_SECONDS = 60.0
LONGEST_DAYS = 36_500
tables = sa.MetaData()
tokens = sa.Table(
    "tokens",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("party", sa.String(60)),
    sa.Column("created", Instant, nullable=False),
    sa.Column("revoked", Instant),
    sa.Column("expires", Instant),
    sa.Column("used", Instant),
    sa.Column("channels", sa.JSON(none_as_null=True)),
    sa.Column("source", sa.String(40)),
)
#: What lists show of a token: all but the hash.
SHOWN = tuple(column for column in tokens.c if column.name != "hash")


def create(
    database: Database, role: str, party: str | None, days: int | None = None, named: TokenGrants = NOTHING_NAMED
) -> tuple[str, str]:
    """Make a token, good for `days` or until it is revoked; returns (id, token). The token is shown once and never stored."""
    with database.transaction() as work:
        return make(work, role, party, days, named)


def make(
    work: Transaction, role: str, party: str | None, days: int | None = None, named: TokenGrants = NOTHING_NAMED
) -> tuple[str, str]:
    """The same inside a transaction; raises `Invalid`."""
    check_token(role, party, named)
    if days is not None and not 0 < days <= LONGEST_DAYS:
        raise Invalid("A token is good for at least one day.", {"days": [f"from 1 to {LONGEST_DAYS}"]})
    token, token_id = PREFIX + secrets.token_urlsafe(32), new_id()
    if named.source is not None:
        query = sa.select(tokens.c.party).where(tokens.c.source == named.source)
        check_owner(named.source, party, work.execute(query).scalars().all())
    grants = {"channels": list(named.channels) or None, "source": named.source}
    row = grants | {"id": token_id, "hash": digest(token), "role": role, "party": party, "created": work.now}
    work.add(tokens, row | {"expires": None if days is None else work.now + timedelta(days=days)})
    return token_id, token


def revoke(database: Database, token_id: str) -> None:
    """End a token; every service refuses it within `CACHE_SECONDS`. Raises `NotFound`."""
    with database.transaction() as work:
        change = tokens.update().where(tokens.c.id == token_id, tokens.c.revoked.is_(None)).values(revoked=work.now)
        if work.execute(change).rowcount == 0:
            raise NotFound("There is no such token, or it is revoked already.")


def listing(database: Database) -> list[Mapping[str, Any]]:
    """All tokens without their hashes, newest first."""
    with database.reading() as connection:
        return rows_of(connection.execute(sa.select(*SHOWN).order_by(tokens.c.id.desc())))


class TtlCache(Generic[T]):
    """Caches what was looked up for `CACHE_SECONDS`, bounded in size."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, T]] = {}

    def get(self, key: str, look_up: Callable[[], T]) -> T:
        """The cached value of a key, else the one found now; errors are not cached."""
        known = self._found.get(key)
        if known is None or known[0] < time.monotonic():
            known = (time.monotonic() + CACHE_SECONDS, look_up())
            if len(self._found) > MOST_REMEMBERED:
                self._found.clear()
            self._found[key] = known
        return known[1]

    def forget(self, key: str) -> None:
        """Drop a key, so that it is looked up again."""
        self._found.pop(key, None)


class UseRecord:
    """Writes down that something is in use, at most once in `USE_SECONDS`; not at once, and perhaps not at all."""

    def __init__(self, lost: str) -> None:
        self._lost = lost
        self._used: dict[str, float] = {}

    def mark(self, database: Database, key: str, change: Callable[[datetime, datetime], sa.Update]) -> None:
        """`change` gets the present and the instant before which what is written down is too old."""
        moment = time.monotonic()
        if self._used.get(key, -USE_SECONDS) + USE_SECONDS > moment:
            return
        if len(self._used) > MOST_REMEMBERED:
            self._used.clear()
        self._used[key] = moment
        now = database.clock.now()

        def unit(work: Transaction) -> None:
            # Every service has a cache of its own; the condition on the row keeps them from writing one after another.
            work.execute(change(now, now - timedelta(seconds=USE_SECONDS)))

        database.write_later(unit, lambda error: log.warning(self._lost, error=repr(error)))


class TokenAuthenticator:
    """Turns the Authorization header into a caller; caches what it found for a few seconds."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._known: TtlCache[Caller] = TtlCache()
        self._use = UseRecord("token_use_not_recorded")

    def caller(self, header: str | None) -> Caller:
        """The caller behind `Bearer <token>`, or `NOBODY` without a header; raises `NotSignedIn` for a token that is no good."""
        if not header:
            return NOBODY
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotSignedIn("Send the header 'Authorization: Bearer <token>'.")
        return self.behind(token.strip())

    def behind(self, token: str) -> Caller:
        """The caller behind a token; raises `NotSignedIn`."""
        key = digest(token)
        return self._known.get(key, lambda: self._look_up(key))

    def _look_up(self, key: str) -> Caller:
        query = sa.select(*CALLER, tokens.c.revoked, tokens.c.expires)
        with self.database.reading() as connection:
            row = connection.execute(query.where(tokens.c.hash == key)).one_or_none()
        if row is None:
            raise NotSignedIn("This token is unknown. Make one with 'huiying token create'.")
        refuse_ended(row.revoked, row.expires, self.database.clock.now())
        self._use.mark(self.database, row.id, lambda now, stale: _used(row.id, now, stale))
        return caller_of(row)


def _used(token: str, now: datetime, stale: datetime) -> sa.Update:
    return tokens.update().where(tokens.c.id == token, sa.or_(tokens.c.used.is_(None), tokens.c.used < stale)).values(used=now)


#: What of a token's row makes its caller.
CALLER = (tokens.c.id, tokens.c.role, tokens.c.party, tokens.c.channels, tokens.c.source)


def caller_of(row: Any) -> Caller:
    """The caller behind a row with the columns `CALLER`."""
    channels = None if row.channels is None else frozenset(row.channels)
    return Caller(Role(row.role), token=row.id, channels=channels, source=row.source, **acting_for(row.role, row.party))


def refuse_ended(revoked: datetime | None, expires: datetime | None, now: datetime) -> None:
    """Raises `NotSignedIn`, with the reason, for a token that has ended."""
    if revoked is not None:
        raise NotSignedIn("This token is revoked. Make another one with 'huiying token create'.")
    if expires is not None and expires <= now:
        moment = expires.isoformat(timespec="seconds")
        raise NotSignedIn(f"This token expired at {moment}. Make another one with 'huiying token create'.")


def digest(secret: str) -> str:
    """What is stored of a secret. It is 256 random bits, so it cannot be guessed back; a slow digest would only slow requests."""
    return hashlib.sha256(secret.encode()).hexdigest()
