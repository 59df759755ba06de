"""Taking over what routing says, so that what it said last stands in the end, in whatever order it is heard.

Routing counts everything it says of an opinion. Each group of columns remembers the number of the message it is from and
changes only forwards: `heard` for the state and who has the case, `answered` for the reply, `asked` for the evaluation
and `windowed` for its end, `marked` for the key list and the leader, `raised` for the level.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.contracts.lifecycle import State
from services.intake.store.tables import opinions

#: Routing's sequence number of the message, as a parameter.
_SEQUENCE: sa.BindParameter[int] = sa.bindparam("sequence", type_=sa.Integer)
#: The counter of each column; what has none is taken over as it comes.
_COUNTERS: Mapping[str, str] = {
    "state": "heard", "department": "heard", "assignment": "heard", "difficulty": "heard", "reply": "answered",
    "outcome": "answered", "items": "answered", "co_opinions": "answered", "evaluate_by": "windowed", "asked": "asked",
    "key": "marked", "leader": "marked", "level": "raised",
}  # fmt: skip
#: What a submitter or a reviewer has ended stays so, and routing has no say while the reviewer has not decided.
_STANDS = sa.or_(*(opinions.c.state == state for state in State if not state.is_with_routing))
#: One compiled statement for each set of columns that routing's messages change.
_STATEMENTS: dict[tuple[str, ...], sa.Update] = {}


def takeover(opinion: str, sequence: int, values: Mapping[str, Any], now: datetime) -> tuple[sa.Update, dict[str, Any]]:
    """The statement that sets these columns of an opinion where the message is the newest about them, and its parameters."""
    new = {**values, **{_COUNTERS[name]: sequence for name in values if name in _COUNTERS}, "updated": now}
    names = tuple(sorted(new))
    if names not in _STATEMENTS:
        fields = {name: _forwards(name) for name in names}
        _STATEMENTS[names] = opinions.update().where(opinions.c.id == sa.bindparam("which")).values(**fields)
    return _STATEMENTS[names], {"which": opinion, "sequence": sequence} | {f"new_{name}": value for name, value in new.items()}


def _forwards(name: str) -> sa.ColumnElement[Any]:
    new, old = sa.bindparam(f"new_{name}", type_=opinions.c[name].type), opinions.c[name]
    if name == "updated":
        return new
    return sa.case((_newer(name), new), else_=old)


def _newer(name: str) -> sa.ColumnElement[bool]:
    if name == "round":
        return opinions.c.round < sa.bindparam("new_round")
    newer = opinions.c[_COUNTERS.get(name, name)] < _SEQUENCE
    return newer & ~_STANDS if name == "state" else newer
