"""The audit log: an entry for each request with a token or a session that changes something or reads personal data.

The entry is durable before the request begins, and the request is refused when the store is away: nothing is done or shown
without an entry. The outcome is added afterwards without waiting, so an entry without a status means that the process died
meanwhile. Entries and outcomes of requests that run at the same time share a commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from services.contracts.errors import Unavailable
from services.contracts.people.callers import Caller
from services.runtime.clock import new_id
from services.runtime.store.database import Database, Instant, Transaction
from services.runtime.store.statements.bulk import rows_of
from services.runtime.web.access.people import LONGEST_NAME
from services.runtime.web.access.tokens import tables

log = structlog.get_logger()
LONGEST_SUBJECT = 200
lines = sa.Table(
    "audit",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("request", sa.String(128), nullable=False),
    sa.Column("service", sa.String(16), nullable=False),
    sa.Column("token", sa.String(36)),
    sa.Column("person", sa.String(36)),
    sa.Column("name", sa.String(LONGEST_NAME)),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("party", sa.String(60)),
    sa.Column("method", sa.String(8), nullable=False),
    sa.Column("route", sa.String(200), nullable=False),
    sa.Column("subject", sa.String(LONGEST_SUBJECT)),
    sa.Column("status", sa.Integer),
    sa.Index("audit_token", "token", "id"),
    sa.Index("audit_person", "person", "id"),
    sa.Index("audit_subject", "subject", "id"),
)
_END = lines.update().where(lines.c.id == sa.bindparam("line")).values(status=sa.bindparam("ended"))
_END_WITH = _END.values(subject=sa.bindparam("about"))


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry: who asked which service for what, about what; `party` is whom they act for. A person stands there with the name
    that they had at the time, a program with its token."""

    request: str
    service: str
    token: str | None
    role: str
    party: str | None
    method: str
    route: str
    subject: str | None
    person: str | None = None
    name: str | None = None


class AuditLog:
    """Writes the entries of one web process."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, line: AuditEntry) -> str:
        """Write an entry and wait until it is durable; returns its id. Raises `Unavailable`."""
        row = {"id": new_id(), "at": self._database.clock.now(), **asdict(line), "status": None}
        try:
            self._database.write(lambda work: work.add(lines, row))
        except Exception as error:
            log.warning("audit_unavailable", error=repr(error))
            raise Unavailable("The audit trail cannot be written; nothing was changed. Send the same request again.") from error
        return str(row["id"])

    def end(self, line_id: str, line: AuditEntry, status: int, subjects: Sequence[str]) -> None:
        """Add the outcome; a request about several things gets an entry for each of them."""
        about: Sequence[str | None] = subjects or [line.subject]
        first, *others = about
        end = {"line": line_id, "ended": status} | ({"about": first} if first != line.subject else {})
        at = self._database.clock.now()
        more = [{"id": new_id(), "at": at, **asdict(line), "subject": each, "status": status} for each in others]

        def unit(work: Transaction) -> None:
            work.defer(_END_WITH if "about" in end else _END, end)
            for row in more:
                work.add(lines, row)

        self._database.write_later(unit, lambda error: log.error("audit_end_not_written", end=end, rows=more, error=repr(error)))


def line_for(caller: Caller, request: str, service: str, method: str, route: str, subject: str | None) -> AuditEntry:
    """The entry for a caller with a token or a session."""
    token = None if caller.person else caller.token or "-"
    return AuditEntry(request, service, token, str(caller.role), caller.party, method, route, subject, caller.person, caller.name)


def listing(database: Database, *, since: datetime | None, wanted: Mapping[str, str | None], limit: int) -> list[Mapping[str, Any]]:
    """The newest `limit` entries, oldest first; `wanted` maps a column to the value it must have."""
    query = sa.select(lines).order_by(lines.c.id.desc()).limit(limit)
    if since is not None:
        query = query.where(lines.c.at >= since)
    for column, value in wanted.items():
        if value is not None:
            query = query.where(lines.c[column] == value)
    with database.reading() as connection:
        return rows_of(connection.execute(query))[::-1]


def subjects_of(method: str, answer: object) -> list[str]:
    """The ids of what a request made, or decided about many, which only its answer tells."""
    if not isinstance(answer, Mapping):
        return []
    items = answer.get("items") if method != "GET" else None
    found = [item.get("id") for item in items if isinstance(item, Mapping)] if isinstance(items, list) else [answer.get("id")]
    return [printable(str(each)) for each in found if each]


def printable(text: str) -> str:
    """A subject without control characters, as long as its column takes."""
    return "".join(letter for letter in text if letter.isprintable())[:LONGEST_SUBJECT]
