"""承诺: promises, kept or broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.metrics.domain.history.facts import Fact

#: What happens to promises, at most once to each, with the count of it: every one is made; then it is kept by its date, or it is
#: broken and may be kept late. So those made are those kept, those broken, and those of which neither is known yet.
STATES: Mapping[str, str] = {
    "made": "promised", "kept": "promises_kept", "kept_late": "promises_kept_late", "broken": "promises_broken",
}  # fmt: skip


@dataclass
class MadePromise:
    """A promise that was made, kept in time or late, or broken."""

    id: str
    opinion: str
    department: str
    made_at: datetime
    due: datetime
    kept_at: datetime | None = None
    kept_in_time: bool | None = None
    broken_at: datetime | None = None

    def keep(self, fact: Fact) -> None:
        """Kept; the first time counts."""
        if self.kept_at is None:
            self.kept_at, self.kept_in_time = fact.recorded_at, fact.on_time

    def break_(self, fact: Fact) -> None:
        """Its date has passed and it was not kept."""
        self.broken_at = self.broken_at or fact.recorded_at


def promises_of(opinion: str, ordered: Sequence[Fact]) -> list[MadePromise]:
    """Each promise that was made, from the facts of an opinion in order."""
    promises: dict[str, MadePromise] = {}
    for fact in ordered:
        if fact.type == "promise.made" and fact.due is not None:
            # Before promises had ids of their own, the message was the promise.
            name = fact.promise or fact.id
            promises.setdefault(name, MadePromise(name, opinion, fact.department, fact.recorded_at, fact.due))
    if not promises:
        return []
    for fact in ordered:
        promise = promises.get(fact.promise)
        if promise is None:
            continue
        if fact.type == "promise.kept":
            promise.keep(fact)
        elif fact.type == "promise.broken":
            promise.break_(fact)
    return list(promises.values())
