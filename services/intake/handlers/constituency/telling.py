"""Letters to those who have to do with an opinion without being a department: deputies, informants, stations, the presidium."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from services.contracts.duties import Holder
from services.contracts.messages.duties import LetterEntrusted
from services.intake.domain.constituency.care import Care
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


#: Who acts for the holders of one kind that have these codes, by their code.
PeopleOf = Callable[[Holder, Collection[str | None]], Mapping[str | None, Iterable[Reachable]]]


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Who acts for whom, and the address of the desk where this site is known."""

    people_of: PeopleOf
    desk: str | None = None

    def write(self, store: IntakeStore, opinion: Opinion, about: About, party: Party, facts: Mapping[str, str]) -> None:
        """A letter to everybody who acts for a party and can be reached; who they are leaves sealed."""
        self._write(store, opinion, about, self.people_of(party.holder, [party.code]).get(party.code, ()), facts)

    def ask(self, store: IntakeStore, asked: Sequence[tuple[Opinion, Care]]) -> None:
        """Ask deputies to take opinions up, after one look-up of who acts for them all."""
        people = self.people_of("deputy", {care.deputy for _, care in asked}) if asked else {}
        for opinion, care in asked:
            self._write(store, opinion, "to_take", people.get(care.deputy, ()), care.by_when)

    def _write(
        self, store: IntakeStore, opinion: Opinion, about: About, people: Iterable[Reachable], facts: Mapping[str, str]
    ) -> None:
        for person in people:
            if person.email or person.phone:
                letter = LetterEntrusted(
                    about, store.seal(person.name) or "", opinion.title, facts, self.desk, store.seal(person.email),
                    store.seal(person.phone),
                )  # fmt: skip
                store.publish(letter, opinion.id, UNNUMBERED)
