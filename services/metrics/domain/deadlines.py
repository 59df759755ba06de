"""The deadlines of an assignment, each with the stretch of time in which it was in force.

An extension, a changed calendar or the end of a pause sets another one, and while the case waits for its submitter none is in
force. All of them are kept, so that whoever asks as of some instant is judged by the deadline of that instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from services.metrics.domain.story import Fact, Row

#: The deadlines that are counted, by role.
COUNTED: Mapping[str, tuple[str, ...]] = {
    "lead": ("sign", "contact", "reply"),
    "co_handler": ("co_opinion",),
    "separate": ("reply",),
}
#: Messages that set deadlines.
SETTING = (
    "assignment.created", "assignment.reopened", "assignment.extended", "assignment.resumed", "assignment.rescheduled",
)  # fmt: skip
#: Messages after which the assignment asks for nothing any more.
ENDING = ("assignment.reassigned", "assignment.cancelled")
#: Messages after which nothing is due, until a pause ends or the case is reopened.
RESTING = ("assignment.paused", "assignment.replied", "assignment.advised")
#: Messages by which one deadline is met.
MEETING: Mapping[str, str] = {"assignment.signed": "sign", "assignment.progressed": "contact"}
#: What is due once, in the first round.
ONCE = ("sign", "contact")
DEADLINE_COLUMNS = (
    "assignment", "sequence", "kind", "opinion", "department", "role", "set_by", "set_at", "lifted_at", "due",
)  # fmt: skip


class _Deadlines:
    def __init__(self, first: Row) -> None:
        self.rows: list[Row] = []
        self._shared = {name: first[name] for name in ("assignment", "opinion", "department", "role")}
        self._kinds = COUNTED[first["role"]]
        self._in_force: dict[str, Row] = {}
        #: What is met, or over, and so cannot be due again before a message says so that may.
        self._met: set[str] = set()
        self._paused = False

    def hear(self, fact: Fact) -> None:
        """Take in the next fact of the assignment."""
        if fact.type in SETTING:
            self._set(fact)
        elif fact.type in ENDING:
            self._lift(self._kinds, fact.recorded_at)
            self._met.update(self._kinds)
        elif fact.type in RESTING:
            self._rest(fact)
        elif fact.type in MEETING:
            self._lift((MEETING[fact.type],), fact.recorded_at)
            self._met.add(MEETING[fact.type])

    def _set(self, fact: Fact) -> None:
        if fact.type == "assignment.reopened":
            self._met = set(ONCE)
        if fact.type != "assignment.rescheduled":
            self._paused = False
        again = fact.type == "assignment.reopened"
        for kind in self._kinds:
            if kind not in fact.data["deadlines"] or (again and kind in ONCE):
                continue
            self._lift((kind,), fact.recorded_at)
            row = {
                **self._shared, "sequence": fact.sequence, "kind": kind, "set_by": fact.type.partition(".")[2],
                "set_at": fact.recorded_at, "lifted_at": None, "due": datetime.fromisoformat(fact.data["deadlines"][kind]),
            }  # fmt: skip
            self.rows.append(row)
            self._in_force[kind] = row
            # A deadline for what is met already, or for a case that waits, was never in force.
            if kind in self._met or self._paused:
                self._lift((kind,), fact.recorded_at)

    def _rest(self, fact: Fact) -> None:
        # What is due once and was missed by now has been missed, whatever happens later.
        missed = {kind for kind in ONCE if kind in self._in_force and self._in_force[kind]["due"] < fact.at}
        self._lift([kind for kind in self._kinds if kind not in missed], fact.recorded_at)
        self._paused = fact.type == "assignment.paused"
        if not self._paused:
            self._met.update(self._kinds)

    def _lift(self, kinds: Iterable[str], at: datetime) -> None:
        for kind in kinds:
            row = self._in_force.pop(kind, None)
            if row is not None:
                row["lifted_at"] = at


def deadlines_of(rounds: list[Row], facts: Iterable[Fact]) -> list[Row]:
    """One row for each deadline that the facts of an assignment, in order, set.

    The last of the rounds, oldest first, is told the deadline of the reply that is in force by now, if there is one.
    """
    deadlines = _Deadlines(rounds[0])
    for fact in facts:
        deadlines.hear(fact)
    in_force = (row["due"] for row in deadlines.rows if row["kind"] == "reply" and row["lifted_at"] is None)
    rounds[-1]["reply_by"] = next(in_force, None)
    return deadlines.rows
