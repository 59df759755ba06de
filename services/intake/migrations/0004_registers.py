"""The registers of deputies, groups and stations."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

DEPUTIES = (
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("level", sa.String(12), nullable=False),
    sa.Column("term", sa.String(40), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("identity", sa.Text, nullable=False),
    sa.Column("duties", sa.Text, nullable=False),
    sa.Column("promise", sa.Text, nullable=False),
    sa.Column("results", sa.Text, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("updated", sa.BigInteger, nullable=False),
)
DEPUTY_TIES = (
    sa.Column("kind", sa.String(8), primary_key=True),
    sa.Column("place", sa.String(60), primary_key=True),
    sa.Column("deputy", sa.String(40), primary_key=True),
)
GROUPS = (
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("topics", sa.JSON, nullable=False),
    sa.Column("counterpart", sa.String(100), nullable=False),
    sa.Column("updated", sa.BigInteger, nullable=False),
)
STATION_PROFILES = (
    sa.Column("station", sa.String(60), primary_key=True),
    sa.Column("opening", sa.Text, nullable=False),
    sa.Column("brand", sa.String(100), nullable=False),
    sa.Column("mobile", sa.Boolean, nullable=False),
    sa.Column("position", sa.JSON(none_as_null=True)),
    sa.Column("moved", sa.BigInteger),
    sa.Column("updated", sa.BigInteger, nullable=False),
)
CHECKLIST_ITEMS = (
    sa.Column("station", sa.String(60), primary_key=True),
    sa.Column("checklist", sa.String(60), primary_key=True),
    sa.Column("item", sa.String(60), primary_key=True),
    sa.Column("met_since", sa.Date, nullable=False),
    sa.Column("checked_by", sa.String(100), nullable=False),
    sa.Column("updated", sa.BigInteger, nullable=False),
)
#: Name, table, columns.
INDEXES = (
    ("checklist_items_item", "checklist_items", ["checklist", "item", "station"]),
    ("deputies_name", "deputies", ["name"]),
    ("deputies_state", "deputies", ["state", "code"]),
    ("deputy_ties_deputy", "deputy_ties", ["deputy", "kind"]),
)


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table("checklist_items", *CHECKLIST_ITEMS, sqlite_with_rowid=False)
    op.create_table("deputies", *DEPUTIES)
    op.create_table("deputy_ties", *DEPUTY_TIES, sqlite_with_rowid=False)
    op.create_table("groups", *GROUPS)
    op.create_table("station_profiles", *STATION_PROFILES)
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)
