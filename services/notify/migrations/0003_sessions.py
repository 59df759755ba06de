"""Sessions, the plans and themes that they come from, who was there, and the agendas of supervision meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SESSIONS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("brand", sa.Text),
    sa.Column("theme", sa.Text),
    sa.Column("plan", sa.String(40)),
    sa.Column("nominal", sa.Date),
    sa.Column("planned_day", sa.Date),
    sa.Column("station", sa.String(60)),
    sa.Column("area", sa.String(60)),
    sa.Column("ends", sa.BigInteger),
    sa.Column("place", sa.Text),
    sa.Column("slots", sa.Integer, nullable=False),
    sa.Column("deputies", sa.JSON, nullable=False),
    sa.Column("departments", sa.JSON, nullable=False),
    sa.Column("officials", sa.JSON, nullable=False),
    sa.Column("deputies_present", sa.JSON, nullable=False),
    sa.Column("observers", sa.Integer, nullable=False),
    sa.Column("visitors", sa.Integer, nullable=False),
    sa.Column("irregular", sa.JSON, nullable=False),
    sa.Column("announced", sa.BigInteger),
    sa.Column("held", sa.BigInteger),
    sa.Column("minutes_due", sa.BigInteger),
    sa.Column("minuted", sa.BigInteger),
    sa.Column("minutes", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("ratings", sa.JSON),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("created_by", sa.String(36)),
    sa.Column("updated", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("plan", "nominal", name="sessions_once"),
)
PLANS = (
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("rule", sa.String(12), nullable=False),
    sa.Column("time", sa.String(5), nullable=False),
    sa.Column("begins", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
    sa.Column("weekday", sa.Integer),
    sa.Column("day", sa.Integer),
    sa.Column("dates", sa.JSON, nullable=False),
    sa.Column("shift", sa.String(8), nullable=False),
    sa.Column("length", sa.Integer),
    sa.Column("brand", sa.Text),
    sa.Column("station", sa.String(60)),
    sa.Column("area", sa.String(60)),
    sa.Column("place", sa.Text),
    sa.Column("slots", sa.Integer, nullable=False),
    sa.Column("deputies", sa.JSON, nullable=False),
    sa.Column("departments", sa.JSON, nullable=False),
    sa.Column("officials", sa.JSON, nullable=False),
    sa.Column("made_until", sa.Date),
    sa.Column("calendar", sa.String(16)),
    sa.Column("updated", sa.BigInteger, nullable=False),
)
ATTENDANCES = (
    sa.Column("session", sa.String(36), primary_key=True),
    sa.Column("deputy", sa.String(40), primary_key=True),
    sa.Column("visitors", sa.Integer, nullable=False),
    sa.Column("observers", sa.Integer, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
)
THEMES = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("source", sa.String(8), nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("kind", sa.String(40)),
    sa.Column("area", sa.String(60)),
    sa.Column("support", sa.Integer, nullable=False),
    sa.Column("month", sa.Date),
    sa.Column("place", sa.Integer),
    sa.Column("session", sa.String(36)),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("created_by", sa.String(36)),
    sa.Column("updated", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("kind", "month", "place", name="themes_places"),
)
DEPUTIES = (
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
)
AGENDA = (
    sa.Column("meeting", sa.String(36), sa.ForeignKey("sessions.id"), primary_key=True),
    sa.Column("supervision", sa.String(36), sa.ForeignKey("supervisions.id"), primary_key=True),
    sa.Column("added", sa.BigInteger, nullable=False),
)
#: Name, table, columns, and the rows that it is for where not for all.
INDEXES = (
    ("sessions_at", "sessions", ["at", "id"], None),
    ("sessions_kind", "sessions", ["kind", "at", "id"], None),
    ("sessions_state", "sessions", ["state", "at", "id"], None),
    ("sessions_station", "sessions", ["station", "at", "id"], None),
    ("sessions_plan", "sessions", ["plan", "at", "id"], None),
    ("sessions_called", "sessions", ["kind", "id"], None),
    ("sessions_minutes", "sessions", ["minutes_due"], "state = 'held'"),
    ("plans_made_until", "plans", ["made_until"], None),
    ("themes_state", "themes", ["state", "id"], None),
    ("themes_session", "themes", ["session"], None),
    ("agenda_supervision", "agenda", ["supervision"], None),
)


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table("sessions", *SESSIONS)
    op.create_table("plans", *PLANS)
    op.create_table("attendances", *ATTENDANCES)
    op.create_table("themes", *THEMES)
    op.create_table("deputies", *DEPUTIES)
    op.create_table("agenda", *AGENDA)
    for name, table, columns, where in INDEXES:
        rows = sa.text(where) if where else None
        op.create_index(name, table, columns, sqlite_where=rows, postgresql_where=rows)
