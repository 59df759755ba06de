"""Letters to those who have to do with an opinion without being a department: deputies, informants, stations, the presidium."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from services.contracts.messages.duties import LetterEntrusted
from services.intake.domain.constituency.owing import Party
from services.intake.domain.opinion import Opinion
from services.intake.handlers.notifying import UNNUMBERED

if TYPE_CHECKING:
    from services.intake.store.writing import IntakeStore

About = Literal["to_relay", "to_take", "to_feed_back", "for_assigned", "for_promised", "late_relay", "late_take", "late_feedback"]


class Reachable(Protocol):
    """Somebody with an account, and how they can be reached."""

    @property
    def name(self) -> str:
        """What they are called."""

    @property
    def email(self) -> str | None:
        """Their address."""

    @property
    def phone(self) -> str | None:
        """Their number."""


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Who acts for a party, and the address of the desk where this site is known."""

    people_of: Callable[[Party], Iterable[Reachable]]
    desk: str | None = None

    def write(self, store: IntakeStore, opinion: Opinion, about: About, party: Party, facts: Mapping[str, str]) -> None:
        """A letter to everybody who acts for a party and can be reached; who they are leaves sealed."""
        for person in self.people_of(party):
            if person.email or person.phone:
                letter = LetterEntrusted(
                    about, store.seal(person.name) or "", opinion.title, facts, self.desk, store.seal(person.email),
                    store.seal(person.phone),
                )  # fmt: skip
                store.publish(letter, opinion.id, UNNUMBERED)
