"""What a query can ask for: values of a closed set, codes of the catalogue, dates and instants."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from marshmallow import Schema, ValidationError, fields

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Invalid
from services.contracts.words.text import value

EARLIEST_YEAR, LATEST_YEAR = 1970, 9998
MOST_NAMED = 60
SEPARATOR = ","
_BLANK_BEFORE_OFFSET = re.compile(r" (?=[0-9]{2}:?[0-9]{2}$)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNKNOWN = re.compile("unknown: (.*); there are ", re.DOTALL)


class Choices(fields.Field[tuple[str, ...]]):
    """One or several values of a closed set, with commas between them."""

    def __init__(self, known: Iterable[str] = (), **options: Any) -> None:
        super().__init__(**options)
        self.known = tuple(map(str, known))

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> tuple[str, ...]:
        named = tuple(dict.fromkeys(_parts(value)))
        if not named:
            raise ValidationError("names nothing; leave it out for all")
        self._check(named)
        return named

    def _check(self, named: tuple[str, ...]) -> None:
        if reason := unknown(named, self.known):
            raise ValidationError(reason)


class Names(Choices):
    """One or several names of the caller's own."""

    def _check(self, named: tuple[str, ...]) -> None:
        """Names are not checked."""


class Codes(Choices):
    """One or several codes of the part `of` the catalogue, which is asked by `check_codes`."""

    def __init__(self, of: str, **options: Any) -> None:
        super().__init__(**options)
        self.of = of

    def _check(self, named: tuple[str, ...]) -> None:
        """Codes are checked later, by `check_codes`."""


class MomentField(fields.Field[date | datetime]):
    """A date, or an instant in RFC 3339 with its offset."""

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date | datetime:
        # In a query a plus sign means a blank, and few people write %2B.
        text = _BLANK_BEFORE_OFFSET.sub("+", str(value).strip())
        try:
            moment = date.fromisoformat(text) if _DAY.fullmatch(text) else datetime.fromisoformat(text)
        except ValueError as error:
            raise ValidationError("not a date (2026-11-22) or an instant (2026-11-22T09:30:00+08:00)") from error
        if isinstance(moment, datetime) and moment.tzinfo is None:
            raise ValidationError("an instant needs its offset, such as 2026-11-22T09:30:00+08:00")
        if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
            raise ValidationError(f"the year has to lie between {EARLIEST_YEAR} and {LATEST_YEAR}")
        return moment


def begin_of(moment: date | datetime, zone: tzinfo) -> datetime:
    """The instant itself, or the first one of a day."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), zone)


def end_of(moment: date | datetime, zone: tzinfo) -> datetime:
    """The instant itself, or the first one after a day."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment + timedelta(days=1), time(), zone)


def unknown(named: Iterable[str], known: Collection[str]) -> str | None:
    """The error message for values that are not in a closed set; None when all are."""
    strange = [each for each in named if each not in known]
    if not strange:
        return None
    listed = list(known)
    rest = ", …" if len(listed) > MOST_NAMED else ""
    return f"unknown: {', '.join(strange)}; there are {', '.join(listed[:MOST_NAMED])}{rest}"


def strange_in(reasons: Iterable[str]) -> str | None:
    """The values that the error message of `unknown` names; None for any other message."""
    found = next((_UNKNOWN.match(reason) for reason in reasons if reason.startswith("unknown: ")), None)
    return found[1] if found else None


def check_known(query: Mapping[str, Any], **known: Collection[str]) -> None:
    """Raises `Invalid` where a query asks for a value that is not in the closed set of its name; nothing stands for any."""
    said = {name: str(query.get(name) or "") for name in known}
    wrong = {name: [reason] for name, text in said.items() if text and (reason := unknown([text], known[name]))}
    if wrong:
        raise Invalid("Correct the parameters named in 'errors' and ask again.", wrong)


def wrong_codes(schema: Schema, read: Mapping[str, Any], catalogue: Catalogue) -> Iterator[tuple[str, list[str]]]:
    """(name, reasons) for each part of a query that names what the catalogue does not have."""
    for name, field in schema.fields.items():
        if isinstance(field, Codes) and read.get(name) and (reason := unknown(read[name], getattr(catalogue, field.of))):
            yield field.data_key or name, [reason]


def is_several(field: fields.Field[Any] | None) -> bool:
    """Whether a part of a query takes several values."""
    return isinstance(field, Choices)


def _parts(given: object) -> Iterator[str]:
    for part in str(given).split(SEPARATOR):
        if plain := value(part):
            yield plain
