"""An external id is one sender's: two senders may use the same, and what they first sent under it can be compared whole.

What is there already, or is brought by a program of the version before, has no sender; the office's tokens continue its numbering.
Uniqueness becomes weaker only, so that such a program goes on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
NAMES = {"uq": "%(table_name)s_%(column_0_name)s_key"}


def upgrade() -> None:
    """Two columns, and another uniqueness."""
    op.add_column("opinions", sa.Column("source", sa.String(40)))
    op.add_column("opinions", sa.Column("given", sa.JSON))
    if op.get_bind().dialect.name == "sqlite":
        # SQLite changes a constraint by making the table anew; what has no name gets the one PostgreSQL gives.
        with op.batch_alter_table("opinions", naming_convention=NAMES) as table:
            table.drop_constraint("opinions_external_id_key", type_="unique")
    else:
        op.drop_constraint("opinions_external_id_key", "opinions", type_="unique")
    op.create_index("opinions_external_id", "opinions", ["external_id", "source"], unique=True)
