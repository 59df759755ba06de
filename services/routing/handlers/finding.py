"""Finding the assignment that somebody names, and whether it is theirs to move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.contracts.errors import Conflict, NotAllowed, NotFound
from services.routing import domain

Row = Mapping[str, Any]


def known(row: Row | None) -> Row:
    """The assignment; raises `NotFound` when there is none."""
    if row is None:
        raise NotFound("There is no such assignment.")
    return row


def owned(row: Row | None, department: str | None) -> Row:
    """The assignment; raises `NotFound`, and `NotAllowed` for another department's. `department` is None for an administrator."""
    found = known(row)
    if department is not None and found["department"] != department:
        raise NotAllowed("This assignment belongs to another department.")
    return found


def leading(row: Row) -> Row:
    """The assignment of a lead; raises `Conflict` for one of another role."""
    if row["role"] != domain.LEAD:
        raise Conflict(f"This is for the lead's assignment; the role of this one is '{row['role']}'.")
    return row
