"""The tables of the kept sums, which all follow from `changes`: by how much each batch changed the published figures."""

from __future__ import annotations

import sqlalchemy as sa

from services.metrics.store.tables import tables
from services.runtime.store.database import Instant

#: What each batch changed about the figures, by all dimensions; `part` tells several apart that have one instant.
changes = sa.Table(
    "changes",
    tables,
    sa.Column("at", Instant, primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("figures", sa.LargeBinary, nullable=False),
)
#: The sums as of the newest segment: by which dimensions (`cube`), for which month of submission ("" for all), for which values.
sums = sa.Table(
    "sums",
    tables,
    sa.Column("cube", sa.String(40), primary_key=True),
    sa.Column("month", sa.String(7), primary_key=True),
    sa.Column("key", sa.String(600), primary_key=True),
    sa.Column("segment", sa.Integer, nullable=False),
    sa.Column("figures", sa.LargeBinary, nullable=False),
)
#: The sums as they stood at the end of earlier segments: each row holds until there is one of a later segment.
sums_past = sa.Table(
    "sums_past",
    tables,
    sa.Column("cube", sa.String(40), primary_key=True),
    sa.Column("month", sa.String(7), primary_key=True),
    sa.Column("key", sa.String(600), primary_key=True),
    sa.Column("segment", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("figures", sa.LargeBinary, nullable=False),
)
#: Stretches of the changes. All that was recorded up to `at` is in the sums of a segment; the newest one still grows.
segments = sa.Table(
    "segments",
    tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("groups", sa.Integer, nullable=False),
    sa.Index("segments_at", "at"),
)
#: One row: by which formula the sums are made, whether they are `complete` (all opinions are counted), how many changed groups are
#: not in them yet, when the latest opinion of all was submitted, and how often some opinions were counted again.
standing = sa.Table(
    "standing",
    tables,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("formula", sa.String(16), nullable=False),
    sa.Column("complete", sa.Boolean, nullable=False),
    sa.Column("unfolded", sa.Integer, nullable=False),
    sa.Column("latest", Instant),
    sa.Column("recounts", sa.Integer, nullable=False),
)
