"""What a timeline comes to: which lines who reads, which promises stand, what separate handlers have answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from services.contracts.lifecycle import State
from services.contracts.messages.assignments import AssignmentAdvised
from services.contracts.messages.supervision import PromiseBroken, PromiseKept, PromiseMade

Line = Mapping[str, Any]
#: Who reads a line besides the office and the departments: everybody with a receipt of the case, nobody, or one receipt.
STAFF = "staff"
#: Later ones overrule, in whatever order they were heard.
_PROMISED: Mapping[str, str] = {PromiseMade.TYPE: "open", PromiseBroken.TYPE: "broken", PromiseKept.TYPE: "kept"}
_FACTS, _NAMES = ("department", "what", "promised_for", "who", "evidence"), {"promised_for": "due"}


def shown_state(state: str) -> str:
    """The state as the submitter sees it: that a reply waits for the head's approval stays inside the department."""
    return State.SIGNED if state == State.DRAFTED else state


def is_internal(line: Line, advisers: Collection[str]) -> bool:
    """Whether a line is for staff only; `advisers` are the assignments of co-handlers, whose reminders are theirs too."""
    return bool(line["audience"] == STAFF or line["facts"].get("assignment") in advisers)


def lines_for(lines: Iterable[Line], receipt: str, advisers: Collection[str]) -> list[Line]:
    """The lines that the holder of a receipt may read: what is for everybody, and what is for this one alone."""
    return [line for line in lines if line["audience"] in (None, receipt) and not is_internal(line, advisers)]


def latest(lines: Sequence[Line], before: str | None, limit: int) -> tuple[Sequence[Line], Line | None]:
    """The last `limit` lines before the line with the id `before`, and the first of them where there are earlier ones.

    Raises ValueError for a line that is not among them.
    """
    end = len(lines) if before is None else [str(line["id"]) for line in lines].index(before)
    shown = lines[max(0, end - limit) : end]
    return shown, shown[0] if len(shown) < end else None


def promises_of(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Every promise of a case in the order of making: what, by when, by whom, and whether it is open, kept or broken."""
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        if line["what"] in _PROMISED:
            facts = line["facts"]
            known = found.setdefault(facts.get("promise") or facts["what"], {"state": "open", "who": None, "evidence": None})
            known |= {_NAMES.get(name, name): facts[name] for name in _FACTS if name in facts}
            known["state"] = max(known["state"], _PROMISED[line["what"]], key=list(_PROMISED.values()).index)
    return [{"department": None, "due": None, **each} for each in found.values()]


def answers_of(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """What separate handlers have answered, each for its own part."""
    wanted = [line for line in lines if line["what"] == AssignmentAdvised.TYPE and line["facts"].get("role") == "separate"]
    return [{"department": line["facts"]["department"], "content": line["facts"]["content"], "at": line["at"]} for line in wanted]
