"""Giving an opinion to a department, the first time or again, and to those that handle it beside that department."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from services.contracts.basis import Basis, Rule
from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue, Difficulty
from services.contracts.errors import Retry
from services.contracts.lifecycle import CoState, Move, State, advance, allowed_moves
from services.contracts.messages.assignments import AssignmentCreated
from services.contracts.messages.merging import AssignmentJoined
from services.contracts.messages.opinions import OpinionAccepted
from services.contracts.messages.values import OpinionText, Role, Why
from services.routing import domain
from services.routing.domain import Deadlines, Decision, Router

if TYPE_CHECKING:
    from services.routing.store import RoutingStore

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Carried:
    """What a case takes along from one department to the next. `raised` counts the levels that counting has raised it."""

    level: str
    key: bool = False
    leader: str | None = None
    raised: int = 0
    transfers: int = 0
    round: int = 1


@dataclass(frozen=True, slots=True)
class Beside:
    """A department that handles a case beside the lead, and why it does."""

    department: str
    role: Role
    why: Why


def assign(store: RoutingStore, catalogue: Catalogue, router: Router, message: OpinionAccepted, assignment_id: str) -> None:
    """Give an accepted opinion to the department whose topic it is, or to the one that the reviewer has chosen."""
    opinion = message.opinion
    found = router.decide(opinion.topic, opinion.title, opinion.content)
    decision = domain.directed(found, catalogue, message)
    why = Rule(Basis.REVIEWER).why() if message.co_handlers else found.why
    others = [Beside(code, domain.ROLES[decision.handling], why) for code in decision.co_handlers]
    level = stored.level(catalogue, message.level)
    if message.again:
        _take_away(store, opinion.id)
    else:
        store.open_case(opinion.id)
    place(store, catalogue, opinion, decision, assignment_id, others, Carried(level, message.key, message.leader))


def _take_away(store: RoutingStore, opinion: str) -> None:
    """The lead of an opinion that was merged and is handled on its own again has it no longer; it gets a new assignment."""
    row = store.lead_of(opinion)
    if row is None or Move.MERGE in allowed_moves(State(row["state"])):
        raise Retry(f"an opinion handled on its own again whose merge is not known yet: {opinion}")
    store.change(row["id"], state=State.REASSIGNED)


def reassign(
    store: RoutingStore, catalogue: Catalogue, row: Row, department: str, reason: str, assignment_id: str, others: Sequence[Row]
) -> None:
    """Give an opinion to another department after an objection; its clock starts anew. `row` is the assignment it had.

    `others` are the assignments of those that handled it beside the one before, and now do so beside the new one;
    those that the catalogue has no more are let go.
    """
    topic = stored.topic(catalogue, row["topic"])
    why = Rule(Basis.RULING, reason).why()
    decision = Decision(topic, department, domain.terms(catalogue, row), why)
    going_on = [each for each in others if each["department"] != department and each["department"] in catalogue.departments]
    beside = [Beside(each["department"], each["role"], why) for each in going_on]
    created = place(store, catalogue, text_of(row), decision, assignment_id, beside, carried_by(catalogue, row, transfers=1))
    store.publish_case(row["opinion"], *joined_before(store, row["opinion"], created))


def joined_before(store: RoutingStore, opinion: str, created: Iterable[AssignmentCreated]) -> list[AssignmentJoined]:
    """What departments that come to a case later have to know of those merged into it."""
    texts = store.joined.of(opinion)
    return [AssignmentJoined(each.assignment, each.department, text, each.role) for each in created for text in texts]


def text_of(row: Row) -> OpinionText:
    """The opinion of an assignment, as departments read it."""
    return OpinionText(row["opinion"], row["title"], row["content"], row["topic"], row["area"], row["station"])


def carried_by(catalogue: Catalogue, row: Row, transfers: int = 0) -> Carried:
    """What the case of an assignment carries, after so many more transfers."""
    level = stored.level(catalogue, row["level"])
    return Carried(level, row["key"], row["leader"], row["raised"], row["transfers"] + transfers, row["round"])


def place(
    store: RoutingStore,
    catalogue: Catalogue,
    opinion: OpinionText,
    decision: Decision,
    assignment_id: str,
    others: Sequence[Beside],
    carried: Carried,
) -> list[AssignmentCreated]:
    """Store a lead's assignment and those of the departments beside it, and tell each; returns what they were told."""
    due = domain.deadlines(catalogue, decision.difficulty, store.now)
    topic = decision.topic.code if decision.topic else None
    text = OpinionText(opinion.id, opinion.title, opinion.content, topic, opinion.area, opinion.station)
    lead = AssignmentCreated(
        assignment_id, text, decision.department, domain.LEAD, decision.difficulty.code, due.instants, decision.why,
        due.provisional, carried.level, carried.key, carried.leader,
    )  # fmt: skip
    _keep(store, lead, decision.difficulty, carried)
    reply_by = due.instants["reply"]
    beside = [join(store, catalogue, text, each, decision.difficulty, decision.department, reply_by, carried) for each in others]
    store.publish_case(opinion.id, lead, *beside)
    return [lead, *beside]


def join(
    store: RoutingStore,
    catalogue: Catalogue,
    opinion: OpinionText,
    beside: Beside,
    difficulty: Difficulty,
    lead: str,
    lead_reply_by: datetime,
    carried: Carried,
) -> AssignmentCreated:
    """Store the assignment of a department beside the lead; returns what is to be said of it."""
    due: Deadlines = domain.co_deadlines(catalogue, difficulty, beside.role, store.now, lead_reply_by)
    created = AssignmentCreated(
        store.new_id(), opinion, beside.department, beside.role, difficulty.code, due.instants, beside.why, due.provisional,
        carried.level, carried.key, carried.leader, lead,
    )  # fmt: skip
    _keep(store, created, difficulty, carried)
    return created


def _keep(store: RoutingStore, created: AssignmentCreated, difficulty: Difficulty, carried: Carried) -> None:
    opinion, due, answer_kind = created.opinion, created.deadlines, domain.answer_kind(created.role)
    answer_by = due[answer_kind]
    state = advance(State.ACCEPTED, Move.ASSIGN) if created.role == domain.LEAD else CoState.ASSIGNED
    store.add({
        "id": created.assignment, "opinion": opinion.id, "title": opinion.title, "content": opinion.content, "area": opinion.area,
        "station": opinion.station, "topic": opinion.topic, "department": created.department, "role": created.role,
        "difficulty": created.difficulty, "rule": created.why.rule, "confidence": created.why.confidence, "state": state,
        "created": store.now, "provisional": created.provisional, "sign_by": due["sign"], "object_by": due["object"],
        "contact_by": due.get("contact", answer_by), "reply_by": answer_by, "original_reply_by": answer_by, "extensions": 0,
        "pauses": 0, "lead": created.lead, "level": carried.level, "key": carried.key, "leader": carried.leader,
        "raised": carried.raised, "transfers": carried.transfers, "round": carried.round, "opened": store.now,
        "counted": answer_kind, "terms": stored.terms_to_keep(difficulty),
    })  # fmt: skip
