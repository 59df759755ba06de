"""The tables of sessions, the plans that they come from, who was there, and which deputies there are."""

from __future__ import annotations

import sqlalchemy as sa

from services.notify.domain.sessions.details import Broken, Official, Ratings
from services.notify.domain.sessions.plan import PlannedDay
from services.notify.store.tables import tables
from services.runtime.store.database import Instant
from services.runtime.store.nouns import JsonValue

_CODES = JsonValue(tuple[str, ...])

#: `sequence` counts what was published about a session.
sessions = sa.Table(
    "sessions",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("brand", sa.Text),
    sa.Column("theme", sa.Text),
    sa.Column("plan", sa.String(40)),
    sa.Column("nominal", sa.Date),
    sa.Column("planned_day", sa.Date),
    sa.Column("station", sa.String(60)),
    sa.Column("area", sa.String(60)),
    sa.Column("ends", Instant),
    sa.Column("place", sa.Text),
    sa.Column("slots", sa.Integer, nullable=False),
    sa.Column("deputies", _CODES, nullable=False),
    sa.Column("departments", _CODES, nullable=False),
    sa.Column("officials", JsonValue(tuple[Official, ...]), nullable=False),
    sa.Column("deputies_present", _CODES, nullable=False),
    sa.Column("observers", sa.Integer, nullable=False),
    sa.Column("visitors", sa.Integer, nullable=False),
    sa.Column("irregular", JsonValue(tuple[Broken, ...]), nullable=False),
    sa.Column("announced", Instant),
    sa.Column("held", Instant),
    sa.Column("minutes_due", Instant),
    sa.Column("minuted", Instant),
    sa.Column("minutes", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("ratings", JsonValue(Ratings)),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("created_by", sa.String(36)),
    sa.Column("updated", Instant, nullable=False),
    # A plan has one session for each of its days, however many processes make them.
    sa.UniqueConstraint("plan", "nominal", name="sessions_once"),
    sa.Index("sessions_at", "at", "id"),
    sa.Index("sessions_kind", "kind", "at", "id"),
    sa.Index("sessions_state", "state", "at", "id"),
    sa.Index("sessions_station", "station", "at", "id"),
    sa.Index("sessions_plan", "plan", "at", "id"),
    # Meetings are listed in the order in which they were called.
    sa.Index("sessions_called", "kind", "id"),
    sa.Index("sessions_minutes", "minutes_due", sqlite_where=sa.text("state = 'held'"), postgresql_where=sa.text("state = 'held'")),
)

plans = sa.Table(
    "plans",
    tables,
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("rule", sa.String(12), nullable=False),
    sa.Column("time", sa.String(5), nullable=False),
    sa.Column("begins", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
    sa.Column("weekday", sa.Integer),
    sa.Column("day", sa.Integer),
    sa.Column("dates", JsonValue(tuple[PlannedDay, ...]), nullable=False),
    sa.Column("shift", sa.String(8), nullable=False),
    sa.Column("length", sa.Integer),
    sa.Column("brand", sa.Text),
    sa.Column("station", sa.String(60)),
    sa.Column("area", sa.String(60)),
    sa.Column("place", sa.Text),
    sa.Column("slots", sa.Integer, nullable=False),
    sa.Column("deputies", _CODES, nullable=False),
    sa.Column("departments", _CODES, nullable=False),
    sa.Column("officials", JsonValue(tuple[Official, ...]), nullable=False),
    sa.Column("made_until", sa.Date),
    sa.Column("calendar", sa.String(16)),
    sa.Column("updated", Instant, nullable=False),
    sa.Index("plans_made_until", "made_until"),
)

#: Who was recorded at a session: a deputy by code, or (`deputy` is empty) how many others the host counted.
attendances = sa.Table(
    "attendances",
    tables,
    sa.Column("session", sa.String(36), nullable=False),
    sa.Column("deputy", sa.String(40), nullable=False),
    sa.Column("visitors", sa.Integer, nullable=False),
    sa.Column("observers", sa.Integer, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.PrimaryKeyConstraint("session", "deputy"),
)

#: `place` is the number of a theme among those to choose from for sessions of a kind in a month (its first day).
themes = sa.Table(
    "themes",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("source", sa.String(8), nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("kind", sa.String(40)),
    sa.Column("area", sa.String(60)),
    sa.Column("support", sa.Integer, nullable=False),
    sa.Column("month", sa.Date),
    sa.Column("place", sa.Integer),
    sa.Column("session", sa.String(36)),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("created_by", sa.String(36)),
    sa.Column("updated", Instant, nullable=False),
    sa.UniqueConstraint("kind", "month", "place", name="themes_places"),
    sa.Index("themes_state", "state", "id"),
    sa.Index("themes_session", "session"),
)

#: The register of deputies as intake tells of it.
deputies = sa.Table(
    "deputies",
    tables,
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
)
