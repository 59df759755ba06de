"""The deadlines of a case as its page shows them: when what is due, where it stands, and how that day came about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from services.contracts.catalogue.model import Catalogue
from services.contracts.words.bilingual import Words
from services.contracts.words.vocabulary import DEADLINE_STATES, DEADLINES
from services.notify.domain.holders import called
from services.notify.domain.kept import KeptDeadline
from services.notify.domain.versions import explain_version


class ShownDeadline(NamedTuple):
    """A deadline: `why` says how each of its versions came about; `days` each day of a clock that runs, and whether it counts."""

    what: Words
    department: Words
    due: datetime
    standing: Words
    overdue: bool
    why: Sequence[Words]
    days: Sequence[tuple[date, bool, Words]]


def shown_deadlines(kept: Sequence[KeptDeadline], catalogue: Catalogue, now: datetime) -> list[ShownDeadline]:
    """Those that were not replaced by a later version, the earliest due first."""
    left = (each for each in kept if each.state != "replaced")
    return [_shown(each, kept, catalogue, now) for each in sorted(left, key=lambda each: each.deadline.due)]


def _shown(each: KeptDeadline, kept: Iterable[KeptDeadline], catalogue: Catalogue, now: datetime) -> ShownDeadline:
    own = each.deadline
    same = [one for one in kept if _clock_of(one) == _clock_of(each)]
    told = explain_version(sorted(same, key=lambda one: one.deadline.version), own, catalogue)
    runs = each.state in ("open", "paused")
    return ShownDeadline(
        DEADLINES[own.kind], called(catalogue, own.department), own.due.astimezone(catalogue.calendar.zone),
        DEADLINE_STATES[each.state], each.is_overdue(now), [Words(zh, en) for _, zh, en in told.versions],
        [(day.day, day.counted, Words(day.zh, day.en)) for day in told.days] if runs else [],
    )  # fmt: skip


def _clock_of(each: KeptDeadline) -> tuple[str, str, str | None]:
    return each.deadline.assignment, each.deadline.kind, each.deadline.promise
