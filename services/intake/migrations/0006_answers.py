"""The photos that departments add to their answers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ANSWER_PHOTOS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("type", sa.String(20), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("shown", sa.BigInteger),
    sa.Column("content", sa.LargeBinary, nullable=False),
)


def upgrade() -> None:
    """Make the table and its index."""
    op.create_table("answer_photos", *ANSWER_PHOTOS)
    op.create_index("ix_answer_photos_opinion", "answer_photos", ["opinion"])
