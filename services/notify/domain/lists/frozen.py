"""A list that was made public: frozen as it stood then, with a hash that stands in the ledger. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from services.contracts.messages.sessions import ListName, ListPublished


@dataclass(frozen=True, slots=True)
class ListScope:
    """Whose list it is: that of one session, or of a station (of all where none is named) in a year."""

    session: str | None = None
    station: str | None = None
    year: int | None = None

    @property
    def key(self) -> str:
        """Tells it from others."""
        return self.session or f"{self.station or '-'}/{self.year}"


@dataclass(frozen=True, slots=True)
class FrozenList:
    """What was published: `document` is the canonical JSON, of which `hash` is the SHA-256."""

    id: str
    scope: str
    list: ListName
    at: datetime
    hash: str
    rows: int
    document: str
    by: str | None = None

    @property
    def is_withheld(self) -> bool:
        """Whether something in it was erased since, so that it is not read any more; its hash stays."""
        return not self.document

    @property
    def scope_of(self) -> ListScope:
        """Whose it is, of one that is not withheld."""
        said = orjson.loads(self.document)
        return ListScope(said["session"], said["station"], said["year"])

    def as_published(self, scope: ListScope) -> ListPublished:
        """What is published of it, and so stands in the ledger."""
        return ListPublished(self.list, self.hash, self.rows, scope.session, scope.station, scope.year)


@dataclass(frozen=True, slots=True)
class PublishedOfYear:
    """A list of a year that was made public: of a station, or of the whole place, and when."""

    list: ListName
    station: str | None
    at: datetime


def canonical(scope: ListScope, name: ListName, at: datetime, rows: Sequence[Mapping[str, object]]) -> bytes:
    """The one way in which a published list is written: JSON in UTF-8, names sorted, no blanks."""
    document = {
        "list": name, "session": scope.session, "station": scope.station, "year": scope.year, "as_of": at.isoformat(), "rows": rows,
    }  # fmt: skip
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def hash_of(document: bytes) -> str:
    """The SHA-256 that the ledger has of a published list."""
    return hashlib.sha256(document).hexdigest()


def same_rows(before: str, document: bytes) -> bool:
    """Whether a list says what it said when it was published last."""
    said, says = (orjson.loads(each)["rows"] for each in (before, document))
    return bool(said == says)
