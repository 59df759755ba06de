"""Versions that say why they were set, promises, cases, occasions, rungs that repeat, supervisions and meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Widen three tables and make five."""
    widen_deadlines()
    widen_endings()
    widen_reminders()
    make_cases()
    make_occasions()
    make_supervisions()
    make_meetings()


def widen_deadlines() -> None:
    op.add_column("deadlines", sa.Column("begun", sa.BigInteger))
    op.add_column("deadlines", sa.Column("cause", sa.String(12), nullable=False, server_default="assigned"))
    op.add_column("deadlines", sa.Column("promise", sa.String(64)))
    op.add_column("deadlines", sa.Column("ended", sa.BigInteger))
    op.drop_index("deadlines_opinion", "deadlines")
    op.create_index("deadlines_case", "deadlines", ["opinion"])


def widen_endings() -> None:
    op.add_column("endings", sa.Column("promise", sa.String(64), nullable=False, server_default=""))
    op.add_column("endings", sa.Column("how", sa.String(10), nullable=False, server_default="judged"))


def widen_reminders() -> None:
    op.add_column("reminders", sa.Column("time", sa.Integer, nullable=False, server_default="1"))
    columns = ["assignment", "kind", "version", "rung", "time"]
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("reminders_once", "reminders", type_="unique")
        op.create_unique_constraint("reminders_once", "reminders", columns)
        return
    # SQLite changes a constraint by making the table anew, and will not drop a table that letters refer to.
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM letters")
    op.execute("DELETE FROM letters")
    with op.batch_alter_table("reminders") as table:
        table.drop_constraint("reminders_once", type_="unique")
        table.create_unique_constraint("reminders_once", columns)
    op.execute("INSERT INTO letters SELECT * FROM kept")
    op.execute("DROP TABLE kept")


def make_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("opinion", sa.String(64), primary_key=True),
        sa.Column("said", sa.Integer, nullable=False),
        sa.Column("higher", sa.Boolean, nullable=False),
        sa.Column("marked", sa.Integer, nullable=False),
    )
    op.execute(
        "INSERT INTO cases (opinion, said, higher, marked) "
        "SELECT opinion, max(sequence), false, 0 FROM reminders WHERE sequence IS NOT NULL GROUP BY opinion"
    )


def make_occasions() -> None:
    op.create_table(
        "occasions",
        sa.Column("assignment", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("occasion", sa.String(20), nullable=False),
        sa.Column("opinion", sa.String(64), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("difficulty", sa.String(60)),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("assignment", "kind", "version"),
    )
    op.create_index("occasions_due", "occasions", ["at"])


def make_supervisions() -> None:
    op.create_table(
        "supervisions",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("opinion", sa.String(64), nullable=False),
        sa.Column("assignment", sa.String(64), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("rung", sa.String(60), nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("raised", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("meeting", sa.String(36)),
        sa.Column("result", sa.String(10)),
        sa.Column("note", sa.Text),
        sa.Column("promise", sa.Text),
        sa.Column("promise_due", sa.BigInteger),
        sa.Column("promise_who", sa.Text),
        sa.Column("resolved", sa.BigInteger),
        sa.Column("resolved_by", sa.String(36)),
    )
    op.create_index("supervisions_department", "supervisions", ["department", "id"])
    op.create_index("supervisions_opinion", "supervisions", ["opinion"])
    where = sa.text("state <> 'resolved'")
    columns = ["assignment", "kind"]
    op.create_index("supervisions_open", "supervisions", columns, unique=True, sqlite_where=where, postgresql_where=where)


def make_meetings() -> None:
    op.create_table(
        "meetings",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.String(36)),
    )
    op.create_table(
        "agenda",
        sa.Column("meeting", sa.String(36), sa.ForeignKey("meetings.id"), nullable=False),
        sa.Column("supervision", sa.String(36), sa.ForeignKey("supervisions.id"), nullable=False),
        sa.Column("added", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("meeting", "supervision"),
    )
    op.create_index("agenda_supervision", "agenda", ["supervision"])
