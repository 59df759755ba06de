"""The reply deadlines of an assignment, each with the stretch of time in which it was in force.

An extension or the end of a pause sets another deadline, and while the case waits for its submitter none is in force. All
of them are kept, so that whoever asks as of some instant is judged by the deadline of that instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.metrics.domain.story import Fact

#: Messages that set a deadline for the reply.
SETTING = ("assignment.created", "assignment.reopened", "assignment.extended", "assignment.resumed")
#: Messages that end the one in force, by setting another or because none is needed.
LIFTING = (*SETTING, "assignment.paused", "assignment.replied", "assignment.reassigned", "assignment.cancelled")
DEADLINE_COLUMNS = ("assignment", "sequence", "opinion", "department", "set_by", "set_at", "lifted_at", "reply_by")


def deadlines_of(shared: Mapping[str, Any], facts: Iterable[Fact]) -> list[dict[str, Any]]:
    """One row for each deadline that the facts of an assignment, in order, set; `shared` has what all of them have."""
    rows: list[dict[str, Any]] = []
    for fact in facts:
        if fact.type in LIFTING and rows and rows[-1]["lifted_at"] is None:
            rows[-1]["lifted_at"] = fact.at
        if fact.type in SETTING and "reply" in fact.data["deadlines"]:
            own = {name: shared[name] for name in ("assignment", "opinion", "department")}
            reply_by = datetime.fromisoformat(fact.data["deadlines"]["reply"])
            set_by = fact.type.partition(".")[2]
            rows.append(
                {**own, "sequence": fact.sequence, "set_by": set_by, "set_at": fact.at, "lifted_at": None, "reply_by": reply_by}
            )
    return rows
