"""How soon somebody may try again: nobody is locked out for good, each try in vain makes the next one wait longer."""

from __future__ import annotations

import math
from datetime import timedelta

import sqlalchemy as sa

from services.accounts.tables import attempts
from services.contracts.errors import TooMany
from services.runtime.store.database import INSERTS, Transaction
from services.runtime.web.access.tokens import digest

#: Failed tries that cost nothing, since people mistype. From then on the wait doubles, from a second up to the longest.
FREE = 5
LONGEST = timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)


def wait_after(failures: int) -> timedelta:
    """How long the next try has to wait after this number of failures."""
    return timedelta(0) if failures < FREE else min(LONGEST, timedelta(seconds=2 ** min(failures - FREE, 20)))


def begin(work: Transaction, what: str) -> None:
    """Count a try, before it is known whether it is right, so that tries at the same time count too. Raises `TooMany`.

    `what` is counted whether it exists or not.
    """
    key = digest(what)
    work.execute(attempts.delete().where(attempts.c.until < work.now - FORGOTTEN))
    row = work.execute(
        sa.select(attempts.c.failures, attempts.c.until).where(attempts.c.key == key).with_for_update()
    ).one_or_none()
    if row is not None and row.until > work.now:
        seconds = math.ceil((row.until - work.now).total_seconds())
        raise TooMany("Too many tries in vain; wait a little.", seconds=seconds)
    failures = 1 if row is None else row.failures + 1
    new = INSERTS[work.connection.dialect.name](attempts).values(key=key, failures=failures, until=work.now + wait_after(failures))
    again = {"failures": attempts.c.failures + 1, "until": new.excluded.until}
    work.execute(new.on_conflict_do_update(index_elements=[attempts.c.key], set_=again))


def succeeded(work: Transaction, what: str) -> None:
    """Forget the tries in vain."""
    work.execute(attempts.delete().where(attempts.c.key == digest(what)))
