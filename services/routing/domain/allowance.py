"""How much a department may add to one assignment, over AMQP and HTTP together. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from services.contracts.commands import MOST, MOST_CHARACTERS
from services.contracts.errors import Conflict

if TYPE_CHECKING:
    from services.routing.domain.assignment import Assignment
    from services.routing.domain.commanding import DepartmentCommand

CHARACTERS = "characters"


def counted(assignment: Assignment, verb: str, command: DepartmentCommand) -> Mapping[str, int] | None:
    """What the department has added to this round with one more command, by verb; None for a command that adds nothing.

    Raises `Conflict` when that would be more than it may.
    """
    length = characters_of(command)
    if verb not in MOST and not length:
        return None
    made = assignment.made or {}
    if made.get("round") != assignment.round:
        made = {"round": assignment.round}
    new = {**made, verb: made.get(verb, 0) + 1, CHARACTERS: made.get(CHARACTERS, 0) + length}
    if new[verb] > MOST.get(verb, new[verb]):
        raise Conflict(f"An assignment takes '{verb}' {MOST[verb]} times a round, and this one has. Say the rest in the reply.")
    if new[CHARACTERS] > MOST_CHARACTERS:
        left = MOST_CHARACTERS - made.get(CHARACTERS, 0)
        raise Conflict(
            f"All that is said of an assignment has at most {MOST_CHARACTERS} characters a round; {left} are left. Say it shorter."
        )
    return new


def characters_of(value: object) -> int:
    """How many characters the texts of a command have, wherever in it they stand."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, tuple | list):
        return sum(map(characters_of, value))
    if isinstance(value, msgspec.Struct):
        return sum(map(characters_of, msgspec.structs.astuple(value)))
    return 0
