"""How a row of a list reads: its columns, with names from the catalogue, for pages and for files. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.messages.sessions import ListName
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.of_sessions import ENTRY_STATES
from services.contracts.words.vocabulary import OUTCOMES, PROMISED, RATINGS, STATES, word
from services.notify.domain.lists.views import Row

NOTHING: Final = Words("—", "—")
#: What the state of a row is called, by what the row is of.
STANDINGS: Final[Mapping[str, Mapping[str, Words]]] = {"question": STATES, "promise": PROMISED, "entry": ENTRY_STATES}
LATE: Final = Words("（逾期）", " (late)")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it is called, and what a row says in it."""

    name: Words
    of: Callable[[Row, Catalogue], Words]


def about(row: Row, catalogue: Catalogue) -> Words:
    """What a row is about: what was written for the public, else its topic. The opinion itself is quoted nowhere."""
    topic = stored.topic(catalogue, row.topic)
    return said(row.about) if row.about else (name_of(topic) if topic else NOTHING)


def owner(row: Row, catalogue: Catalogue) -> Words:
    """Who has to do it: a department or a station by its name, or as it was named in words."""
    named = row.department or row.who
    known = stored.found(catalogue.departments, named)
    station = stored.found(catalogue.stations, named)
    return name_of(known) if known else said(station.name if station else named)


def standing(row: Row) -> Words:
    """Where it stands, and whether it is late."""
    found = word(STANDINGS[row.of], row.state)
    return Words(found.zh + LATE.zh, found.en + LATE.en) if row.overdue and row.state != "broken" else found


def day_name(instant: datetime, catalogue: Catalogue) -> Words:
    """What the day of an instant is called, by the clock of the place."""
    day = instant.astimezone(catalogue.calendar.zone)
    return Words(f"{day.year}年{day.month}月{day.day}日", f"{day:%d/%m/%Y}")


def said(text: str | None) -> Words:
    """What somebody wrote, the same in both languages."""
    return Words(text, text) if text else NOTHING


def _number(row: Row, _: Catalogue) -> Words:
    return said(str(row.number) if row.number is not None else None)


def _due(row: Row, catalogue: Catalogue) -> Words:
    return NOTHING if row.due is None else day_name(row.due, catalogue)


def _who(row: Row, _: Catalogue) -> Words:
    return said(row.who)


def _what(row: Row, _: Catalogue) -> Words:
    return said(row.what)


def _outcome(row: Row, _: Catalogue) -> Words:
    return word(OUTCOMES, row.outcome) if row.outcome else said(row.result)


def _rating(row: Row, _: Catalogue) -> Words:
    return word(RATINGS, row.rating) if row.rating else NOTHING


def _standing(row: Row, _: Catalogue) -> Words:
    return standing(row)


_NUMBER, _ABOUT = Column(Words("序号", "No."), _number), Column(Words("事项", "Matter"), about)
_OWNER, _BY = Column(Words("责任单位", "Who"), owner), Column(Words("责任人", "By whom"), _who)
_WHAT, _DUE = Column(Words("承诺事项", "What was promised"), _what), Column(Words("时限", "Due"), _due)
_OUTCOME, _RATING = Column(Words("办理结果", "Outcome"), _outcome), Column(Words("满意度", "Rating"), _rating)
_STANDING = Column(Words("进展", "Standing"), _standing)
#: What each list says in its columns.
COLUMNS: Final[Mapping[ListName, tuple[Column, ...]]] = {
    "problem": (_NUMBER, _ABOUT, _OWNER, _DUE, _STANDING),
    "measure": (_NUMBER, _ABOUT, _OWNER, _WHAT, _DUE, _STANDING),
    "promise": (_NUMBER, _ABOUT, _OWNER, _BY, _WHAT, _DUE, _STANDING),
    "result": (_NUMBER, _ABOUT, _OWNER, _OUTCOME, _RATING, _STANDING),
    "work": (_NUMBER, _ABOUT, _OWNER, _DUE, _OUTCOME, _STANDING),
}


def as_of(now: datetime, catalogue: Catalogue) -> Words:
    """Of what instant a list is."""
    local, day = now.astimezone(catalogue.calendar.zone), day_name(now, catalogue)
    return Words(f"截至{day.zh} {local:%H:%M}", f"As of {day.en}, {local:%H:%M}")
