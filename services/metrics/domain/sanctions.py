"""黄牌、红牌、督办、约见、通报批评: what the ladder and the congress did about a case. And other moves that are counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.contracts.envelope import Event
from services.contracts.messages.assignments import AssignmentAmended, AssignmentDrafted, AssignmentRaised, AssignmentRechecked
from services.contracts.messages.supervision import CardIssued, SupervisionRaised, SupervisionResolved

#: Rungs and results of a supervision that are more than that, and what they are.
MEANING: Mapping[str, str] = {
    "summon": "summons", "criticise": "criticism", "summons": "summons", "criticism": "criticism",
}  # fmt: skip


def moves_of(event: Event) -> Iterator[tuple[str, str]]:
    """What an event counts as a move: the word for it, and an id that is the same for what counts once."""
    data = event.data
    match data:
        case AssignmentDrafted() | AssignmentAmended() | AssignmentRaised() | AssignmentRechecked():
            yield event.type.partition(".")[2], event.id
        case CardIssued():
            yield f"{data.card}_card", event.id
        case SupervisionRaised():
            about = data.supervision or event.id
            yield "supervision", f"supervision/{about}"
            if data.rung in MEANING:
                yield MEANING[data.rung], f"{MEANING[data.rung]}/{about}"
        case SupervisionResolved() if data.result in MEANING:
            yield MEANING[data.result], f"{MEANING[data.result]}/{data.supervision}"
