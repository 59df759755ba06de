"""Handlers of other services' events about an opinion."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

import msgspec
import structlog

from services.contracts.catalogue import stored
from services.contracts.errors import Invalid, Retry
from services.contracts.lifecycle import Move, State
from services.contracts.messages.merging import AssignmentJoined, AssignmentParted, OpinionJoined, OpinionParted
from services.contracts.messages.opinions import LetterErased, OpinionAccepted, OpinionDetailed, OpinionEvaluated
from services.contracts.messages.supervision import SupervisionRaised, SupervisionResolved
from services.contracts.messages.values import OpinionText
from services.routing.domain.assignment import Assignment
from services.routing.domain.case import Case
from services.routing.domain.choice import Decision, Router
from services.routing.domain.moves import placing, spot
from services.routing.domain.moves.lead import Lead
from services.routing.handlers import doubting

if TYPE_CHECKING:
    from services.contracts.commands import Reply
    from services.routing.domain.learning.knowledge import Knowledge
    from services.routing.store.cases import RoutingStore

log = structlog.get_logger()


def assign(
    store: RoutingStore, router: Router, message: OpinionAccepted, knowledge: Knowledge | None = None,
    instead: OpinionText | None = None,
) -> Assignment | None:  # fmt: skip
    """Give an accepted opinion to the department whose topic it is, or to the one that the reviewer has chosen.

    The lead of an opinion that was merged and is handled on its own `again` has it no longer; it gets a new assignment.
    What was answered at a session goes out with it; where that cannot be sent, the department gets it to answer.
    `instead` is what stands in the place of its words where these were erased since: nobody gets them any more.
    Returns the lead's assignment; None for an opinion that waits for a person, because `knowledge` is not sure of it.
    """
    opinion = message.opinion
    case = (_held(store, opinion.id) if message.again else None) or store.open_case(opinion.id, message.session)
    asked = knowledge.about(opinion.title, opinion.content) if knowledge else None
    found = router.decide(opinion.topic, opinion.title, opinion.content, asked)
    if instead is not None:
        message, found = msgspec.structs.replace(message, opinion=_rewritten(opinion, instead)), found.without_words
    message, reply = _answered(case, found, message)
    if found.doubtful and found.why.learned and not message.again and message.department not in store.catalogue.departments:
        store.doubts.hold(message, found.why.confidence, found.why.learned)
        return None
    lead = case.lead
    if lead is not None:
        if Move.MERGE in lead.allowed:
            raise Retry(f"an opinion handled on its own again whose merge is not known yet: {opinion.id}")
        lead.state = State.REASSIGNED
    assignment = spot.assign_answered(case, found, message, reply) if reply else placing.assign(case, found, message)
    if instead is not None:
        case.erase(instead.title, instead.content)
    store.save(case)
    return assignment


def _answered(case: Case, found: Decision, message: OpinionAccepted) -> tuple[OpinionAccepted, Reply | None]:
    """The opinion with the reply it was given at a session; with the words of that below its text where they cannot be sent."""
    try:
        return message, spot.reply_on_the_spot(case, found, message)
    except Invalid as error:
        log.warning("answer_on_the_spot_not_sent", opinion=message.opinion.id, reason=error.detail, errors=error.errors)
        return spot.with_words(message), None


def close(store: RoutingStore, message: OpinionEvaluated, message_id: str) -> None:
    """The submitter has rated a reply; the department hears of every rating, without who gave it."""
    case = _named(store, message.assignment)
    assignment = case.assignment(message.assignment)
    case.copy(message, assignment.department, message_id)
    if isinstance(assignment, Lead):
        assignment.rate(case, message)
    store.save(case)


def detail(
    store: RoutingStore, opinion: str, sequence: int, message: OpinionDetailed, instead: OpinionText | None = None
) -> None:  # fmt: skip
    """A submitter has added details; `instead` stands in their place where they were erased since."""
    case = store.case(opinion)
    if message.merged is not None and instead is None:
        # With its own text, so that erasing that one erases them.
        store.joined.detail(message.merged, opinion, sequence, message.content)
    if case is not None:
        case.detail(instead.content if instead else message.content, message.merged)
        if instead is not None and message.merged is None:
            case.erase(instead.title, instead.content)
        store.save(case)
    elif instead is None and message.merged is None:
        doubting.detail(store, opinion, message.content)


def erase(store: RoutingStore, message: LetterErased, at: datetime) -> None:
    """What a submitter wrote was erased: it stands nowhere here any more, whatever is heard later of what was said before, and
    nothing is learned of it from now on."""
    text = message.opinion
    store.erased.keep(text, at)
    # Who decides on one that waits holds its row here, and its case is there afterwards.
    store.doubts.erase(text)
    case = store.case(text.id)
    if case is not None:
        case.erase(text.title, text.content)
        store.save(case)
    store.joined.erase(text)


def join(store: RoutingStore, opinion: str, sequence: int, message: OpinionJoined, instead: OpinionText | None = None) -> None:
    """Another opinion was merged into this one: its departments get the text, or `instead` of it where it was erased."""
    case, text = _held(store, opinion), _rewritten(message.opinion, instead) if instead else message.opinion
    if store.joined.join(text, opinion, sequence) and case is not None:
        case.publish(*(AssignmentJoined(each.id, each.department, text, each.role) for each in case.engaged))
        store.save(case)


def part(store: RoutingStore, opinion: str, sequence: int, message: OpinionParted) -> None:
    """A merge was undone: the other opinion is handled on its own again."""
    case, parted = _held(store, opinion), message.opinion
    if store.joined.part(parted, opinion, sequence) and case is not None:
        case.publish(*(AssignmentParted(each.id, each.department, parted, each.role) for each in case.engaged))
        store.save(case)


def cancel(store: RoutingStore, opinion: str, why: Literal["withdrawn", "merged"], into: str | None) -> None:
    """The opinion was withdrawn or merged: its assignments end, unless the reply was faster."""
    case = _held(store, opinion)
    if case is None:
        store.doubts.end(opinion)
    else:
        case.cancel(why, into)
        store.save(case)


def raise_by_rung(store: RoutingStore, message: SupervisionRaised) -> None:
    """提级 by the ladder: a supervision whose rung raises makes an open case the next level's, where there is one."""
    rung = stored.found(store.catalogue.ladder, message.rung)
    if rung is None or not rung.raises:
        return
    case = _named(store, message.assignment)
    assignment = case.assignment(message.assignment)
    if isinstance(assignment, Lead):
        case.raise_by_rung(assignment, rung.name)
        store.save(case)


def track_promise(store: RoutingStore, message: SupervisionResolved) -> None:
    """A supervision has ended with a promise, which is tracked as one made in a reply is."""
    if message.promise is None:
        return
    case = _named(store, message.assignment)
    assignment = case.assignment(message.assignment)
    if isinstance(assignment, Lead) and Move.KEEP in assignment.allowed:
        case.publish(*case.promise(assignment, [message.promise], message.supervision))
        store.save(case)
    else:
        state = str(assignment.state)
        log.warning("promise_without_a_case", assignment=assignment.id, state=state, supervision=message.supervision)


def _rewritten(text: OpinionText, instead: OpinionText) -> OpinionText:
    return msgspec.structs.replace(text, title=instead.title, content=instead.content)


def _held(store: RoutingStore, opinion: str) -> Case | None:
    """The case of an opinion; None where no department has it because it waits for a person."""
    case = store.case(opinion)
    if case is None and store.doubts.knows(opinion):
        return None
    if case is None or case.lead is None:
        raise Retry(f"an event about an opinion whose assignment is not known yet: {opinion}")
    return case


def _named(store: RoutingStore, assignment_id: str) -> Case:
    case = store.case_of(assignment_id)
    if case is None:
        raise Retry(f"an event about an assignment not known yet: {assignment_id}")
    return case
