"""Assignments."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table and its indexes."""
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
    op.create_index("assignments_department", "assignments", ["department", "id"])
    op.create_index("assignments_opinion", "assignments", ["opinion"])
    lead, replied = sa.text("role = 'lead'"), sa.text("state = 'replied'")
    op.create_index("assignments_one_lead", "assignments", ["opinion"], unique=True, sqlite_where=lead, postgresql_where=lead)
    op.create_index("assignments_evaluate_by", "assignments", ["evaluate_by"], sqlite_where=replied, postgresql_where=replied)
