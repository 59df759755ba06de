"""Sample contents for the page that shows every component in every state to developers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Final, NamedTuple

from services.design.phrases import Phrase

TONES: Final = ("", "good", "warn", "bad", "info")
#: What a sample form was sent with: nothing wrong, or everything.
STATES: Final[Mapping[str, Mapping[str, Phrase]]] = {
    "": {},
    "wrong": dict.fromkeys(("input", "area", "choice", "radio", "photos"), Phrase("Please fill this in")),
}
_INSTANT: Final = datetime(2026, 11, 26, 9, 30, tzinfo=timezone(timedelta(hours=8)))
_LONG: Final = "A text without an end, as somebody may paste it: " + "x" * 120


class SampleEntry(NamedTuple):
    """An entry of a timeline."""

    at: datetime
    what: str
    by: str
    said: str
    facts: Sequence[tuple[str, object]]


class SampleRow(NamedTuple):
    """A row of a table."""

    number: int
    title: str
    state: str
    tone: str
    due: date


ROWS: Final = (
    SampleRow(1, "Street light out", "Handled", "info", date(2026, 12, 3)),
    SampleRow(2, "River bank collapsed", "Overdue", "bad", date(2026, 11, 20)),
    SampleRow(3, "Bins overflow", "Answered", "good", date(2026, 12, 14)),
    SampleRow(4, _LONG, "Waiting", "warn", date(2027, 1, 8)),
)


class SampleRank(NamedTuple):
    """A row of a chart that ranks."""

    word: str
    opinions: int
    usual: float


RANKED: Final = (SampleRank("elevator", 31, 2.5), SampleRank("water", 12, 9), SampleRank("a word that is rather long", 5, 0))


def rows(tone: str) -> list[SampleRow]:
    """The rows of the sample table, all or those of a tone."""
    return [row for row in ROWS if not tone or row.tone == tone]


def samples() -> dict[str, object]:
    """What the components of the page show."""
    return {
        "tones": TONES,
        "ranked": RANKED,
        "states": STATES,
        "facts": [("Label", "Value"), ("Long", _LONG), ("Instant", _INSTANT), ("Day", _INSTANT.date()), ("Left out", None)],
        "steps": ("One", "Two", "Three", "Four"),
        "entries": [
            SampleEntry(_INSTANT, "Received", "the submitter", "", ()),
            SampleEntry(_INSTANT, "Answered", "the department", _LONG, [("Due", _INSTANT)]),
        ],
        "options": [("a", "First"), ("b", "Second"), ("c", _LONG)],
        "months": _points([("1", 12), ("2", 7), ("3", 0), ("4", 31), ("5", 18), ("6", 22)]),
        "parts": [("Solved", 30, "good", "#solved"), ("Being solved", 12, "warn", None), ("Declined", 5, "bad", None)],
        "hours": ("08", "10", "12", "14", "16"),
        "heat": [("Mon", _cells(0, 4, 2, 7, 1)), ("Tue", _cells(3, 9, 12, 5, 0)), ("Wed", _cells(1, 1, 6, 8, 2))],
    }


def _points(given: Iterable[tuple[str, int]]) -> list[tuple[str, int, str | None]]:
    return [(label, value, f"#month-{label}" if value else None) for label, value in given]


def _cells(*values: int) -> tuple[tuple[int, str | None], ...]:
    return tuple((value, f"#cell-{value}" if value > 6 else None) for value in values)
