"""Plans of sessions: read, and changed inside one transaction."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notify.domain.sessions.plan import Every, Plan
from services.notify.store.sessions.tables import plans
from services.notify.store.tables import AnyRow
from services.runtime.store.database import Transaction

_NAMES = tuple(field.name for field in fields(Plan))
_PLANS = sa.select(*(plans.c[name] for name in _NAMES))


def find_plan(connection: Connection, code: str) -> Plan | None:
    """A plan; None where there is no such."""
    row = connection.execute(_PLANS.where(plans.c.code == code)).first()
    return None if row is None else _plan(row)


def held_plan(work: Transaction, code: str) -> Plan | None:
    """A plan, held until the transaction ends."""
    row = work.execute(_PLANS.where(plans.c.code == code).with_for_update()).first()
    return None if row is None else _plan(row)


def plans_page(connection: Connection, station: str | None, after: str | None, limit: int) -> list[Plan]:
    """Plans by code, of one station or of all, one more than `limit` where there are more."""
    query = _PLANS.order_by(plans.c.code).limit(limit + 1)
    if station is not None:
        query = query.where(plans.c.station == station)
    return list(map(_plan, connection.execute(query.where(plans.c.code > after) if after else query)))


def plans_due(connection: Connection, until: date, calendar: str, limit: int) -> list[str]:
    """The plans whose sessions are not made up to a day, or by other working days than those of a calendar's edition."""
    is_due = sa.or_(plans.c.made_until < until, plans.c.calendar != calendar)
    query = sa.select(plans.c.code).where(is_due).order_by(plans.c.made_until, plans.c.code).limit(limit)
    return list(connection.execute(query).scalars())


def keep_plan(work: Transaction, plan: Plan) -> None:
    """Store a plan in place of what was known of it."""
    row = {name: getattr(plan, name) for name in _NAMES}
    if not work.execute(plans.update().where(plans.c.code == plan.code).values(row)).rowcount:
        work.execute(plans.insert().values(row))


def _plan(row: AnyRow) -> Plan:
    values = {name: getattr(row, name) for name in _NAMES}
    return Plan(**values | {"rule": Every(row.rule)})
