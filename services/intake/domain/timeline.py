"""Reading a timeline: who may read which entries, the open promises, the answers of separate handlers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.contracts.lifecycle import State
from services.contracts.messages.assignments import AssignmentAdvised, AssignmentReplied
from services.contracts.messages.supervision import PromiseBroken, PromiseKept, PromiseMade
from services.contracts.messages.values import Role

#: Who reads a line besides the office and the departments: everybody with a receipt of the case, nobody, or one receipt.
STAFF = "staff"
#: What a line says beside what happened, by name: JSON values.
Facts = Mapping[str, object]
PromiseState = Literal["open", "broken", "kept"]
#: A later state overrules an earlier one, in whatever order their messages arrive.
_PROMISED: Mapping[str, PromiseState] = {PromiseMade.TYPE: "open", PromiseBroken.TYPE: "broken", PromiseKept.TYPE: "kept"}
_ORDER = tuple(_PROMISED.values())
#: The types of the lines that say what became of a promise.
PROMISE_STATES = tuple(_PROMISED)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of an opinion's timeline. `audience` is None for everybody, `STAFF`, or the one receipt that reads it.

    `id` counts the lines of a store; None before the line is stored.
    """

    at: datetime
    what: str
    by: str
    facts: Facts
    audience: str | None = None
    id: int | None = None

    def text(self, name: str) -> str | None:
        """A fact that is a text, or None."""
        value = self.facts.get(name)
        return value if isinstance(value, str) else None


@dataclass(slots=True)
class PromiseStanding:
    """承诺: what will be done, by when (RFC 3339) and by whom, and what became of it."""

    department: str | None = None
    due: str | None = None
    state: PromiseState = "open"
    who: str | None = None
    evidence: str | None = None
    what: str = ""

    def take(self, entry: TimelineEntry) -> None:
        """Take over what a line says of the promise."""
        self.what = entry.text("what") or self.what
        self.department = entry.text("department") or self.department
        self.due = entry.text("promised_for") or self.due
        self.who, self.evidence = entry.text("who") or self.who, entry.text("evidence") or self.evidence
        self.state = max(self.state, _PROMISED[entry.what], key=_ORDER.index)


@dataclass(frozen=True, slots=True)
class SeparateAnswer:
    """The answer of a department that handles its own part of the case (分别办理)."""

    department: str
    content: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Handler:
    """A department that handles the case, in which role, by which assignment."""

    department: str
    role: Role
    assignment: str


def shown_state(state: State) -> State:
    """The state as the submitter sees it: that a reply waits for the head's approval stays inside the department."""
    return State.SIGNED if state is State.DRAFTED else state


def advisers_of(handlers: Iterable[Handler]) -> frozenset[str]:
    """The assignments of those who only give the lead their opinion."""
    return frozenset(each.assignment for each in handlers if each.role == "co_handler")


def is_internal(entry: TimelineEntry, advisers: Collection[str]) -> bool:
    """Whether a line is for staff only; `advisers` are the assignments of co-handlers, whose reminders are theirs too."""
    return entry.audience == STAFF or entry.facts.get("assignment") in advisers


def lines_for(lines: Iterable[TimelineEntry], receipt: str, advisers: Collection[str]) -> list[TimelineEntry]:
    """The lines that the holder of a receipt may read: what is for everybody, and what is for this one alone."""
    return [line for line in lines if line.audience in (None, receipt) and not is_internal(line, advisers)]


def latest(lines: Sequence[TimelineEntry], before: str | None, limit: int) -> tuple[Sequence[TimelineEntry], TimelineEntry | None]:
    """The last `limit` lines before the line with the id `before`, and the first of them where there are earlier ones.

    Raises ValueError for a line that is not among them.
    """
    end = len(lines) if before is None else [str(line.id) for line in lines].index(before)
    shown = lines[max(0, end - limit) : end]
    return shown, shown[0] if len(shown) < end else None


def due_of(lines: Iterable[TimelineEntry], state: State) -> datetime | None:
    """When the lead department's answer is due; None while nobody owes one, or the clock stands still."""
    if not state.is_with_department or state is State.PAUSED:
        return None
    told = [line.text("due") for line in lines if "role" not in line.facts and line.text("due")]
    return datetime.fromisoformat(told[-1]) if told and told[-1] else None


def promises_of(lines: Iterable[TimelineEntry]) -> list[PromiseStanding]:
    """Every promise of a case in the order of making."""
    return list(_standings(line for line in lines if line.what in _PROMISED).values())


def promises_made(lines: Sequence[TimelineEntry]) -> dict[int, PromiseStanding]:
    """What became of each promise, by the line that made it; the lines say nothing else."""
    found = _standings(lines)
    return {line.id or 0: found[_key(line)] for line in lines if line.what == PromiseMade.TYPE}


def _standings(lines: Iterable[TimelineEntry]) -> dict[object, PromiseStanding]:
    found: dict[object, PromiseStanding] = {}
    for line in lines:
        found.setdefault(_key(line), PromiseStanding()).take(line)
    return found


def _key(line: TimelineEntry) -> object:
    return line.facts.get("promise") or line.facts["what"]


def has_answers(lines: Iterable[TimelineEntry]) -> bool:
    """Whether a department has answered, the lead or one that handles its own part."""
    return any(line.what in (AssignmentReplied.TYPE, AssignmentAdvised.TYPE) for line in lines)


def answers_of(lines: Iterable[TimelineEntry]) -> list[SeparateAnswer]:
    """What separate handlers have answered, each for its own part."""
    wanted = (line for line in lines if line.what == AssignmentAdvised.TYPE and line.facts.get("role") == "separate")
    return [SeparateAnswer(line.text("department") or "", line.text("content") or "", line.at) for line in wanted]
