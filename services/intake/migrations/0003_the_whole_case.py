"""Who else signed, who handles what, every rating, what the reviewer decided, and who may read which line."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_COLUMNS = (
    ("waiting_since", sa.BigInteger), ("level", sa.String(12)), ("difficulty", sa.String(60)), ("chosen", sa.String(40)),
    ("co_handlers", sa.JSON), ("handling", sa.String(12)), ("leader", sa.Text), ("items", sa.JSON), ("co_opinions", sa.JSON),
)  # fmt: skip


def upgrade() -> None:
    """Add columns and tables; ratings and handlers that are there already go over into the new tables."""
    for name, kind in _COLUMNS:
        op.add_column("opinions", sa.Column(name, kind))
    op.add_column("opinions", sa.Column("key", sa.Boolean, nullable=False, server_default=sa.false()))
    for name in ("asked", "marked", "raised"):
        op.add_column("opinions", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.add_column("timeline", sa.Column("audience", sa.String(14)))
    _create_signers()
    _create_handlers()
    _create_ratings()
    op.execute("UPDATE opinions SET asked = answered WHERE answered > 0")
    op.execute("UPDATE opinions SET waiting_since = submitted WHERE state IN ('submitted', 'returned')")
    op.execute(
        "INSERT INTO handlers (opinion, assignment, department, role, ended) "
        "SELECT id, assignment, department, 'lead', false FROM opinions WHERE assignment IS NOT NULL AND department IS NOT NULL"
    )
    op.execute(
        'INSERT INTO ratings ("case", receipt, round, asked, attempt, process, result, comment, at, revision) '
        "SELECT c.id, o.receipt, e.round, CASE WHEN e.round = c.round THEN c.asked ELSE 0 END, 1, e.process, e.result, e.comment, "
        "e.at, false FROM evaluations e JOIN opinions o ON o.id = e.opinion JOIN opinions c ON c.id = coalesce(o.merged_into, o.id)"
    )
    op.execute(
        "UPDATE timeline SET audience = (SELECT receipt FROM opinions WHERE opinions.id = timeline.opinion) "
        "WHERE what = 'opinion.evaluated'"
    )
    op.drop_table("evaluations")


def _create_signers() -> None:
    op.create_table(
        "signers",
        sa.Column("receipt", sa.String(14), primary_key=True),
        sa.Column("opinion", sa.String(36), nullable=False, index=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("name", sa.String(100)),
        sa.Column("phone", sa.String(30)),
        sa.Column("email", sa.String(320)),
    )


def _create_handlers() -> None:
    op.create_table(
        "handlers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("opinion", sa.String(36), nullable=False),
        sa.Column("assignment", sa.String(36), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
    )
    op.create_index("handlers_opinion", "handlers", ["opinion", "assignment"])
    op.create_index("handlers_department", "handlers", ["department", "opinion"])


def _create_ratings() -> None:
    op.create_table(
        "ratings",
        sa.Column("case", sa.String(36), primary_key=True),
        sa.Column("receipt", sa.String(14), primary_key=True),
        sa.Column("round", sa.Integer, primary_key=True),
        sa.Column("asked", sa.Integer, primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True),
        sa.Column("process", sa.String(20)),
        sa.Column("result", sa.String(20), nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.Boolean, nullable=False),
    )
