"""What people owe who are no department: to confirm a hop of a relay, to take an opinion up, to feed back to the voter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.metrics.domain.history.facts import Fact
from services.metrics.domain.history.profile import Profile


@dataclass
class OwedDuty:
    """One time that something was owed, from `set_at` until it was `lifted_at`: it was done, in time or late, or nobody owed it
    any more. It counts for the lead department of the case."""

    id: str
    opinion: str
    department: str | None
    of: str
    set_at: datetime
    due: datetime
    lifted_at: datetime | None = None
    done_at: datetime | None = None
    done_in_time: bool | None = None

    def end(self, fact: Fact) -> None:
        """Nobody owes it any more."""
        self.lifted_at = fact.recorded_at
        if fact.done:
            self.done_at, self.done_in_time = fact.recorded_at, fact.at <= self.due


def duties_of(profile: Profile, ordered: Sequence[Fact]) -> list[OwedDuty]:
    """One for each time that something was owed, from the facts of an opinion in order. After each reply feedback is owed again."""
    duties: list[OwedDuty] = []
    standing: dict[tuple[str, str], OwedDuty] = {}
    for fact in ordered:
        if fact.type == "duty.set" and fact.due is not None:
            duty = OwedDuty(fact.id, profile.id, profile.department, fact.of, fact.recorded_at, fact.due)
            replaced = standing.get((fact.duty, fact.of))
            if replaced is not None:
                replaced.lifted_at = fact.recorded_at
            standing[fact.duty, fact.of] = duty
            duties.append(duty)
        elif fact.type == "duty.ended" and (fact.duty, fact.of) in standing:
            standing.pop((fact.duty, fact.of)).end(fact)
    return duties
