"""When an opinion changed last, for those who follow the list, and since when there is each."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """What is there changed last with the last line of its timeline."""
    op.add_column("opinions", sa.Column("updated", sa.BigInteger, nullable=False, server_default="0"))
    op.execute(
        "UPDATE opinions SET updated = coalesce((SELECT max(at) FROM timeline WHERE timeline.opinion = opinions.id), submitted)"
    )
    op.create_index("opinions_updated", "opinions", ["updated", "id"])
    op.create_index("opinions_submitted", "opinions", ["submitted"])
