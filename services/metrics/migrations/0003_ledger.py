"""The ledger: a leaf for every event, and the days."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "leaves",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("opinion", sa.String(64), nullable=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
    )
    op.create_index("leaves_id", "leaves", ["id"], unique=True)
    op.create_index("leaves_opinion", "leaves", ["opinion", "number"])
    op.create_table(
        "subjects",
        sa.Column("subject", sa.LargeBinary(32), primary_key=True),
        sa.Column("opinion", sa.String(64), nullable=False),
    )
    op.create_table(
        "days",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("peaks", sa.LargeBinary, nullable=False),
        sa.Column("tip", sa.LargeBinary(32), nullable=False),
        sa.Column("previous", sa.LargeBinary(32), nullable=False),
        sa.Column("root", sa.LargeBinary(32)),
        sa.Column("hash", sa.LargeBinary(32)),
    )
