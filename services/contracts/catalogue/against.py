"""A catalogue against the cases that are open: which of the codes they use it does not have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.contracts.catalogue.model import Catalogue
from services.contracts.words.bilingual import Words

#: In which section of the catalogue the codes of a case stand, by the name that its column has.
SECTIONS: Final[Mapping[str, str]] = {
    "department": "departments", "proposed": "departments", "difficulty": "difficulties", "topic": "topics", "area": "areas",
    "station": "stations",
}  # fmt: skip
#: What each of them is called.
NAMES: Final[Mapping[str, Words]] = {
    "department": Words("承办单位", "Department"), "proposed": Words("建议改派的单位", "Proposed department"),
    "difficulty": Words("难易程度", "Difficulty"), "topic": Words("主题", "Topic"), "area": Words("所在区域", "Area"),
    "station": Words("联络站", "Station"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Use:
    """A code with the number of open cases that use it, and one of them as an example."""

    kind: str
    code: str
    cases: int
    example: str

    @property
    def name(self) -> Words:
        """What it is a code of."""
        return NAMES[self.kind]


def uses_in(rows: Iterable[Mapping[str, Any]]) -> list[Use]:
    """The uses in groups of open cases: rows with codes by kind, `cases` and `example`."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for row in rows:
        for kind in SECTIONS:
            if row.get(kind):
                cases, example = found.get((kind, row[kind]), (0, row["example"]))
                found[kind, row[kind]] = cases + row["cases"], example
    return [Use(*key, *about) for key, about in sorted(found.items())]


def lacking(catalogue: Catalogue, uses: Iterable[Use]) -> Sequence[Use]:
    """The uses of codes that the catalogue does not have. Their cases go on all the same, but people should know."""
    return [use for use in uses if use.code not in getattr(catalogue, SECTIONS[use.kind])]
