"""The tables behind lists."""

from __future__ import annotations

import sqlalchemy as sa

from services.notify.domain.lists.cases import CasePromise
from services.notify.store.tables import tables
from services.runtime.store.database import Instant
from services.runtime.store.nouns import JsonValue

#: The cases behind the questions of sessions, by the id of the opinion; all else that has a case is not in it.
session_cases = sa.Table(
    "session_cases",
    tables,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("session", sa.String(36), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("asked", Instant, nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("station", sa.String(60)),
    sa.Column("summary", sa.Text),
    sa.Column("topic", sa.String(60)),
    sa.Column("department", sa.String(80)),
    sa.Column("assignment", sa.String(64)),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("due", Instant),
    sa.Column("outcome", sa.String(20)),
    sa.Column("on_time", sa.Boolean),
    sa.Column("rating", sa.String(20)),
    sa.Column("said", JsonValue(dict[str, int]), nullable=False),
    sa.Column("promises", JsonValue(tuple[CasePromise, ...]), nullable=False),
    sa.Index("session_cases_session", "session", "number"),
    sa.Index("session_cases_year", "year", "station", "session", "number"),
    sa.Index("session_cases_whole", "year", "session", "number"),
)

entries = sa.Table(
    "entries",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("list", sa.String(10), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("made", Instant, nullable=False),
    sa.Column("session", sa.String(36)),
    sa.Column("station", sa.String(60)),
    sa.Column("year", sa.Integer),
    sa.Column("task", sa.String(36)),
    sa.Column("owner", sa.String(100)),
    sa.Column("due", Instant),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("result", sa.Text),
    sa.Column("ended", Instant),
    sa.Column("by", sa.String(60)),
    sa.Index("entries_session", "session", "id"),
    sa.Index("entries_year", "year", "station", "id"),
)

#: Lists as they stood when they were made public. `scope` says whose: a session's id, or a station and a year,
#: which stand in columns of their own, too.
frozen_lists = sa.Table(
    "frozen_lists",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("scope", sa.String(80), nullable=False),
    sa.Column("list", sa.String(10), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("by", sa.String(60)),
    sa.Column("year", sa.Integer),
    sa.Column("station", sa.String(60)),
    sa.Index("frozen_lists_scope", "scope", "list", "id"),
)
#: Those of a year, which are few beside those of sessions.
_OF_A_YEAR = frozen_lists.c.year.is_not(None)
sa.Index(
    "frozen_lists_year", frozen_lists.c.year, frozen_lists.c.station, frozen_lists.c.list, frozen_lists.c.at,
    sqlite_where=_OF_A_YEAR, postgresql_where=_OF_A_YEAR,
)  # fmt: skip
