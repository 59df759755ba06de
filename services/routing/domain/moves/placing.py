"""Assigning an opinion to its lead department, the first time or again, and to the departments beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

import msgspec

from services.contracts.basis import Basis, Rule
from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Difficulty
from services.contracts.errors import Conflict
from services.contracts.messages.merging import AssignmentJoined
from services.contracts.messages.opinions import OpinionAccepted
from services.contracts.messages.values import Handling, OpinionText
from services.routing.domain.assignment import Assignment, Carried, Task
from services.routing.domain.case import Case
from services.routing.domain.choice import Decision
from services.routing.domain.limits import Deadlines, deadlines
from services.routing.domain.moves.lead import Lead
from services.routing.domain.moves.part import Part
from services.routing.domain.roles import LEAD, ROLES, answer_kind, check_handlers, co_deadlines, directed

A = TypeVar("A", Lead, Part)


def assign(case: Case, found: Decision, message: OpinionAccepted) -> Assignment:
    """Give an accepted opinion to the department that was found for it, or to the one that the reviewer has chosen.

    Returns the lead's assignment.
    """
    decision = directed(found, case.catalogue, message)
    why = Rule(Basis.REVIEWER).why() if message.co_handlers else found.why
    others = [Task(code, ROLES[decision.handling], why) for code in decision.co_handlers]
    carried = Carried(stored.level(case.catalogue, message.level), message.key, message.leader)
    return _place(case, message.opinion, decision, others, carried)[0]


def reassign(case: Case, before: Lead, department: str, reason: str, others: Iterable[Part], texts: Sequence[OpinionText]) -> None:
    """Give an opinion to another department after an objection; its clock begins again. `before` is the assignment it had.

    `others` are the assignments of those that handled it beside the one before, and now do so beside the new one;
    those that the catalogue has no more are let go. `texts` were merged into the case.
    """
    why = Rule(Basis.RULING, reason).why()
    topic = stored.topic(case.catalogue, before.topic)
    decision = Decision(topic, department, before.difficulty_in(case.catalogue), why)
    going_on = (each for each in others if each.department != department and each.department in case.catalogue.departments)
    beside = [Task(each.department, each.role, why) for each in going_on]
    carried = before.carried(case.catalogue)
    created = _place(case, before.text, decision, beside, replace(carried, transfers=carried.transfers + 1))
    case.publish(*joined_before(created, texts))


def add_handlers(
    case: Case, lead: Lead, departments: Sequence[str], handling: Handling, reason: str, texts: Sequence[OpinionText]
) -> list[Part]:
    """Take departments into a case beside its lead, for a reason that they read. `texts` were merged into the case.

    Raises `Invalid` for an unknown department, `Conflict` for one that has the case already, and when the lead does not have the
    case in hand.
    """
    if not lead.state.is_with_department:
        raise Conflict(f"Handlers are added while the lead handles the case; now it is '{lead.state}'.")
    engaged = {lead.department, *(each.department for each in case.open_parts)}
    chosen = check_handlers(departments, case.catalogue, engaged)
    tasks = [Task(code, ROLES[handling], Rule(Basis.SUPERVISOR, reason).why()) for code in chosen]
    return join(case, lead, tasks, texts)


def take_out(case: Case, part: Assignment, reason: str) -> None:
    """Take a department out of a case where it is beside the lead. Raises `Conflict` for the lead, and for one that has ended."""
    if not isinstance(part, Part):
        raise Conflict("This is the lead's assignment: another department gets it by a ruling on an objection.")
    case.publish(part.release("released", reason=reason))


def join(case: Case, lead: Lead, tasks: Iterable[Task], texts: Sequence[OpinionText]) -> list[Part]:
    """Give departments a part in a case that its lead has."""
    difficulty, carried = lead.difficulty_in(case.catalogue), lead.carried(case.catalogue)
    parts = [_beside(case, lead, each, difficulty, carried) for each in tasks]
    case.assignments += parts
    case.publish(*(each.as_created() for each in parts), *joined_before(parts, texts))
    return parts


def joined_before(created: Iterable[Assignment], texts: Sequence[OpinionText]) -> list[AssignmentJoined]:
    """What departments that come to a case later have to know of those merged into it."""
    return [AssignmentJoined(each.id, each.department, text, each.role) for each in created for text in texts]


def _place(case: Case, opinion: OpinionText, decision: Decision, others: Iterable[Task], carried: Carried) -> list[Assignment]:
    text = msgspec.structs.replace(opinion, topic=decision.topic.code if decision.topic else None)
    due, task = deadlines(case.catalogue, decision.difficulty, case.now), Task(decision.department, LEAD, decision.why)
    lead = _given(Lead, case, text, task, decision.difficulty, due, carried)
    created = [lead, *(_beside(case, lead, each, decision.difficulty, carried) for each in others)]
    case.assignments += created
    case.publish(*(each.as_created() for each in created))
    return created


def _decided_by(task: Task) -> int | None:
    """The version of the model that has chosen a lead alone."""
    rule = Rule.parse(task.why.rule)
    learned = task.why.learned if rule is not None and rule.basis is Basis.LEARNED and task.role == LEAD else None
    return learned.version if learned else None


def _beside(case: Case, lead: Lead, task: Task, difficulty: Difficulty, carried: Carried) -> Part:
    due = co_deadlines(case.catalogue, difficulty, task.role, case.now, lead.reply_by)
    return _given(Part, case, lead.text, task, difficulty, due, carried, lead.department)


def _given(
    shape: type[A],
    case: Case,
    text: OpinionText,
    task: Task,
    difficulty: Difficulty,
    due: Deadlines,
    carried: Carried,
    lead: str | None = None,
) -> A:
    """A new assignment, due from now on."""
    kind, by = answer_kind(task.role), due.instants
    return shape(
        id=case.new_id(), opinion=case.opinion, title=text.title, content=text.content, area=text.area, station=text.station,
        topic=text.topic, department=task.department, role=task.role, lead=lead, difficulty=difficulty.code,
        rule=task.why.rule, confidence=task.why.confidence, learned=task.why.learned,
        model=_decided_by(task), state=shape.first_state(), round=carried.round,
        created=case.now, updated=case.now,
        sign_by=by["sign"], object_by=by["object"], contact_by=by.get("contact", by[kind]), reply_by=by[kind],
        original_reply_by=by[kind], provisional=due.provisional, level=carried.level, key=carried.key, leader=carried.leader,
        raised=carried.raised, transfers=carried.transfers, opened=case.now, counted=kind, terms=stored.terms_to_keep(difficulty),
    )  # fmt: skip
