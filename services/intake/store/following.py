"""Taking over routing's messages, so that the latest one wins, in whatever order they arrive.

Routing numbers its messages about an opinion. Each group of columns remembers the number of the message it is from and changes
only forwards: `handled_sequence` for the state and who has the case, `answered_sequence` for the reply, `asked_sequence` for the
evaluation and `window_sequence` for its end, `marked_sequence` for the key list and the leader, `raised_sequence` for the level.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.contracts.lifecycle import State
from services.intake.domain.following import UNCHANGED, Change, Handling
from services.intake.store.tables import opinions

#: Routing's sequence number of the message, as a parameter.
_SEQUENCE: sa.BindParameter[int] = sa.bindparam("sequence", type_=sa.Integer)
#: The counter of each column; what has none is taken over as it comes.
_COUNTERS: Mapping[str, str] = {
    "state": "handled_sequence", "department": "handled_sequence", "assignment": "handled_sequence",
    "difficulty": "handled_sequence", "reply": "answered_sequence", "outcome": "answered_sequence", "items": "answered_sequence",
    "co_opinions": "answered_sequence", "evaluate_by": "window_sequence", "asks": "asked_sequence", "key": "marked_sequence",
    "leader": "marked_sequence", "level": "raised_sequence",
}  # fmt: skip
#: No column of its own: that a message asks for a rating is told by its number alone.
ASKS = "asks"
#: What a submitter or a reviewer has ended stays so, and routing has no say while the reviewer has not decided.
_STANDS = sa.or_(*(opinions.c.state == state for state in State if not state.is_with_routing))
#: One compiled statement for each set of columns that routing's messages change.
_STATEMENTS: dict[tuple[str, ...], sa.Update] = {}


def takeover(
    opinion: str, sequence: int, handling: Handling | None, change: Change, now: datetime
) -> tuple[sa.Update, dict[str, object]]:
    """The statement that changes an opinion where the message is the newest about it, and its parameters."""
    values = _columns(change) if change is not UNCHANGED else {}
    if handling is not None:
        values["state"], values["department"], values["assignment"] = handling.state, handling.department, handling.assignment
    names = tuple(values)
    statement = _STATEMENTS.get(names)
    if statement is None:
        statement = _STATEMENTS[names] = _statement(names)
    parameters: dict[str, object] = {"which": opinion, "sequence": sequence, "new_updated": now}
    for name, value in values.items():
        parameters[f"new_{name}"] = value
    return statement, parameters


def _statement(names: tuple[str, ...]) -> sa.Update:
    counters = dict.fromkeys(_COUNTERS[name] for name in names if name in _COUNTERS)
    changed = {name: _forwards(name, sa.bindparam(f"new_{name}", type_=opinions.c[name].type)) for name in names if name != ASKS}
    counted = {name: _forwards(name, _SEQUENCE) for name in counters}
    updated = sa.bindparam("new_updated", type_=opinions.c.updated.type)
    return opinions.update().where(opinions.c.id == sa.bindparam("which")).values(**changed, **counted, updated=updated)


def _columns(change: Change) -> dict[str, object]:
    leading, reply = change.leading, change.reply
    values: dict[str, object] = {}
    if leading is not None:
        values |= {"key": leading.key, "leader": leading.leader}
    if reply is not None:
        values |= {"reply": reply.content, "outcome": reply.outcome, "items": reply.items, "co_opinions": reply.co_opinions}
    for name, value in (("difficulty", change.difficulty), ("level", change.level), ("round", change.round)):
        if value is not None:
            values[name] = value
    if (window := reply.evaluate_by if reply is not None else change.evaluate_by) is not None:
        values["evaluate_by"] = window
    if change.asks:
        values[ASKS] = True
    return values


def _forwards(name: str, new: sa.BindParameter[Any]) -> sa.ColumnElement[Any]:
    return sa.case((_newer(name), new), else_=opinions.c[name])


def _newer(name: str) -> sa.ColumnElement[bool]:
    if name == "round":
        return opinions.c.round < sa.bindparam("new_round")
    newer = opinions.c[_COUNTERS.get(name, name)] < _SEQUENCE
    return newer & ~_STANDS if name == "state" else newer
