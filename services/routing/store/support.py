"""How many people support a case, as intake said last."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.routing.store.tables import tables
from services.runtime.store.database import INSERTS, Transaction

#: `sequence` is intake's number of the message that said so last.
support = sa.Table(
    "support",
    tables,
    sa.Column("opinion", sa.String(36), primary_key=True),
    sa.Column("supporters", sa.Integer, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
)


def _keep(dialect: str) -> sa.Executable:
    new = INSERTS[dialect](support)
    kept: sa.Executable = new.on_conflict_do_update(
        index_elements=[support.c.opinion],
        set_={"supporters": new.excluded.supporters, "sequence": new.excluded.sequence},
        where=support.c.sequence < new.excluded.sequence,
    )
    return kept


_KEEP = {dialect: _keep(dialect) for dialect in INSERTS}


class SupportStore:
    """The numbers of supporters within one transaction. Whatever the order, what was said last stands."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def keep(self, opinion: str, sequence: int, supporters: int) -> None:
        """Keep how many support an opinion."""
        row = {"opinion": opinion, "supporters": supporters, "sequence": sequence}
        self._work.defer(_KEEP[self._work.connection.dialect.name], row)


def supporters_of(connection: Connection, opinion: str) -> int:
    """How many people support an opinion."""
    return connection.execute(sa.select(support.c.supporters).where(support.c.opinion == opinion)).scalar() or 0
