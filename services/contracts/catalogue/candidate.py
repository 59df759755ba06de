"""A catalogue that is not in use: one text, what is wrong with it, and what it would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Final, Literal

from services.contracts.catalogue.check import examined
from services.contracts.catalogue.document import Problem
from services.contracts.catalogue.model import Catalogue

Kind = Literal["added", "removed", "changed"]
#: What is no section of codes: the place itself and its rules.
PLACE: Final = "place"


@dataclass(frozen=True, slots=True)
class CatalogueChange:
    """One entry that would come, go or be another; `parts` are the keys of it that differ."""

    section: str
    kind: Kind
    code: str
    name: str = ""
    name_en: str = ""
    parts: tuple[str, ...] = ()


class Candidate:
    """A catalogue in one text, which extends no file: it may come from another machine. `catalogue` is None when it has errors."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self.catalogue, self.problems = examined(text, _no_file)

    def line(self, number: int) -> str:
        """A line of the text, from 1; empty where there is none."""
        return self._lines[number - 1].strip() if number <= len(self._lines) else ""

    @property
    def errors(self) -> list[Problem]:
        """What keeps it from being used."""
        return [problem for problem in self.problems if problem.severity == "error"]


def sections(catalogue: Catalogue) -> dict[str, Mapping[object, object]]:
    """The entries of a catalogue by section, in the order in which the model has them."""
    found = {field.name: getattr(catalogue, field.name) for field in fields(catalogue)}
    return {name: value for name, value in found.items() if isinstance(value, Mapping)}


def changes(before: Catalogue, after: Catalogue) -> list[CatalogueChange]:
    """What differs, by section: first the place itself, then what would go, come and be another."""
    old, new = sections(before), sections(after)
    own = [field.name for field in fields(before) if field.name not in old]
    parts = tuple(name for name in own if getattr(before, name) != getattr(after, name))
    place = [CatalogueChange(PLACE, "changed", PLACE, after.name, after.name_en, parts)] if parts else []
    return place + [change for section in old for change in _changes(section, old[section], new[section])]


def _changes(section: str, old: Mapping[object, object], new: Mapping[object, object]) -> Iterator[CatalogueChange]:
    yield from (_change(section, "removed", code, entry) for code, entry in old.items() if code not in new)
    yield from (_change(section, "added", code, entry) for code, entry in new.items() if code not in old)
    for code, entry in new.items():
        if code in old and old[code] != entry:
            yield _change(section, "changed", code, entry, _parts(old[code], entry))


def _change(section: str, kind: Kind, code: object, entry: object, parts: tuple[str, ...] = ()) -> CatalogueChange:
    name = str(getattr(entry, "name", ""))
    return CatalogueChange(section, kind, str(code), name, str(getattr(entry, "name_en", name)), parts)


def _parts(old: object, new: object) -> tuple[str, ...]:
    if not is_dataclass(new):
        return ()
    return tuple(field.name for field in fields(new) if getattr(old, field.name) != getattr(new, field.name))


def _no_file(name: str) -> str:
    raise OSError("one text alone is looked at here; put what it extends into it, or check it on the machine that has the files")
