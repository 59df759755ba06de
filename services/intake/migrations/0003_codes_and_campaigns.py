"""Printed codes and campaigns."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

CODE_BATCHES = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("area", sa.String(60)),
    sa.Column("station", sa.String(60)),
    sa.Column("deputy", sa.String(60)),
    sa.Column("campaign", sa.String(60)),
    sa.Column("label", sa.String(60)),
    sa.Column("session", sa.String(36)),
    sa.Column("many", sa.Integer, nullable=False),
    sa.Column("made", sa.BigInteger, nullable=False),
    sa.Column("requested", sa.String(64), unique=True),
    sa.Column("request", sa.String(64)),
)
CODES = (
    sa.Column("code", sa.String(10), primary_key=True),
    sa.Column("batch", sa.String(36), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("successor", sa.String(10)),
    sa.Column("changed", sa.BigInteger, nullable=False),
)
CAMPAIGNS = (
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("title", sa.String(60), nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("begins", sa.Date, nullable=False),
    sa.Column("ends", sa.Date, nullable=False),
    sa.Column("areas", sa.JSON, nullable=False),
    sa.Column("stations", sa.JSON, nullable=False),
    sa.Column("target", sa.Integer),
    sa.Column("closed", sa.Boolean, nullable=False),
    sa.Column("updated", sa.BigInteger, nullable=False),
)
OF_A_CAMPAIGN = sa.text("campaign IS NOT NULL")


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table("code_batches", *CODE_BATCHES)
    op.create_table("codes", *CODES, sqlite_with_rowid=False)
    op.create_table("campaigns", *CAMPAIGNS)
    op.create_index("campaigns_ends", "campaigns", ["ends", "code"])
    op.create_index("opinions_campaign", "opinions", ["campaign"], sqlite_where=OF_A_CAMPAIGN, postgresql_where=OF_A_CAMPAIGN)
    op.create_index("code_batches_station", "code_batches", ["station", "id"])
    op.create_index("codes_batch", "codes", ["batch", "number"], unique=True)
