"""The shapes of routing's requests. Unknown fields are refused, as is marshmallow's rule."""

from __future__ import annotations

from typing import Any, get_args

from marshmallow import Schema, fields, post_load, validate

from services.contracts.commands import LONGEST, Extend, Keep, Object, Pause, Progress, Reply, Resume, Sign
from services.contracts.messages import Contact, Outcome, Promise, ReplyItem, Role
from services.routing.domain import Ruling
from services.runtime.paging import Page

MOST_ITEMS = 20
_CONTENT = validate.Length(1, LONGEST["content"], error=f"1 to {LONGEST['content']} characters.")


class SignBody(Schema):
    """Nothing to say but that it is signed."""

    @post_load
    def _build(self, _: dict[str, Any], **__: Any) -> Sign:
        return Sign()


class ResumeBody(Schema):
    """Nothing to say but that it goes on."""

    @post_load
    def _build(self, _: dict[str, Any], **__: Any) -> Resume:
        return Resume()


class ProgressBody(Schema):
    """An interim note; `contact` says how the submitter was contacted."""

    content = fields.String(required=True, validate=_CONTENT)
    contact = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(get_args(Contact)))

    @post_load
    def _build(self, data: dict[str, Any], **_: Any) -> Progress:
        return Progress(**data)


class PromiseBody(Schema):
    """What will be done, by when and by whom; by the department when nobody is named."""

    what = fields.String(required=True, validate=validate.Length(1, 2000))
    due = fields.AwareDateTime(required=True, format="iso")
    who = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 200))

    @post_load
    def _build(self, data: dict[str, Any], **_: Any) -> Promise:
        return Promise(**data)


class ReplyItemBody(Schema):
    """One demand of several, and what becomes of it."""

    demand = fields.String(required=True, validate=validate.Length(1, 2000))
    content = fields.String(required=True, validate=_CONTENT)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    promise = fields.Nested(PromiseBody, load_default=None, allow_none=True)

    @post_load
    def _build(self, data: dict[str, Any], **_: Any) -> ReplyItem:
        return ReplyItem(**data)


class ReplyBody(Schema):
    """The final answer, demand by demand in `items` where there are several.

    A department that is not the lead gives its opinion with it, and no outcome.
    """

    content = fields.String(required=True, validate=_CONTENT)
    outcome = fields.Enum(Outcome, by_value=True, load_default=None)
    promise = fields.Nested(PromiseBody, load_default=None, allow_none=True)
    items = fields.List(fields.Nested(ReplyItemBody), load_default=(), validate=validate.Length(max=MOST_ITEMS))

    @post_load
    def _build(self, data: dict[str, Any], **_: Any) -> Reply:
        return Reply(**{**data, "items": tuple(data["items"])})


_REASON = validate.Length(1, LONGEST["reason"], error=f"1 to {LONGEST['reason']} characters.")


class ObjectBody(Schema):
    """Not ours but theirs."""

    reason = fields.String(required=True, validate=_REASON)
    department = fields.String(required=True)

    @post_load
    def _build(self, data: dict[str, Any], **_: Any) -> Object:
        return Object(**data)


class ExtendBody(Schema):
    """More time, until when and why."""

    until = fields.AwareDateTime(required=True, format="iso")
    reason = fields.String(required=True, validate=_REASON)

    @post_load
    def _build(self, data: dict[str, Any], **_: Any) -> Extend:
        return Extend(**data)


class PauseBody(Schema):
    """Waiting for the submitter."""

    reason = fields.String(required=True, validate=_REASON)
    until = fields.AwareDateTime(load_default=None, allow_none=True, format="iso")

    @post_load
    def _build(self, data: dict[str, Any], **_: Any) -> Pause:
        return Pause(**data)


class KeepBody(Schema):
    """A promise is kept, and here is the evidence; `promise` names it where there are several."""

    evidence = fields.String(required=True, validate=_CONTENT)
    promise = fields.String(load_default=None, allow_none=True)

    @post_load
    def _build(self, data: dict[str, Any], **_: Any) -> Keep:
        return Keep(**data)


class RulingBody(Schema):
    """A supervisor's ruling on what the department has asked."""

    about = fields.String(required=True, validate=validate.OneOf(("objection", "extension")))
    granted = fields.Boolean(required=True)
    reason = fields.String(required=True, validate=_REASON)
    department = fields.String(load_default=None, allow_none=True)

    @post_load
    def _build(self, data: dict[str, Any], **_: Any) -> Ruling:
        return Ruling(**data)


#: The body of each verb, over HTTP as it is, over AMQP with the assignment's id beside it.
BODIES: dict[str, type[Schema]] = {
    "sign": SignBody, "object": ObjectBody, "extend": ExtendBody, "pause": PauseBody, "resume": ResumeBody,
    "progress": ProgressBody, "reply": ReplyBody, "keep": KeepBody,
}  # fmt: skip


class Preview(Schema):
    """A text whose way is asked for before it is sent."""

    title = fields.String(required=True, validate=validate.Length(1, 120))
    content = fields.String(load_default="", validate=validate.Length(max=20_000))
    topic = fields.String(load_default=None, allow_none=True)


class AssignmentQuery(Page):
    """What a list of assignments can be narrowed to."""

    department = fields.String(load_default=None)
    state = fields.String(load_default=None)
    topic = fields.String(load_default=None)
    opinion = fields.String(load_default=None)
    role = fields.String(load_default=None, validate=validate.OneOf(get_args(Role)))
    overdue = fields.Boolean(load_default=False)
