"""The tables of the store of access that only accounts use."""

from __future__ import annotations

import sqlalchemy as sa

from services.runtime.store.database import Instant
from services.runtime.web.access.tokens import tables

#: One-time links and other secrets that are good once and for a short time, as hashes.
links = sa.Table(
    "links",
    tables,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("purpose", sa.String(12), nullable=False),
    sa.Column("person", sa.String(36)),
    sa.Column("until", Instant, nullable=False),
    sa.Column("used", Instant),
    sa.Index("links_person", "person"),
    sa.Index("links_until", "until"),
)
#: What was tried in vain of late, by a hash of what it was tried for; `until` is when the next try is taken.
attempts = sa.Table(
    "attempts",
    tables,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Index("attempts_until", "until"),
)
recovery_codes = sa.Table(
    "recovery_codes",
    tables,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("person", sa.String(36), nullable=False),
    sa.Column("used", Instant),
    sa.Index("recovery_codes_person", "person"),
)
passkeys = sa.Table(
    "passkeys",
    tables,
    sa.Column("id", sa.String(255), primary_key=True),
    sa.Column("person", sa.String(36), nullable=False),
    sa.Column("label", sa.String(60), nullable=False),
    sa.Column("key", sa.LargeBinary, nullable=False),
    sa.Column("signs", sa.BigInteger, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("used", Instant),
    sa.Index("passkeys_person", "person"),
)
#: The filters of lists that people keep; what they are called and what they say is sealed.
filters = sa.Table(
    "filters",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("person", sa.String(36), nullable=False),
    sa.Column("list", sa.String(40), nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Index("filters_person", "person"),
)
