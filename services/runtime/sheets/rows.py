"""What every kind of table comes to: a header, and rows with the number of the line they begin at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

#: A header is looked for in this many rows: exports put a title above it.
MOST_ABOVE = 10
LONGEST_CELL = 100_000
NUL = "holds the character U+0000, which no store can keep"
#: How many of a row's cells could be names of columns.
Likeness = Callable[[Sequence[str]], int]


class Unreadable(ValueError):
    """Not a table; the message says what to do."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row by the number of the line it begins at, from 1; `reason` says why it cannot be read."""

    number: int
    cells: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: how it was read, its header, how many rows stand above that, and those below it that are not blank."""

    kind: str
    encoding: str | None
    separator: str | None
    sheet: str | None
    header: SheetRow
    above: int
    rows: Iterator[SheetRow]


def beneath_header(rows: Iterable[SheetRow], likeness: Likeness) -> tuple[SheetRow, int, Iterator[SheetRow]]:
    """(the header, how many rows stand above it, the rows below it); raises `Unreadable` where there is nothing."""
    going = (row for row in rows if row.reason or any(cell.strip() for cell in row.cells))
    first = list(islice(going, MOST_ABOVE))
    if not first:
        raise Unreadable("There is nothing in it. A table begins with a row of the names of its columns.")
    if first[0].reason:
        raise Unreadable(f"The first row must name the columns: {first[0].reason}.")
    found = next((place for place, row in enumerate(first) if likeness(row.cells)), 0)
    header = replace(first[found], cells=_without_trailing(first[found].cells))
    return header, found, (_fitted(row, header.cells) for row in chain(first[found + 1 :], going))


def _fitted(row: SheetRow, names: Sequence[str]) -> SheetRow:
    """A row with a cell for each column of the header, or the reason why it has none."""
    if row.reason:
        return row
    cells = _without_trailing(row.cells)
    if len(cells) > len(names):
        return replace(row, reason=f"{len(cells)} fields where the header has {len(names)}")
    nameless = next((place for place, cell in enumerate(cells) if cell.strip() and not names[place].strip()), None)
    if nameless is not None:
        return replace(row, reason=f"a value in column {nameless + 1}, which has no name")
    if any(len(cell) > LONGEST_CELL for cell in cells):
        return replace(row, reason=f"field larger than field limit ({LONGEST_CELL})")
    return replace(
        row, cells=(*cells, *[""] * (len(names) - len(cells))), reason=NUL if any("\0" in cell for cell in cells) else ""
    )


def _without_trailing(cells: Sequence[str]) -> tuple[str, ...]:
    last = max((place for place, cell in enumerate(cells) if cell.strip()), default=-1)
    return tuple(cells[: last + 1])
