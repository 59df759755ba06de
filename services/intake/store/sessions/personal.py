"""Who made bookings, in bulk: brought under the newest key, forgotten once their sessions are long over."""

from __future__ import annotations

import sqlalchemy as sa

from services.intake.domain.sessions.booking import Visitor
from services.intake.store.sessions import marks
from services.intake.store.sessions.tables import bookings
from services.runtime.store.database import Transaction
from services.runtime.store.vault import SealBroken, Vault

_NEXT = (
    sa.select(bookings.c.id, bookings.c.personal)
    .where(bookings.c.personal.is_not(None), bookings.c.id > sa.bindparam("after"))
    .order_by(bookings.c.id)
    .limit(sa.bindparam("most"))
    .with_for_update()
)
_RESEAL = bookings.update().where(bookings.c.id == sa.bindparam("which")).values(personal=sa.bindparam("sealed"))


def renew(work: Transaction, vault: Vault, after: str, most: int) -> str | None:
    """Bring who made the next bookings under the newest key; returns where to go on. What no key opens stays as it is."""
    work.overwrite()
    rows = work.execute(_NEXT, {"after": after, "most": most}).all()
    for row in rows:
        try:
            sealed = vault.renew(row.personal)
        except SealBroken:
            continue
        if sealed is not None:
            work.defer(_RESEAL, {"which": row.id, "sealed": sealed})
            marks.forget(work, row.id)
            marks.add(work, vault, row.id, Visitor(**vault.open(sealed)))
    return rows[-1].id if len(rows) == most else None
