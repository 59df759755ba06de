"""Assignments and rulings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table(
        "assignments",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("opinion", sa.String(36), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("area", sa.String(60)),
        sa.Column("station", sa.String(60)),
        sa.Column("topic", sa.String(60)),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("difficulty", sa.String(40), nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("sign_by", sa.BigInteger, nullable=False),
        sa.Column("object_by", sa.BigInteger, nullable=False),
        sa.Column("contact_by", sa.BigInteger, nullable=False),
        sa.Column("reply_by", sa.BigInteger, nullable=False),
        sa.Column("original_reply_by", sa.BigInteger, nullable=False),
        sa.Column("extensions", sa.Integer, nullable=False),
        sa.Column("asked_until", sa.BigInteger),
        sa.Column("asked_reason", sa.Text),
        sa.Column("proposed", sa.String(40)),
        sa.Column("objection", sa.Text),
        sa.Column("transfers", sa.Integer, nullable=False),
        sa.Column("paused", sa.BigInteger),
        sa.Column("paused_until", sa.BigInteger),
        sa.Column("pauses", sa.Integer, nullable=False),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("signed", sa.BigInteger),
        sa.Column("replied", sa.BigInteger),
        sa.Column("reply", sa.Text),
        sa.Column("outcome", sa.String(12)),
        sa.Column("on_time", sa.Boolean),
        sa.Column("promise", sa.JSON),
        sa.Column("evaluate_by", sa.BigInteger),
        sa.Column("concluded", sa.BigInteger),
        sa.Column("said", sa.Integer, nullable=False),
    )
    _index_assignments()
    _create_rulings()


def _index_assignments() -> None:
    op.create_index("assignments_department", "assignments", ["department", "id"])
    op.create_index("assignments_opinion", "assignments", ["opinion"])
    lead = sa.text("role = 'lead' AND state <> 'reassigned'")
    replied, paused = sa.text("state = 'replied'"), sa.text("state = 'paused'")
    op.create_index("assignments_one_lead", "assignments", ["opinion"], unique=True, sqlite_where=lead, postgresql_where=lead)
    op.create_index("assignments_evaluate_by", "assignments", ["evaluate_by"], sqlite_where=replied, postgresql_where=replied)
    op.create_index("assignments_paused_until", "assignments", ["paused_until"], sqlite_where=paused, postgresql_where=paused)


def _create_rulings() -> None:
    op.create_table(
        "rulings",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("assignment", sa.String(36), nullable=False, index=True),
        sa.Column("about", sa.String(12), nullable=False),
        sa.Column("granted", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.String(36), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("topic", sa.String(60)),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("target", sa.String(40)),
    )
    op.create_index("rulings_topic", "rulings", ["topic", "id"])
