"""Indexes of the rows that still hold personal data in the clear, so that looking for them costs nothing where there are none."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_OPEN = {
    ("opinions", "id"): "CAST(submitter AS TEXT) <> 'null' OR CAST(relay AS TEXT) <> 'null' OR deputy IS NOT NULL",
    ("signers", "opinion"): "name IS NOT NULL OR phone IS NOT NULL OR email IS NOT NULL",
}


def upgrade() -> None:
    """Add an index to both tables that say anything of persons."""
    for (table, column), condition in _OPEN.items():
        where = sa.text(condition)
        op.create_index(f"{table}_open_persons", table, [column], sqlite_where=where, postgresql_where=where)
