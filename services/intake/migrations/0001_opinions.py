"""Opinions, their timelines and their evaluations."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "opinions",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("receipt", sa.String(14), nullable=False, unique=True),
        sa.Column("external_id", sa.String(200), unique=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("topic", sa.String(60)),
        sa.Column("area", sa.String(60)),
        sa.Column("station", sa.String(60)),
        sa.Column("deputy", sa.String(120)),
        sa.Column("location", sa.JSON),
        sa.Column("submitter", sa.JSON),
        sa.Column("relay", sa.JSON),
        sa.Column("visibility", sa.String(12), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("submitted", sa.BigInteger, nullable=False),
        sa.Column("told", sa.String(40)),
        sa.Column("merged_into", sa.String(36)),
        sa.Column("department", sa.String(40)),
        sa.Column("assignment", sa.String(36)),
        sa.Column("outcome", sa.String(12)),
        sa.Column("reply", sa.Text),
        sa.Column("evaluate_by", sa.BigInteger),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("said", sa.Integer, nullable=False),
        sa.Column("heard", sa.Integer, nullable=False),
    )
    op.create_index("opinions_state", "opinions", ["state", "id"])
    op.create_index("opinions_department", "opinions", ["department", "id"])
    op.create_index("opinions_merged_into", "opinions", ["merged_into"])
    _create_history()


def _create_history() -> None:
    op.create_table(
        "timeline",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("opinion", sa.String(36), nullable=False, index=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
    )
    op.create_table(
        "evaluations",
        sa.Column("opinion", sa.String(36), primary_key=True),
        sa.Column("round", sa.Integer, primary_key=True),
        sa.Column("process", sa.String(20)),
        sa.Column("result", sa.String(20), nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
