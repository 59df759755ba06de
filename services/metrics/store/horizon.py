"""One writer at a time, and the instant up to which everything is settled."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from services.metrics.store.tables import horizon
from services.metrics.store.upserts import renewal
from services.runtime.clock import Clock
from services.runtime.store.database import MICROSECOND, Transaction
from services.runtime.store.statements.bulk import fetch

_WRITERS_LOCK = 0x68756979
ONE = 1
_LOCK = sa.select(sa.func.pg_advisory_xact_lock(_WRITERS_LOCK))
_HORIZON = sa.select(horizon.c.at).where(horizon.c.id == ONE)


def hold_pen(work: Transaction) -> None:
    """Lock out other writers until the commit: two workers never add to the same history, or to the ledger, at once."""
    work.hold(_LOCK)


def take_instant(work: Transaction, clock: Clock) -> datetime:
    """Be the only writer until the commit, and get the instant at which all of the batch is recorded.

    It is later than any that was given before and any as of which something was answered, also when the clock was put back.
    """
    hold_pen(work)
    # Not when the transaction began, since when it may have waited for another one's commit.
    now, last = clock.now(), read_horizon(work.connection)
    instant = now if last is None else max(now, last + MICROSECOND)
    set_horizon(work, instant)
    return instant


def set_horizon(work: Transaction, instant: datetime) -> None:
    """Let whatever is recorded next be recorded later than `instant`."""
    work.defer(renewal(horizon, work.connection.dialect.name), {"id": ONE, "at": instant})


def read_horizon(connection: sa.Connection) -> datetime | None:
    """The latest instant that was given to a batch or asked for; None while there was none."""
    return next((at for (at,) in fetch(connection, _HORIZON)), None)
