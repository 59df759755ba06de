"""Titles of opinions whose text was erased: what stands in their place, whatever is heard of them later."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from services.notify.store.cases import know
from services.notify.store.supervision.tables import supervisions
from services.notify.store.tables import cases, deadlines, occasions, reminders, staff_notifications
from services.runtime.store.database import Transaction
from services.runtime.store.statements.bulk import among

#: What is received with a title, or waits with one for a worker that writes to staff.
RECEIVED = (deadlines, occasions)
_ERASED = sa.select(cases.c.opinion, cases.c.erased).where(among(cases.c.opinion, "opinions"), cases.c.erased.is_not(None))
_TITLES = [sa.select(table.c.opinion, table.c.title).where(among(table.c.opinion, "opinions")) for table in RECEIVED]
_OPINION, _TITLE, _OLD = (sa.bindparam(name, type_=sa.Text) for name in ("_opinion", "_title", "_old"))
_RETITLE = [
    table.update().where(table.c.opinion == _OPINION, table.c.title.is_not(None)).values(title=_TITLE)
    for table in (*RECEIVED, supervisions)
]
_TOLD = staff_notifications.c.reminder.in_(sa.select(reminders.c.id).where(reminders.c.opinion == _OPINION))
_REWRITE = staff_notifications.update().where(_TOLD).values({
    name: sa.func.replace(staff_notifications.c[name], _OLD, _TITLE) for name in ("title", "body")
})  # fmt: skip
_ALONE = sa.text("LOCK TABLE deadlines, occasions, session_cases IN EXCLUSIVE MODE")
_MARK = cases.update().where(cases.c.opinion == _OPINION).values(erased=_TITLE)


def erase_titles(work: Transaction, erased: Mapping[str, str]) -> None:
    """Put what `erased` has for an opinion in place of its title, here and in whatever is received of it later."""
    if not erased:
        return
    work.overwrite()
    # What is received of it meanwhile, written of it to staff, or published, is there when this begins, or finds it erased.
    work.hold(_ALONE)
    replace_titles(work, erased)
    know(work, sorted(erased))
    work.run_many(_MARK, _rows(erased))


def erased_among(work: Transaction, opinions: Collection[str]) -> Mapping[str, str]:
    """Those of the opinions whose titles were erased, with what stands in place of them."""
    return dict(map(tuple, work.fetch(_ERASED, {"opinions": sorted(opinions)}))) if opinions else {}


def replace_titles(work: Transaction, erased: Mapping[str, str]) -> None:
    """Put what `erased` has for an opinion in place of its title wherever that is kept, and in what was written to staff."""
    if not erased:
        return
    found = {tuple(row) for query in _TITLES for row in work.fetch(query, {"opinions": sorted(erased)})}
    olds = sorted((opinion, old) for opinion, old in found if old not in (None, "", erased[opinion]))
    if olds:
        work.run_many(_REWRITE, [{"_opinion": opinion, "_title": erased[opinion], "_old": old} for opinion, old in olds])
    for statement in _RETITLE:
        work.run_many(statement, _rows(erased))


def _rows(erased: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"_opinion": opinion, "_title": title} for opinion, title in sorted(erased.items())]
