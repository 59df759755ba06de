"""黄牌、红牌、督办、约见、通报批评: sanctions by the ladder and the congress, and other moves that are counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.contracts.envelope import Event
from services.contracts.messages.assignments import AssignmentAmended, AssignmentDrafted, AssignmentRaised, AssignmentRechecked
from services.contracts.messages.opinions import OpinionSupported
from services.contracts.messages.supervision import CardIssued, ReminderSent, SupervisionRaised, SupervisionResolved

#: Rungs and results of a supervision that are more than that, and what they are.
MEANING: Mapping[str, str] = {
    "summon": "summons", "criticise": "criticism", "summons": "summons", "criticism": "criticism",
}  # fmt: skip
#: 附议: what counts. Supporters who move with a merge are the same people, and were counted.
SUPPORTED: Mapping[str, str] = {"given": "supported", "withdrawn": "support_withdrawn"}


@dataclass
class CountedMove:
    """Something that was done about a case; what has the same id counts once. `held` is what a look-back (回头看) found."""

    id: str
    opinion: str
    department: str | None
    move: str
    held: bool | None
    at: datetime


@dataclass
class FiredRung:
    """A rung of the ladder that fired."""

    id: str
    opinion: str
    department: str
    rung: str
    sent_at: datetime


@dataclass(slots=True)
class Done:
    """What was done about cases: rungs of the ladder and moves."""

    rungs: list[FiredRung] = field(default_factory=list)
    moves: list[CountedMove] = field(default_factory=list)

    @property
    def opinions(self) -> set[str]:
        """About which cases."""
        return {*(rung.opinion for rung in self.rungs), *(move.opinion for move in self.moves)}

    def by_opinion(self) -> dict[str, Done]:
        """The same, each case's apart."""
        found: dict[str, Done] = {}
        for rung in self.rungs:
            found.setdefault(rung.opinion, Done()).rungs.append(rung)
        for move in self.moves:
            found.setdefault(move.opinion, Done()).moves.append(move)
        return found

    def by_instant(self) -> dict[datetime, Done]:
        """The same, by when it was recorded."""
        found: dict[datetime, Done] = {}
        for rung in self.rungs:
            found.setdefault(rung.sent_at, Done()).rungs.append(rung)
        for move in self.moves:
            found.setdefault(move.at, Done()).moves.append(move)
        return found


def rungs_of(event: Event, recorded_at: datetime) -> Iterator[FiredRung]:
    """The rung that an event counts as, if it does."""
    data = event.data
    if isinstance(data, ReminderSent | CardIssued | SupervisionRaised):
        yield FiredRung(event.id, event.subject, data.department, data.rung, recorded_at)


def moves_of(event: Event, recorded_at: datetime) -> Iterator[CountedMove]:
    """What an event counts as a move."""
    data, subject = event.data, event.subject
    match data:
        case AssignmentRechecked():
            yield CountedMove(event.id, subject, data.department, "rechecked", data.held, recorded_at)
        case AssignmentDrafted() | AssignmentAmended() | AssignmentRaised():
            yield CountedMove(event.id, subject, data.department, event.type.partition(".")[2], None, recorded_at)
        case OpinionSupported() if data.change in SUPPORTED:
            yield CountedMove(event.id, subject, data.department, SUPPORTED[data.change], None, recorded_at)
        case CardIssued():
            yield CountedMove(event.id, subject, data.department, f"{data.card}_card", None, recorded_at)
        case SupervisionRaised():
            about = data.supervision or event.id
            yield CountedMove(f"supervision/{about}", subject, data.department, "supervision", None, recorded_at)
            if data.rung in MEANING:
                word = MEANING[data.rung]
                yield CountedMove(f"{word}/{about}", subject, data.department, word, None, recorded_at)
        case SupervisionResolved() if data.result in MEANING:
            word = MEANING[data.result]
            yield CountedMove(f"{word}/{data.supervision}", subject, data.department, word, None, recorded_at)
