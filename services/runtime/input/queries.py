"""What a query can ask for: values of a closed set, codes of the catalogue, dates and instants."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, TypeVar

from marshmallow import Schema, ValidationError, fields, validate

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Invalid
from services.contracts.words.text import value
from services.runtime.input.fields import Code

EARLIEST_YEAR, LATEST_YEAR = 1970, 9998
MOST_NAMED = 60
SEPARATOR = ","
LONGEST_CODE = 40
Moment = TypeVar("Moment", bound=date)
Known = TypeVar("Known")
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
    """One or several codes of the part `of` the catalogue, which is asked by `wrong_codes`."""

    def __init__(self, of: str, **options: Any) -> None:
        super().__init__(**options)
        self.of = of

    def _check(self, named: tuple[str, ...]) -> None:
        """Codes are checked later, by `wrong_codes`."""


class CodeOf(fields.String):
    """One code of the part `of` the catalogue, which is asked by `wrong_codes`; empty for any."""

    def __init__(self, of: str, **options: Any) -> None:
        super().__init__(load_default="", **options)
        self.of = of


class ChoiceOf(fields.String):
    """One value of a closed set; empty for any."""

    def __init__(self, known: Iterable[str], **options: Any) -> None:
        super().__init__(load_default="", validate=validate.OneOf(tuple(map(str, known))), **options)


class Registered(Code):
    """The code of something that the store of the service knows, which the view asks by `registered`."""

    def __init__(self, longest: int = LONGEST_CODE, **options: Any) -> None:
        super().__init__(longest, load_default=None, **options)


class YearField(fields.Integer):
    """A year that there are dates of."""

    def __init__(self, **options: Any) -> None:
        super().__init__(load_default=None, validate=validate.Range(EARLIEST_YEAR, LATEST_YEAR), **options)


class DayField(fields.Date):
    """A day such as 2026-11-22, far enough from the first and the last that there are, so that weeks can be counted from it."""

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> date:
        day: date = super()._deserialize(value, *arguments, **options)
        return _in_reach(day)


class MonthField(fields.Field[date]):
    """A month such as 2026-11, read as its first day."""

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        try:
            month = date.fromisoformat(f"{value}-01")
        except ValueError as error:
            raise ValidationError("not a month (2026-11)") from error
        return _in_reach(month)


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
        return _in_reach(moment)


def _in_reach(moment: Moment) -> Moment:
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise ValidationError(f"the year has to lie between {EARLIEST_YEAR} and {LATEST_YEAR}")
    return moment


def begin_of(moment: date | datetime, zone: tzinfo) -> datetime:
    """The instant itself, or the first one of a day."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), zone)


def end_of(moment: date | datetime, zone: tzinfo) -> datetime:
    """The instant itself, or the first one after a day."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment + timedelta(days=1), time(), zone)


def texts(*names: str, **parts: fields.Field[Any]) -> type[Schema]:
    """The query of a page: free texts, which are empty where nothing is given, and the `parts` of which not every value is one."""
    return Schema.from_dict({**{name: fields.String(load_default="") for name in names}, **parts}, name="PageQuery")


def unknown(named: Iterable[str], known: Collection[str]) -> str | None:
    """The error message for values that are not in a closed set; None when all are."""
    strange = [each for each in named if each not in known]
    if not strange:
        return None
    listed = list(known)
    rest = ", …" if len(listed) > MOST_NAMED else ""
    return f"unknown: {', '.join(strange)}; there are {', '.join(listed[:MOST_NAMED])}{rest}"


def registered(name: str, code: str | None, find: Callable[[str], Known | None]) -> Known | None:
    """What `find` has for the code that a query has under this name; None without one. Raises `Invalid` where there is nothing."""
    found = None if code is None else find(code)
    if code is not None and not found:
        raise Invalid("Correct the parameters named in 'errors' and ask again.", {name: [f"there is nothing with the code {code}"]})
    return found


def strange_in(reasons: Iterable[str]) -> str | None:
    """The values that the error message of `unknown` names; None for any other message."""
    found = next((_UNKNOWN.match(reason) for reason in reasons if reason.startswith("unknown: ")), None)
    return found[1] if found else None


def wrong_codes(schema: Schema, read: Mapping[str, Any], catalogue: Catalogue) -> Iterator[tuple[str, list[str]]]:
    """(name, reasons) for each part of a query that names what the catalogue does not have."""
    for name, field in schema.fields.items():
        if not isinstance(field, Codes | CodeOf) or not (asked := read.get(name)):
            continue
        if reason := unknown([asked] if isinstance(asked, str) else asked, getattr(catalogue, field.of)):
            yield field.data_key or name, [reason]


def is_several(field: fields.Field[Any] | None) -> bool:
    """Whether a part of a query takes several values."""
    return isinstance(field, Choices)


def _parts(given: object) -> Iterator[str]:
    for part in str(given).split(SEPARATOR):
        if plain := value(part):
            yield plain
