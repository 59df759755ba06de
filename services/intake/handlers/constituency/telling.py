"""Letters to those who have to do with an opinion without being a department: deputies, informants, stations, the presidium."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from services.contracts.envelope import UNNUMBERED
from services.contracts.messages.duties import AboutEntrusted, LetterEntrusted
from services.contracts.people.duties import Holder
from services.intake.domain.constituency.care import Care
from services.intake.domain.constituency.owing import Party
from services.intake.domain.opinion import Opinion

if TYPE_CHECKING:
    from services.intake.store.writing import IntakeStore


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
class WantedLetter:
    """A letter to everybody who acts for a party and can be reached."""

    opinion: Opinion
    about: AboutEntrusted
    party: Party
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Who acts for whom, and the address of the desk where this site is known."""

    people_of: PeopleOf
    desk: str | None = None

    def write(self, store: IntakeStore, *wanted: WantedLetter) -> None:
        """Write letters, after one look-up of people for each kind of holder; who they are leaves sealed."""
        codes: dict[Holder, set[str | None]] = {}
        for each in wanted:
            codes.setdefault(each.party.holder, set()).add(each.party.code)
        people = {holder: self.people_of(holder, of) for holder, of in codes.items()}
        for each in wanted:
            for person in people[each.party.holder].get(each.party.code, ()):
                if person.email or person.phone:
                    letter = LetterEntrusted(
                        each.about, store.seal(person.name) or "", each.opinion.title, each.facts, self.desk,
                        store.seal(person.email), store.seal(person.phone),
                    )  # fmt: skip
                    store.publish(letter, each.opinion.id, UNNUMBERED)

    def ask(self, store: IntakeStore, asked: Iterable[tuple[Opinion, Care]]) -> None:
        """Ask deputies to take opinions up."""
        self.write(store, *(WantedLetter(opinion, "to_take", care.party, care.by_when) for opinion, care in asked))
