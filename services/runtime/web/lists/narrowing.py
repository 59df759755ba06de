"""What a list is narrowed to stands in its address, and every link and form between the list and what is on it says it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from services.runtime.input.queries import SEPARATOR


@dataclass(frozen=True, slots=True)
class NarrowedList:
    """A list of which an address says by `filters` what is shown and by `place` which page of it.

    Pages of what is on the list and the forms on them have both in their addresses, so that every act leads back to where somebody
    was. Only these names are read, and said under the path of the list: an address never leads to another site.
    """

    path: str
    filters: Sequence[str] = ()
    place: Sequence[str] = ("cursor",)

    def given(self, query: Mapping[str, Any]) -> dict[str, str]:
        """What an address is narrowed to."""
        return said_again(query, self.filters)

    def kept(self, query: Mapping[str, Any]) -> dict[str, str]:
        """What it is narrowed to, and which page of it."""
        return said_again(query, (*self.filters, *self.place))

    def back(self, query: Mapping[str, Any], **more: str) -> str:
        """The address of the list where an address was opened from; `more` says what has been done."""
        return address(self.path, self.kept(query), **more)

    def behind(self, query: Mapping[str, Any], cursor: str) -> str:
        """The address of the page that begins behind a cursor."""
        return address(self.path, self.given(query), cursor=cursor)

    def on_it(self, path: str, query: Mapping[str, Any], **more: str) -> str:
        """The address below that of the list of something on it, from which every act leads back."""
        return address(f"{self.path}/{path}", self.kept(query), **more)


def said_again(query: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """What an address said under these names, as it says it again."""
    plain = {name: SEPARATOR.join(value) if isinstance(value, tuple) else value for name, value in query.items()}
    return {name: "true" if plain[name] is True else str(plain[name]) for name in names if plain.get(name)}


def address(path: str, given: Mapping[str, str], **more: str) -> str:
    """An address with what a list is narrowed to."""
    found = {**given, **more}
    return f"{path}?{urlencode(found)}" if found else path
