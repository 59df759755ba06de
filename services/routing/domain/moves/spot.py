"""现场答复: what a department answered or promised at a session, while the people were there. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from services.contracts.catalogue import stored
from services.contracts.commands import Reply
from services.contracts.errors import Invalid
from services.contracts.messages.opinions import OpinionAccepted
from services.contracts.messages.values import Promise
from services.routing.domain.case import Case
from services.routing.domain.checks import with_details
from services.routing.domain.choice import Decision
from services.routing.domain.moves import placing
from services.routing.domain.moves.lead import Lead
from services.routing.domain.moves.promising import check_reply
from services.routing.domain.roles import directed

if TYPE_CHECKING:
    from services.contracts.messages.values import SpotPromise
    from services.routing.domain.assignment import Assignment


def reply_on_the_spot(case: Case, found: Decision, message: OpinionAccepted) -> Reply | None:
    """The reply that was given at a session; None where there was none.

    Raises `Invalid` for one that cannot be sent: no department of the catalogue is named, or a promise is missing, unneeded, past
    or too far off.
    """
    answer = message.answer
    if answer is None:
        return None
    if message.department not in case.catalogue.departments:
        raise Invalid("An answer on the spot names the department that gave it.", {"department": ["There is no such department."]})
    decision = directed(found, case.catalogue, message)
    promise = None if answer.promise is None else _promise(answer.promise, case, decision)
    reply = Reply(answer.content, answer.outcome, promise)
    check_reply(reply, case.catalogue, case.now)
    return reply


def assign_answered(case: Case, found: Decision, message: OpinionAccepted, reply: Reply) -> Assignment:
    """Give an opinion to the department that has answered it already, which signs and replies with it.

    Nobody is asked to help with what is answered. It was said in public, so it waits for no head either. Returns the lead's
    assignment.
    """
    lead = placing.assign(case, replace(found, co_handlers=()), msgspec.structs.replace(message, co_handlers=()))
    if isinstance(lead, Lead):
        lead.send_reply(case, reply)
    return lead


def with_words(message: OpinionAccepted) -> OpinionAccepted:
    """The same opinion without an answer, for its department to give one: what was said at the session stands below the text."""
    answer = message.answer
    if answer is None:
        return message
    promised = f"\n承诺：{answer.promise.what}" if answer.promise else ""
    content = with_details(message.opinion.content, f"（现场答复）{answer.content}{promised}")
    text = msgspec.structs.replace(message.opinion, content=content)
    return msgspec.structs.replace(message, opinion=text, answer=None)


def _promise(promised: SpotPromise, case: Case, decision: Decision) -> Promise:
    """What was promised, due by the date that was named, else by the reply deadline of a difficulty."""
    if promised.due is not None:
        return Promise(promised.what, promised.due, promised.who)
    difficulty = stored.found(case.catalogue.difficulties, promised.difficulty) or decision.difficulty
    return Promise(promised.what, case.catalogue.calendar.due(case.now, difficulty.deadlines["reply"]).at, promised.who)
