"""What somebody who is no department owes on an opinion, by when, and who says that it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.catalogue.model import Catalogue
from services.contracts.messages.duties import DutyEnded, DutySet
from services.contracts.people.duties import Duty, Holder
from services.intake.domain.opinion import Opinion
from services.intake.domain.timeline import STAFF


@dataclass(frozen=True, slots=True)
class Party:
    """Whom something is told to: a deputy or a station by `code`, whose `name` is public; the presidium has no code."""

    holder: Holder
    code: str | None = None
    name: str | None = None

    @property
    def facts(self) -> dict[str, object]:
        """What a timeline says of it."""
        named = {"deputy": self.name or self.code} if self.holder == "deputy" else {"station": self.code}
        return {"holder": self.holder, **{name: value for name, value in named.items() if value}}

    def is_same(self, other: Party) -> bool:
        """Whether it is the same one, whatever they are called by now."""
        return (self.holder, self.code) == (other.holder, other.code)


@dataclass(frozen=True, slots=True)
class Owed:
    """One duty: `id` is that of the hop or the care which it is of."""

    id: str
    of: Duty

    def set(self, opinion: Opinion, party: Party, catalogue: Catalogue, since: datetime) -> datetime:
        """Let its clock begin, and return when it is due."""
        due = catalogue.calendar.due(since, getattr(catalogue.duties, self.of))
        opinion.publish(DutySet(self.id, self.of, party.holder, opinion.title, due.at, party.code, due.provisional))
        facts = {"duty": self.of, **party.facts, "asked_by": due.at.isoformat()}
        opinion.record(DutySet.TYPE, party.holder, facts, audience=STAFF)
        return due.at

    def end(self, opinion: Opinion, *, done: bool) -> None:
        """Stop its clock: it was done, or there is nothing left to do."""
        opinion.publish(DutyEnded(self.id, self.of, done))
