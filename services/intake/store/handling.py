"""Who handles what: the handlers of an opinion, and the opinions of a department, of which a page is read and never all."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import State
from services.intake.domain.timeline import Handler
from services.intake.store.tables import handlers, opinions
from services.runtime.web.lists.listing import Reading

#: Filters whose values few opinions have, beside the states of what is open.
_FEW_HAVE = ("topic", "area", "station", "external_id", "deputy_code")


def handlers_of(connection: Connection, opinion_id: str) -> list[Handler]:
    """Who handles an opinion, the first one first."""
    columns = (handlers.c.department, handlers.c.role, handlers.c.assignment)
    query = sa.select(*columns).where(handlers.c.opinion == opinion_id, _held(handlers, opinion_id)).order_by(handlers.c.id)
    found = (Handler(*tuple(row)) for row in connection.execute(query))
    return list({each.assignment: each for each in found}.values())


def handled_by(department: str) -> sa.ColumnElement[bool]:
    """Whether a department handles an opinion, in whatever role: looked up for each opinion that the rest of a query has found."""
    return sa.exists().where(_of(handlers, department), _held(handlers)).correlate(opinions)


def page_of(reading: Reading, query: sa.Select[Any], department: str) -> sa.Select[Any]:
    """A page of the opinions that a department handles; `query` has the columns of opinions.

    They are read in the order of the department's own index, unless few opinions are left by something else, which has an index.
    """
    if _leaves_few(reading):
        return reading.select(query.where(handled_by(department)), opinions)
    earlier = handlers.alias("earlier")
    # A department may handle an opinion in several roles: the first one stands for all.
    others = sa.exists().where(_of(earlier, department), earlier.c.id < handlers.c.id, _held(earlier))
    own = query.join_from(handlers, opinions, opinions.c.id == handlers.c.opinion).where(handlers.c.department == department)
    return reading.select(own.where(_held(handlers), ~others.correlate(handlers, opinions)), opinions, handlers.c.opinion)


def _leaves_few(reading: Reading) -> bool:
    if reading.by_update or reading.since is not None or reading.until is not None:
        return True
    states = [State(each) for each in reading.wanted.get("state") or ()]
    open_only = bool(states) and not any(state.is_closed for state in states)
    few = open_only or bool(reading.wanted.get("key"))
    return few or any(reading.wanted.get(name) is not None for name in _FEW_HAVE)


def _of(handler: sa.FromClause, department: str) -> sa.ColumnElement[bool]:
    return (handler.c.department == department) & (handler.c.opinion == opinions.c.id)


def _held(handler: sa.FromClause, opinion: sa.ColumnElement[str] | str = opinions.c.id) -> sa.ColumnElement[bool]:
    """Whether what a row says still holds; looked up by `opinion`, so that it is not for what a filter of opinions leaves out."""
    over = handlers.alias("over")
    same = (over.c.opinion == opinion) & (over.c.assignment == handler.c.assignment) & over.c.ended
    return ~handler.c.ended & ~sa.exists().where(same).correlate(handler, opinions)
