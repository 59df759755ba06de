"""Schemas of routing's requests. Unknown fields are refused, marshmallow's default."""

from __future__ import annotations

from typing import get_args

from marshmallow import Schema, fields, validate

from services.contracts.catalogue.model import LEVELS
from services.contracts.commands import (
    LONGEST_CONTENT,
    LONGEST_REASON,
    Extend,
    Keep,
    Object,
    Pause,
    Progress,
    Reply,
    Resume,
    Resync,
    Sign,
)
from services.contracts.lifecycle import CoState, State
from services.contracts.messages.values import Contact, Outcome, Promise, ReplyItem, Role
from services.routing.domain.moves.ruling import Ruling
from services.runtime.input.fields import Building, Code, InstantField, ManyLines, OneLine, Tuples
from services.runtime.input.queries import Choices, Codes
from services.runtime.web.lists.listing import followed

MOST_ITEMS = 20
LONGEST_CODE = 60


class SignBody(Building):
    """An empty body."""

    shape = Sign


class ResumeBody(Building):
    """An empty body."""

    shape = Resume


class ProgressBody(Building):
    """An interim note; `contact` says how the submitter was contacted."""

    shape = Progress

    content = ManyLines(LONGEST_CONTENT, required=True)
    contact = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(get_args(Contact)))


class PromiseBody(Building):
    """What will be done, by when and by whom; by the department when nobody is named."""

    shape = Promise

    what = ManyLines(2000, required=True)
    due = InstantField(required=True)
    who = OneLine(200, load_default=None, allow_none=True)


class ReplyItemBody(Building):
    """One demand of several, and what becomes of it."""

    shape = ReplyItem

    demand = ManyLines(2000, required=True)
    content = ManyLines(LONGEST_CONTENT, required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    promise = fields.Nested(PromiseBody, load_default=None, allow_none=True)


class ReplyBody(Building):
    """The final answer, demand by demand in `items` where there are several; its outcome is never better than theirs: `solved`
    needs every demand solved, or `reference` beside one that is. A promise lies at most as many months ahead as the catalogue
    says (12).

    A department that is not the lead gives its opinion with it, and no outcome.
    """

    shape = Reply

    content = ManyLines(LONGEST_CONTENT, required=True)
    outcome = fields.Enum(Outcome, by_value=True, load_default=None)
    promise = fields.Nested(PromiseBody, load_default=None, allow_none=True)
    items = Tuples(fields.Nested(ReplyItemBody), load_default=(), validate=validate.Length(max=MOST_ITEMS))


class ObjectBody(Building):
    """An objection: the reason, and the department that should have it."""

    shape = Object

    reason = ManyLines(LONGEST_REASON, required=True)
    department = Code(LONGEST_CODE, required=True)


class ExtendBody(Building):
    """More time, until when and why."""

    shape = Extend

    until = InstantField(required=True)
    reason = ManyLines(LONGEST_REASON, required=True)


class PauseBody(Building):
    """Waiting for the submitter."""

    shape = Pause

    reason = ManyLines(LONGEST_REASON, required=True)
    until = InstantField(load_default=None, allow_none=True)


class KeepBody(Building):
    """A promise is kept, and here is the evidence; `promise` names it where there are several."""

    shape = Keep

    evidence = ManyLines(LONGEST_CONTENT, required=True)
    promise = Code(LONGEST_CODE, load_default=None, allow_none=True)


class ResyncBody(Schema):
    """Whose open work is to be sent again; a department's own token says that by itself."""

    department = Code(LONGEST_CODE, load_default=None, allow_none=True)


class ResyncCommand(Building):
    """The same by AMQP, where the routing key says whose."""

    shape = Resync


class RulingBody(Building):
    """A supervisor's ruling on what the department has asked."""

    shape = Ruling

    about = fields.String(required=True, validate=validate.OneOf(("objection", "extension")))
    granted = fields.Boolean(required=True)
    reason = ManyLines(LONGEST_REASON, required=True)
    department = Code(LONGEST_CODE, load_default=None, allow_none=True)


#: The body of each verb, over HTTP as it is, over AMQP with the assignment's id beside it.
BODIES: dict[str, type[Schema]] = {
    "sign": SignBody, "object": ObjectBody, "extend": ExtendBody, "pause": PauseBody, "resume": ResumeBody,
    "progress": ProgressBody, "reply": ReplyBody, "keep": KeepBody,
}  # fmt: skip
#: What a department can ask for beside them, by AMQP.
REQUEST_BODIES: dict[str, type[Schema]] = {"resync": ResyncCommand}


class Preview(Schema):
    """A text to preview."""

    title = OneLine(120, required=True)
    content = ManyLines(20_000, shortest=0, load_default="")
    topic = Code(LONGEST_CODE, load_default=None, allow_none=True)


class DraftText(Schema):
    """What somebody has typed so far."""

    title = OneLine(120, shortest=0, load_default="")
    content = ManyLines(2_000, shortest=0, load_default="")


class AssignmentQuery(followed("AssignmentFollowing", "created")):  # type: ignore[misc]
    """The filters of the list of assignments."""

    department = Codes("departments", load_default=None)
    state = Choices(dict.fromkeys([*State, *CoState]), load_default=None)
    topic = Codes("topics", load_default=None)
    opinion = fields.String(load_default=None)
    role = Choices(get_args(Role), load_default=None)
    area = Codes("areas", load_default=None)
    station = Codes("stations", load_default=None)
    level = Choices(LEVELS, load_default=None)
    outcome = Choices(Outcome, load_default=None)
    overdue = fields.Boolean(load_default=False)
