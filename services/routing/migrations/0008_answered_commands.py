"""How commands were answered, so that the same one again gets the same answer."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the table. Of the commands before it only the ids are known, and they count as carried out."""
    commands = op.create_table(
        "commands",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.Column("message_id", sa.String(36)),
        sa.Column("answer", sa.LargeBinary),
        sa.Column("answered", sa.BigInteger, nullable=False),
    )
    inbox = sa.table("inbox", sa.column("message_id"), sa.column("queue"), sa.column("received"))
    ours = inbox.c.queue == "routing.commands"
    earlier = sa.select(inbox.c.message_id, sa.literal(""), sa.true(), inbox.c.received).where(ours)
    op.execute(sa.insert(commands).from_select(["key", "digest", "accepted", "answered"], earlier))
    op.execute(sa.delete(inbox).where(ours))
