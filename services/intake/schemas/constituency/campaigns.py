"""The shapes of campaigns."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.intake.domain.constituency.campaign import Campaign, CampaignStanding
from services.runtime.input.fields import Building, Code, Tuples
from services.runtime.input.public import PublicLine, PublicLines
from services.runtime.web.lists.paging import page_of

LONGEST_TITLE, LONGEST_ABOUT, MOST_PLACES, LARGEST_TARGET = 60, 2_000, 200, 1_000_000


def _said(words: str) -> dict[str, str]:
    return {"description": words}


class CampaignBody(Building):
    """A campaign as the office sets it up; a change puts it in place of all that was known before."""

    shape = Campaign
    title = PublicLine(LONGEST_TITLE, required=True)
    about = PublicLines(LONGEST_ABOUT, shortest=0, load_default="", metadata=_said("What is asked for, in words."))
    begins = fields.Date(required=True, metadata=_said("The first day on which an opinion counts."))
    ends = fields.Date(required=True, metadata=_said("The last day on which an opinion counts."))
    areas = Tuples(Code(60), load_default=(), validate=validate.Length(max=MOST_PLACES))
    stations = Tuples(Code(60), load_default=(), validate=validate.Length(max=MOST_PLACES))
    target = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, LARGEST_TARGET),
        metadata=_said("How many opinions are hoped for."),
    )  # fmt: skip
    closed = fields.Boolean(load_default=False, metadata=_said("Whether the office has ended it early."))


class CampaignShape(Schema):
    """A campaign as everybody sees it."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    about = fields.String(required=True, metadata=_said("What is asked for, in words."))
    begins = fields.Date(required=True, metadata=_said("The first day on which an opinion counts."))
    ends = fields.Date(required=True, metadata=_said("The last day on which an opinion counts."))
    areas = fields.List(fields.String(), required=True)
    stations = fields.List(fields.String(), required=True)
    target = fields.Integer(required=True, allow_none=True, metadata=_said("How many opinions are hoped for."))
    standing = fields.String(required=True, validate=validate.OneOf(list(CampaignStanding)))
    opinions = fields.Integer(required=True, metadata=_said("How many opinions count for it."))
    updated = fields.AwareDateTime(required=True)


CampaignPage = page_of("CampaignPage", "A page of campaigns, by code.", CampaignShape)
