"""Digests that wait to be asked for go by the exchange that they have of their own."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Rewrite where they go."""
    op.execute(
        """UPDATE outbox SET destinations = replace(destinations, '["huiying.letters","intake.events"]',"""
        """ '["huiying.digests","intake.events"]') WHERE type = 'digest.due'"""
    )
