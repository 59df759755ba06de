"""How channels are doing: failures in a row, until when they are left alone, and attempts that nobody will finish."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notify.store.tables import channels, is_state
from services.runtime.store.database import INSERTS, Database, Transaction

#: What is kept of an attempt whose process died.
LOST = "the process ended during the attempt; nobody knows whether it arrived"


def lost_attempts(database: Database, post: sa.Table, begun_before: datetime) -> sa.ColumnElement[bool] | None:
    """Which letters of a table are being sent since before then, by a process that is no more; None when there are none.

    Looked at without a lock, because there nearly never are any.
    """
    lost = sa.and_(is_state(post, "sending"), post.c.begun < begun_before)
    with database.reading() as connection:
        return None if connection.execute(sa.select(post.c.id).where(lost).limit(1)).first() is None else lost


def failures_of(connection: Connection, channel: str) -> int:
    """How often in a row a channel has failed."""
    return int(connection.execute(sa.select(channels.c.failures).where(channels.c.channel == channel)).scalar() or 0)


def resting(now: datetime) -> sa.Select[tuple[str]]:
    """The channels that are left alone at `now`."""
    return sa.select(channels.c.channel).where(channels.c.rests_until > now)


def let_rest(work: Transaction, channel: str, failures: int, until: datetime, reason: str) -> None:
    """Leave a channel alone after its failure number `failures` in a row; two workers may find out at once."""
    row = {"failures": failures, "rests_until": until, "reason": reason}
    insert = INSERTS[work.connection.dialect.name](channels).values(channel=channel, **row)
    work.execute(insert.on_conflict_do_update(index_elements=[channels.c.channel], set_=row))


def recover(work: Transaction, channel: str) -> None:
    """A channel answers again."""
    work.execute(channels.delete().where(channels.c.channel == channel))
