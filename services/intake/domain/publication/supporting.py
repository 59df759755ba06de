"""附议: people support a public opinion in place of telling the same once more. How many do is public, who they are is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from services.contracts.errors import Conflict
from services.contracts.lifecycle import State
from services.contracts.messages.opinions import OpinionSupported
from services.intake.domain.actors import PUBLIC
from services.intake.domain.people import Person
from services.intake.domain.timeline import TimelineEntry

if TYPE_CHECKING:
    from services.intake.domain.opinion import Opinion

#: The states in which a public opinion can be supported.
SUPPORTABLE: Final = tuple(state for state in State if state.is_with_routing and not state.is_closed)
#: The timeline tells of the first supporter, and then of these numbers times a power of ten.
_TOLD: Final = ("1", "2", "5")
Given = Literal["given", "withdrawn", "moved"]


@dataclass(frozen=True, slots=True)
class Supporter:
    """Somebody who supports an opinion: their receipt, how they can be reached, and what tells their browser from others."""

    receipt: str
    person: Person | None = None
    browser: str | None = None


def check_supportable(opinion: Opinion) -> None:
    """Raises `Conflict` for a case that nobody handles any more."""
    if opinion.state not in SUPPORTABLE:
        raise Conflict(f"An opinion that is {opinion.state} is not supported any more; read its reply, or submit your own.")


def count(opinion: Opinion, number: int, change: Given) -> None:
    """Publish how many people support a case now, unless that is the same as before."""
    if number != opinion.supporters:
        opinion.supporters = number
        opinion.publish(OpinionSupported(number, change, opinion.department, opinion.topic))


def is_told(number: int) -> bool:
    """Whether the timeline has a line for this number of supporters: not for each, which would bury everything else."""
    return number > 0 and str(number).rstrip("0") in _TOLD


def tell(opinion: Opinion, lines: Iterable[TimelineEntry]) -> None:
    """Add a line for the supporters that a case has now, unless one of its `lines` told of as many."""
    said = {line.facts.get("supporters") for line in lines if line.what == OpinionSupported.TYPE}
    if opinion.supporters not in said:
        opinion.record(OpinionSupported.TYPE, PUBLIC, {"supporters": opinion.supporters})
