"""The tables of supervisions and of the agendas that they stand on."""

from __future__ import annotations

import sqlalchemy as sa

from services.notify.store.sessions.tables import sessions
from services.notify.store.tables import tables
from services.runtime.store.database import Instant

#: States: `open`, `scheduled` when it is on the agenda of `meeting`, `resolved` with a result. `rung` is the last one raised.
supervisions = sa.Table(
    "supervisions",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("assignment", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("rung", sa.String(60), nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("due", Instant, nullable=False),
    sa.Column("raised", Instant, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("meeting", sa.String(36)),
    sa.Column("result", sa.String(10)),
    sa.Column("note", sa.Text),
    sa.Column("promise", sa.Text),
    sa.Column("promise_due", Instant),
    sa.Column("promise_who", sa.Text),
    sa.Column("resolved", Instant),
    sa.Column("resolved_by", sa.String(36)),
    sa.Column("reason", sa.Text),
    sa.Column("raised_by", sa.String(36)),
    sa.Index("supervisions_department", "department", "id"),
    sa.Index("supervisions_opinion", "opinion"),
    # What is to be put on an agenda, or waits for its meeting.
    sa.Index(
        "supervisions_waiting",
        "state",
        "department",
        sqlite_where=sa.text("state <> 'resolved'"),
        postgresql_where=sa.text("state <> 'resolved'"),
    ),
    # One that is raised further while it is open goes on as the same one.
    sa.Index(
        "supervisions_open",
        "assignment",
        "kind",
        unique=True,
        sqlite_where=sa.text("state <> 'resolved'"),
        postgresql_where=sa.text("state <> 'resolved'"),
    ),
)

#: What each meeting was to deal with, whatever has been put off to a later one since.
agenda = sa.Table(
    "agenda",
    tables,
    sa.Column("meeting", sa.String(36), sa.ForeignKey(sessions.c.id), nullable=False),
    sa.Column("supervision", sa.String(36), sa.ForeignKey("supervisions.id"), nullable=False),
    sa.Column("added", Instant, nullable=False),
    sa.PrimaryKeyConstraint("meeting", "supervision"),
    sa.Index("agenda_supervision", "supervision"),
)
