"""The read model."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "stories",
        sa.Column("opinion", sa.String(64), primary_key=True),
        sa.Column("facts", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("department", sa.String(40)),
        sa.Column("topic", sa.String(60)),
        sa.Column("area", sa.String(60)),
        sa.Column("channel", sa.String(20)),
        sa.Column("station", sa.String(60)),
        sa.Column("month", sa.String(7)),
        sa.Column("submitted_at", sa.BigInteger),
        sa.Column("reviewed_at", sa.BigInteger),
        sa.Column("decision", sa.String(20)),
        sa.Column("returned_at", sa.BigInteger),
        sa.Column("detailed_at", sa.BigInteger),
        sa.Column("merged_at", sa.BigInteger),
        sa.Column("withdrawn_at", sa.BigInteger),
    )
    _rounds()
    _deadlines()
    _reminders_and_promises()
    _indexes()


def _reminders_and_promises() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("opinion", sa.String(64), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("rung", sa.String(60), nullable=False),
        sa.Column("sent_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "promises",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("opinion", sa.String(64), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
    )


def _deadlines() -> None:
    op.create_table(
        "deadlines",
        sa.Column("assignment", sa.String(64), primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("opinion", sa.String(64), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("set_by", sa.String(20), nullable=False),
        sa.Column("set_at", sa.BigInteger, nullable=False),
        sa.Column("lifted_at", sa.BigInteger),
        sa.Column("reply_by", sa.BigInteger, nullable=False),
    )


def _rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("assignment", sa.String(64), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("opinion", sa.String(64), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("topic", sa.String(60)),
        sa.Column("area", sa.String(60)),
        sa.Column("channel", sa.String(20)),
        sa.Column("station", sa.String(60)),
        sa.Column("month", sa.String(7)),
        sa.Column("submitted_at", sa.BigInteger),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("opened_on", sa.Date, nullable=False),
        sa.Column("superseded_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("sign_by", sa.BigInteger),
        sa.Column("signed_at", sa.BigInteger),
        sa.Column("signed_in_time", sa.Boolean),
        sa.Column("objected_at", sa.BigInteger),
        sa.Column("denied_at", sa.BigInteger),
        sa.Column("upheld_at", sa.BigInteger),
        sa.Column("reply_by", sa.BigInteger),
        sa.Column("replied_at", sa.BigInteger),
        sa.Column("replied_in_time", sa.Boolean),
        sa.Column("reply_days", sa.Integer),
        sa.Column("reply_seconds", sa.Float),
        sa.Column("reply_bucket", sa.Integer),
        sa.Column("evaluated_at", sa.BigInteger),
        sa.Column("reevaluated_at", sa.BigInteger),
        sa.Column("result", sa.String(20)),
        sa.Column("process", sa.String(20)),
        sa.Column("concluded_at", sa.BigInteger),
        sa.Column("concluded_in_time", sa.Boolean),
        sa.Column("outcome", sa.String(20)),
        sa.Column("rated", sa.Boolean),
        sa.PrimaryKeyConstraint("assignment", "round"),
    )


def _index(name: str, table: str, columns: str, where: str | None = None) -> None:
    condition = sa.text(where) if where else None
    op.create_index(name, table, columns.split(), sqlite_where=condition, postgresql_where=condition)


def _indexes() -> None:
    _index("cases_channel", "cases", "channel submitted_at")
    _index("cases_department", "cases", "department decision submitted_at reviewed_at")
    _index("rounds_created", "rounds", "department topic", "round = 1")
    waiting = "replied_at IS NULL AND superseded_at IS NULL AND ended_at IS NULL AND role = 'lead'"
    _index("rounds_waiting", "rounds", "department reply_by", waiting)
    replied = "department reply_bucket replied_in_time role superseded_at reply_seconds"
    _index("rounds_replied", "rounds", replied, "replied_at IS NOT NULL")
    _index("rounds_concluded", "rounds", "department outcome concluded_in_time role", "concluded_at IS NOT NULL")
    _index("rounds_evaluated", "rounds", "department result process role reevaluated_at", "evaluated_at IS NOT NULL")
    _index("reminders_rung", "reminders", "department rung")
    _index("promises_department", "promises", "department")
