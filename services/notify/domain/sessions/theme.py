"""A theme for sessions: suggested, one of a few to choose from, chosen, and held once a session was about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal

from services.contracts.errors import Conflict, Invalid
from services.contracts.messages.sessions import ThemeChosen, ThemeMessage, ThemeShortlisted, ThemeSuggested

Source = Literal["words", "person", "plan"]
#: How many there are to choose from, for one kind of session and month.
MOST_SHORTLISTED: Final = 4
UNKNOWN_THEME: Final = "There is no such theme, or it is not for you to see."


class ThemeState(StrEnum):
    """Where a theme stands."""

    SUGGESTED = "suggested"
    SHORTLISTED = "shortlisted"
    CHOSEN = "chosen"
    HELD = "held"
    DROPPED = "dropped"


#: What everybody may know of: what is to be chosen from, and what became of it.
PUBLIC_STATES: Final = (ThemeState.SHORTLISTED, ThemeState.CHOSEN, ThemeState.HELD)


@dataclass(slots=True)
class Theme:
    """A theme as it is kept. `month` is that of the session it is for, `place` its number among those to choose from, `session` the
    one that is about it, `support` how many opinions or people spoke for it. `sequence` is the number of its last message."""

    id: str
    title: str
    source: Source
    created: datetime
    state: ThemeState = ThemeState.SUGGESTED
    kind: str | None = None
    area: str | None = None
    support: int = 0
    month: date | None = None
    place: int | None = None
    session: str | None = None
    sequence: int = 0
    created_by: str | None = None
    updated: datetime | None = None

    def __post_init__(self) -> None:
        self.state = ThemeState(self.state)

    def suggest(self) -> ThemeMessage:
        """Tell of a new one."""
        return ThemeSuggested(self.id, self.title, self.source, self.area, self.kind)

    def shortlist(self, kind: str, month: date, taken: Collection[int]) -> ThemeMessage:
        """Make it one to choose from for sessions of a kind in a month, of which the places `taken` are not free."""
        self._only_while("shortlisted", ThemeState.SUGGESTED)
        place = next((each for each in range(1, MOST_SHORTLISTED + 1) if each not in taken), None)
        if place is None:
            raise Conflict(f"There are {MOST_SHORTLISTED} to choose from already: drop one first.")
        self.state, self.kind, self.month, self.place = ThemeState.SHORTLISTED, kind, month, place
        return ThemeShortlisted(self.id, self.title, self.source, self.area, self.kind)

    def choose(self, session: str | None) -> ThemeMessage:
        """Choose it, for a session where there is one already."""
        self._only_while("chosen", ThemeState.SHORTLISTED)
        self.state, self.session = ThemeState.CHOSEN, session
        return ThemeChosen(self.id, self.title, self.source, self.area, self.kind)

    def drop(self) -> None:
        """Do not take it up; its place is free again."""
        self._only_while("dropped", ThemeState.SUGGESTED, ThemeState.SHORTLISTED, ThemeState.CHOSEN)
        self.state, self.place, self.session = ThemeState.DROPPED, None, None

    def hold(self) -> None:
        """A session was about it."""
        if self.state is ThemeState.CHOSEN:
            self.state = ThemeState.HELD

    def _only_while(self, done: str, *states: ThemeState) -> None:
        if self.state not in states:
            raise Conflict(f"It is '{self.state}'; only what is {' or '.join(states)} is {done}.")


def known_kind(kind: str | None, kinds: Collection[str]) -> str:
    """The kind of sessions that a theme is for; raises `Invalid` where none is named or there is no such."""
    if kind is None or kind not in kinds:
        raise Invalid("Say for which kind of session.", {"kind": [f"one of {', '.join(kinds)}"]})
    return kind
