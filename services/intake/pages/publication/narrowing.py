"""The filters of the public list: what can be chosen, what was chosen, and the address of each choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from services.contracts.catalogue.model import Catalogue
from services.contracts.words.bilingual import Words, month_name
from services.contracts.words.vocabulary import PUBLIC_STANDINGS
from services.design.phrases import Phrase
from services.intake.pages.submission.options import Options, areas_of, departments_of, topics_of

LIST: Final = "/public"
FEED: Final = "/public/feed.atom"
MONTHS: Final = 24
#: What the list is narrowed by, in the order of the form.
LABELS: Final[Mapping[str, Phrase]] = {
    "q": Phrase("Words"),
    "topic": Phrase("Topic"),
    "area": Phrase("Area"),
    "department": Phrase("Department"),
    "station": Phrase("Liaison station"),
    "state": Phrase("State"),
    "month": Phrase("Made public in"),
}
ANY: Final = Phrase("All")


class Choice(NamedTuple):
    """A field of the form: what it is called, what can be chosen, and what was."""

    name: str
    label: Phrase
    options: Options
    given: str


class Chosen(NamedTuple):
    """Something the list is narrowed to, and the address of the list without it."""

    label: Phrase
    value: Words
    without: str


def address(query: Mapping[str, Any], path: str = LIST, **changed: object) -> str:
    """The address of a list; several values of a filter stand in one with commas between them."""
    asked = {name: query.get(name) for name in LABELS} | changed
    plain = {name: ",".join(value) if isinstance(value, tuple) else value for name, value in asked.items()}
    given = urlencode({name: value for name, value in plain.items() if value not in (None, "")}, safe=",")
    return f"{path}?{given}" if given else path


def choices(query: Mapping[str, Any], catalogue: Catalogue, today: date) -> list[Choice]:
    """The fields of the form."""
    options: Mapping[str, Options] = {
        "topic": topics_of(catalogue), "area": areas_of(catalogue), "department": departments_of(catalogue),
        "state": [(None, list(PUBLIC_STANDINGS.items()))],
        "month": [(None, [(month, month_name(month)) for month in _months(today)])],
    }  # fmt: skip
    found = []
    for name, groups in options.items():
        given = query[name] or ()
        values = (given,) if isinstance(given, str) else given
        joined = ",".join(values)
        known = {value for _, group in groups for value, _ in group}
        if joined and joined not in known:
            groups = [(None, [(joined, _named(name, values, catalogue))]), *groups]
        found.append(Choice(name, LABELS[name], groups, joined))
    return found


def chosen(query: Mapping[str, Any], catalogue: Catalogue) -> list[Chosen]:
    """What the list is narrowed to."""
    found = []
    for name, label in LABELS.items():
        given = query.get(name)
        if not given:
            continue
        values = (given,) if isinstance(given, str) else given
        found.append(Chosen(label, _named(name, values, catalogue), address({**query, name: None})))
    return found


def _named(name: str, values: Iterable[str], catalogue: Catalogue) -> Words:
    names = [_name(name, value, catalogue) for value in values]
    return Words("、".join(each.zh for each in names), ", ".join(each.en for each in names))


def _name(name: str, value: str, catalogue: Catalogue) -> Words:
    if name == "state":
        return PUBLIC_STANDINGS[value]
    if name == "month":
        return month_name(value)
    places: Mapping[str, Mapping[str, Any]] = {
        "topic": catalogue.topics, "area": catalogue.areas, "department": catalogue.departments, "station": catalogue.stations,
    }  # fmt: skip
    entry = places.get(name, {}).get(value)
    return Words(entry.name, getattr(entry, "name_en", entry.name)) if entry else Words(value, value)


def _months(today: date) -> Iterable[str]:
    for back in range(MONTHS):
        year, number = divmod(12 * today.year + today.month - 1 - back, 12)
        yield f"{year}-{number + 1:02}"
