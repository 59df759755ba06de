"""Schemas of what is told of more than before."""

from __future__ import annotations

from marshmallow import Schema, fields

from services.runtime.input.queries import Codes, DayField


class RisingQuery(Schema):
    """Of which area or topic, all of the county without either, and in the week of which `day`: today's without it."""

    area = Codes("areas", load_default=None)
    topic = Codes("topics", load_default=None)
    day = DayField(load_default=None, metadata={"description": "Any day of the week that is asked about."})


class RisingWord(Schema):
    """A word, in how many opinions it was this week and in the four weeks before, and how sure it is that it rises."""

    word = fields.String(required=True, metadata={"description": "The word."})
    opinions = fields.Integer(required=True, metadata={"description": "In how many opinions it was this week."})
    before = fields.Integer(required=True, metadata={"description": "In how many it was in the four weeks before."})
    z = fields.Float(required=True, metadata={"description": "How sure it is that it rises, in standard deviations."})


class RisingTheme(Schema):
    """What stands out in an area or in a topic, the surest first."""

    area = fields.String(required=True, allow_none=True, metadata={"description": "The area; null for a topic."})
    topic = fields.String(required=True, allow_none=True, metadata={"description": "The topic; null for an area."})
    items = fields.List(fields.Nested(RisingWord), required=True)


class RisingWeek(Schema):
    """What stands out in a week, the surest first. No items: nothing stands out, or there is too little to compare it with.

    `themes` are the areas and topics in which something stands out, where all of the county is asked about.
    """

    start = fields.Date(required=True, metadata={"description": "The Monday of the week."})
    opinions = fields.Integer(required=True, metadata={"description": "How many opinions were counted in it."})
    before = fields.Integer(required=True, metadata={"description": "How many were counted in the four weeks before."})
    items = fields.List(fields.Nested(RisingWord), required=True)
    themes = fields.List(fields.Nested(RisingTheme), required=True, metadata={"description": "What stands out in each."})
