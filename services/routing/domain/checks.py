"""What a department or a supervisor may ask for. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from services.contracts.catalogue.model import Catalogue, Difficulty
from services.contracts.commands import Extend, Object, Pause, Reply
from services.contracts.errors import Conflict, Invalid
from services.contracts.messages.values import Outcome

if TYPE_CHECKING:
    from services.routing.domain.assignment import Assignment


def check_outcome(reply: Reply) -> Outcome:
    """The outcome of a lead's reply; raises `Invalid` when there is none, which only other handlers may leave out."""
    if reply.outcome is None:
        raise Invalid("The lead department's reply has an outcome.", {"outcome": ["Missing data for required field."]})
    return reply.outcome


def check_objection(command: Object, catalogue: Catalogue, department: str, window: datetime, now: datetime) -> None:
    """Raises `Conflict` after the window, `Invalid` unless another department of the catalogue is proposed.

    The window is for the department's own silence. One that the catalogue has no more cannot speak: what it still has can be taken
    from it at any time.
    """
    if now > window and department in catalogue.departments:
        raise Conflict(f"Objections were open until {window.isoformat()}; silence means accepted.")
    if command.department not in catalogue.departments:
        raise Invalid("Name a department of the catalogue.", {"department": ["There is no such department."]})
    if command.department == department:
        raise Invalid("Propose another department.", {"department": ["This is your own."]})


def check_target(department: str, catalogue: Catalogue, otherwise: str) -> None:
    """Raises `Invalid`, which says `otherwise`, unless a case can be given to `department`."""
    if department not in catalogue.departments:
        raise Invalid("Name a department of the catalogue.", {"department": [otherwise]})


def check_extension(command: Extend, catalogue: Catalogue, assignment: Assignment, now: datetime) -> None:
    """Raises `Conflict` when one is asked for or none is left, `Invalid` for an instant too early or beyond the cap."""
    if assignment.asked_until is not None:
        raise Conflict("An extension has been asked for; wait for the ruling.")
    if assignment.extensions >= catalogue.limits.extensions:
        raise Conflict(f"This case has been extended as often as it may be: {catalogue.limits.extensions} a round.")
    earliest = max(assignment.reply_by, now)
    cap = catalogue.calendar.due(assignment.reply_by, assignment.difficulty_in(catalogue).deadlines["extension"]).at
    if not earliest < command.until <= cap:
        raise Invalid(
            "Ask for an instant after the deadline, within the cap.",
            {"until": [f"after {earliest.isoformat()}, until {cap.isoformat()}"]},
        )


def pause_until(command: Pause, catalogue: Catalogue, difficulty: Difficulty, pauses: int, now: datetime) -> datetime:
    """When a pause ends by itself. `pauses` counts those of this round.

    Raises `Conflict` when there were as many as there may be, `Invalid` for an instant that has passed or lies beyond the cap.
    """
    if pauses >= catalogue.limits.pauses:
        raise Conflict(f"This case has been paused as often as it may be: {catalogue.limits.pauses} a round.")
    cap = catalogue.calendar.due(now, difficulty.deadlines["extension"]).at
    until = command.until or cap
    if not now < until <= cap:
        raise Invalid("A pause ends later than now, within the cap.", {"until": [f"until {cap.isoformat()}"]})
    return until


def with_details(content: str, details: str) -> str:
    """What a department reads of an opinion, with what the submitter added later."""
    return f"{content}\n\n【补充】{details}"
