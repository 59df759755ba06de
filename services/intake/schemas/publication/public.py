"""Schemas of what everybody may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from marshmallow import Schema, fields, validate

from services.contracts.lifecycle import State
from services.contracts.messages.values import Rating
from services.intake.domain.publication.bigrams import LONGEST_QUERY
from services.intake.schemas.bodies import SpotShape
from services.runtime.input.fields import OneLine
from services.runtime.input.queries import Choices, Codes
from services.runtime.web.lists.paging import Page, page_of

#: Where a case stands, in as few words as the public needs.
STANDINGS: Final[Mapping[str, tuple[State, ...]]] = {
    "handling": tuple(state for state in State if state.is_with_routing and not state.is_answered),
    "replied": (State.REPLIED,),
    "concluded": (State.CONCLUDED,),
}


def standing_of(state: State) -> str:
    """Where a case stands, for the public."""
    return next((name for name, states in STANDINGS.items() if state in states), "handling")


class PublicFilter(Schema):
    """What a list of public opinions can be narrowed to."""

    q = OneLine(LONGEST_QUERY, shortest=0, load_default="", metadata={"description": "words that it has, with blanks between them"})
    topic = Codes("topics", load_default=None)
    area = Codes("areas", load_default=None)
    station = Codes("stations", load_default=None)
    department = Codes("departments", load_default=None)
    state = Choices(STANDINGS, load_default=None)
    month = fields.String(
        load_default=None,
        validate=validate.Regexp(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])\Z", error="A month such as 2026-11."),
        metadata={"description": "the month in which it was made public, such as 2026-11"},
    )


class PublicListQuery(PublicFilter, Page):
    """A page of the list, for programs."""


class PublicPageQuery(PublicFilter):
    """A page of the list, for people: below one number, or above another."""

    before = fields.Integer(load_default=None, validate=validate.Range(1, 2**53))
    after = fields.Integer(load_default=None, validate=validate.Range(0, 2**53))


class FromQuery(Schema):
    """A page of a list that begins below a number."""

    before = fields.Integer(load_default=None, validate=validate.Range(1, 2**53))


class PublicPartShape(Schema):
    """A reply, an answer of a department for its own part, or a promise with its day (`due`)."""

    what = fields.String(required=True)
    department = fields.String(required=True)
    content = fields.String(required=True)
    outcome = fields.String(required=True, allow_none=True)
    due = fields.String(required=True, allow_none=True)
    at = fields.Date(required=True)


class PublicOpinion(Schema):
    """A public opinion, masked; days stand in place of instants."""

    id = fields.String(required=True)
    number = fields.Integer(required=True)
    title = fields.String(required=True)
    content = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(STANDINGS)))
    topic = fields.String(required=True, allow_none=True)
    area = fields.String(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    department = fields.String(required=True, allow_none=True)
    supporters = fields.Integer(required=True)
    submitted = fields.Date(required=True)
    released = fields.AwareDateTime(required=True)
    place = fields.Nested(SpotShape, required=True, allow_none=True)
    parts = fields.List(fields.Nested(PublicPartShape), required=True)


class PublicFile(PublicOpinion):
    """The same with how often the reply was rated how."""

    evaluations = fields.Dict(keys=fields.String(validate=validate.OneOf(list(Rating))), values=fields.Integer(), required=True)


PublicOpinionPage = page_of("PublicOpinionPage", "A page of public opinions, those released last first.", PublicOpinion)
