"""Who has an account, and what they may act as: the tables that every service reads to know who is signed in."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.people.callers import Caller, somebody
from services.runtime.store.database import Instant
from services.runtime.web.access.tokens import tables

LONGEST_NAME = 80
#: `state`: invited, active, suspended or erased. `personal` has the ways to reach them, sealed; `password` its slow hash, `totp`
#: the sealed secret of their second factor, of whose codes those of `totp_step` and before are used up. `external` is what the
#: single sign-on calls them.
persons = sa.Table(
    "persons",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("sign_in", sa.String(60), unique=True),
    sa.Column("name", sa.String(LONGEST_NAME), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("personal", sa.Text),
    sa.Column("external", sa.String(200), unique=True),
    sa.Column("password", sa.String(200)),
    sa.Column("totp", sa.Text),
    sa.Column("totp_step", sa.BigInteger),
    sa.Column("created", Instant, nullable=False),
    sa.Column("updated", Instant, nullable=False),
    sa.Column("seen", Instant),
)
#: One row for each role that somebody has, with what they act for in it; None of `channels` stands for those of the role.
grants = sa.Table(
    "grants",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("person", sa.String(36), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("party", sa.String(60)),
    sa.Column("channels", sa.JSON(none_as_null=True)),
    sa.Column("created", Instant, nullable=False),
    sa.Column("ended", Instant),
    sa.Index("grants_person", "person"),
    sa.Index("grants_party", "party", "role"),
)


def acting(connection: Connection, ids: Collection[str]) -> dict[str, Sequence[Caller]]:
    """As what each of these persons may act now, perhaps as nothing; those who are erased are not in it."""
    granted = sa.and_(grants.c.person == persons.c.id, grants.c.ended.is_(None), persons.c.state == "active")
    query = (
        sa.select(persons.c.id, grants.c.role, grants.c.party, grants.c.channels)
        .join_from(persons, grants, granted, isouter=True)
        .where(persons.c.id.in_(ids), persons.c.state != "erased")
        .order_by(grants.c.id)
    )
    found: dict[str, list[Caller]] = {}
    for row in connection.execute(query):
        callers = found.setdefault(row.id, [])
        if row.role is not None:
            callers.append(somebody(row.id, "", row.role, row.party, row.channels))
    return dict(found)
