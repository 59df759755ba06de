"""What people owe on an opinion beside its departments: the cares of deputies and the hops of relays."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

CARES = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("deputy", sa.String(40)),
    sa.Column("name", sa.String(100)),
    sa.Column("station", sa.String(60)),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("asked", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("owes", sa.String(10)),
    sa.Column("due", sa.BigInteger),
    sa.Column("how", sa.String(12)),
    sa.Column("answered_sequence", sa.Integer, nullable=False),
)
RELAY_HOPS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("holder", sa.String(12), nullable=False),
    sa.Column("code", sa.String(60)),
    sa.Column("name", sa.String(100)),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("told", sa.BigInteger, nullable=False),
    sa.Column("due", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger),
    sa.Column("confirmed_by", sa.String(80)),
    sa.Column("then", sa.String(40)),
)
IS_OPEN, IS_HELD = "state IN ('asked', 'taken')", "state IN ('told', 'taken')"
#: Name, table, columns, unique, and the rows that it is for where not for all.
INDEXES = (
    ("cares_opinion", "cares", ["opinion", "id"], False, None),
    ("cares_open", "cares", ["deputy", "owes", "id"], False, IS_OPEN),
    ("cares_given_back", "cares", ["station", "id"], False, IS_OPEN),
    ("relay_hops_opinion", "relay_hops", ["opinion", "number"], True, None),
    ("relay_hops_held", "relay_hops", ["holder", "code", "state", "id"], False, IS_HELD),
)


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table("cares", *CARES)
    op.create_table("relay_hops", *RELAY_HOPS)
    for name, table, columns, unique, where in INDEXES:
        rows = sa.text(where) if where else None
        op.create_index(name, table, columns, unique=unique, sqlite_where=rows, postgresql_where=rows)
