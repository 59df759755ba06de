"""The departments beside the lead, and their deadlines. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Literal

from services.contracts.basis import Basis, Rule
from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue, Difficulty
from services.contracts.errors import Conflict, Invalid
from services.contracts.lifecycle import CoState, Move, State, allowed_co_moves, allowed_moves
from services.contracts.messages.opinions import OpinionAccepted
from services.contracts.messages.values import Handling, Role
from services.routing.domain.choice import Decision
from services.routing.domain.limits import Deadlines

LEAD: Role = "lead"
ROLES: dict[Handling, Role] = {"joint": "co_handler", "separate": "separate"}
#: What a department that is not the lead has to be in time with, by its role.
CO_DEADLINES: dict[Role, tuple[str, ...]] = {
    "co_handler": ("sign", "object", "co_opinion"),
    "separate": ("sign", "object", "reply"),
}


def directed(decision: Decision, catalogue: Catalogue, message: OpinionAccepted) -> Decision:
    """A decision as the reviewer wants it: what was chosen by a person stands before what the rules found.

    Co-handlers that the reviewer names are instead of the topic's. What the catalogue does not have was not chosen.
    """
    difficulty = stored.found(catalogue.difficulties, message.difficulty) or decision.difficulty
    chosen = tuple(code for code in message.co_handlers if code in catalogue.departments)
    department, why = decision.department, decision.why
    if message.department is not None and message.department in catalogue.departments:
        department, why = message.department, Rule(Basis.REVIEWER).why(learned=why.learned)
    others = without(department, chosen or decision.co_handlers)
    return dataclasses.replace(
        decision, department=department, difficulty=difficulty, why=why, co_handlers=others, handling=message.handling
    )


def without(lead: str, departments: Iterable[str]) -> tuple[str, ...]:
    """Each of `departments` once, in their order, and not the lead itself."""
    return tuple(code for code in dict.fromkeys(departments) if code != lead)


def check_handlers(departments: Collection[str], catalogue: Catalogue, engaged: Collection[str]) -> tuple[str, ...]:
    """The departments that a supervisor adds, each once.

    Raises `Invalid` for one that the catalogue does not have, `Conflict` for one that is `engaged` in the case already.
    """
    unknown = [code for code in departments if code not in catalogue.departments]
    if unknown:
        raise Invalid("Name departments of the catalogue.", {"departments": [f"There is no {code!r}." for code in unknown]})
    known = [code for code in dict.fromkeys(departments) if code in engaged]
    if known:
        raise Conflict(f"The case is with {', '.join(known)} already.")
    return tuple(dict.fromkeys(departments))


def co_deadlines(catalogue: Catalogue, difficulty: Difficulty, role: Role, start: datetime, lead_reply_by: datetime) -> Deadlines:
    """When a department that is not the lead has to sign, object and answer: never later than the lead has to reply.

    A lead that is late already sets nobody a limit.
    """
    due = {kind: catalogue.calendar.due(start, difficulty.deadlines[kind]) for kind in CO_DEADLINES[role]}
    return Deadlines.of(due, lead_reply_by if lead_reply_by > start else None)


def moves_of(role: Role, state: str) -> tuple[Move, ...]:
    """The moves that an assignment has, whatever its role."""
    return allowed_moves(State(state)) if role == LEAD else allowed_co_moves(CoState(state))


def answer_kind(role: Role) -> Literal["co_opinion", "reply"]:
    """The kind of deadline by which a department has to answer: the lead and a separate handler reply."""
    return "co_opinion" if role == ROLES["joint"] else "reply"
