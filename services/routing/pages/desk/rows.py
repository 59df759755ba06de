"""An assignment as a row of a desk: where it stands, what is due next, and how urgent that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.time.durations import Duration
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.vocabulary import DEADLINES, LEVELS, ROLES
from services.routing.domain.assignment import Assignment
from services.routing.pages.desk.filters import DESK
from services.routing.pages.paper import local, standing_of
from services.runtime.web.lists.narrowing import address

#: What is due by then is marked.
SOON: Final = Duration(1, "wd")


class DeskRow(NamedTuple):
    """An assignment as the list shows it."""

    id: str
    address: str
    title: str
    standing: Words
    tone: str
    due: Words
    at: datetime
    overdue: int
    urgency: str
    about: Sequence[Words]
    unsigned: bool


def row_of(each: Assignment, catalogue: Catalogue, kept: Mapping[str, str], now: datetime) -> DeskRow:
    """An assignment as the list shows it that keeps these parts of its address."""
    kind, due = each.next_due
    days = catalogue.calendar.working_days(local(due, catalogue).date(), local(now, catalogue).date()) if due < now else 0
    soon = catalogue.calendar.due(now, SOON).at
    about = [ROLES[each.role]] if not each.is_lead else []
    topic = topic_of(each, catalogue)
    about += [topic] if topic else []
    about += [LEVELS[each.level]] if each.level and each.level in LEVELS else []
    return DeskRow(
        each.id, address(f"{DESK}/{each.id}", kept), each.title, standing_of(each),
        "warn" if each.state.awaits_signature else "info",
        DEADLINES[kind], local(due, catalogue), days, "bad" if due < now else "warn" if due <= soon else "", about,
        each.state.awaits_signature,
    )  # fmt: skip


def topic_of(each: Assignment, catalogue: Catalogue) -> Words | None:
    """What its topic is called; None without one."""
    topic = stored.found(catalogue.topics, each.topic)
    return name_of(topic) if topic else None
