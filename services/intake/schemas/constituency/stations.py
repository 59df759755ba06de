"""The shapes of stations and their checklists."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.intake.domain.constituency.station import ChecklistItem, StationProfile
from services.intake.schemas.bodies import LocationSchema
from services.runtime.input.fields import Building, ManyLines, OneLine
from services.runtime.input.queries import Codes
from services.runtime.web.lists.paging import Page, page_of

LONGEST_OPENING, LONGEST_BRAND, LONGEST_CHECKER = 500, 100, 100


class PlaceShape(Schema):
    """Where a station stands."""

    address = fields.String()
    latitude = fields.Float()
    longitude = fields.Float()


class StationBody(Building):
    """What the office says of a station beside its place in the catalogue."""

    shape = StationProfile
    opening = ManyLines(LONGEST_OPENING, shortest=0, load_default="")
    brand = OneLine(LONGEST_BRAND, shortest=0, load_default="")
    mobile = fields.Boolean(load_default=False)
    position = fields.Nested(LocationSchema, load_default=None, allow_none=True)


class ItemBody(Building):
    """Since when a station meets an item of a checklist, and who has checked it."""

    shape = ChecklistItem
    met_since = fields.Date(required=True)
    checked_by = OneLine(LONGEST_CHECKER, required=True)


class ItemShape(Schema):
    """An item of a checklist at a station; without `met_since` it does not meet it."""

    item = fields.String(required=True)
    name = fields.String(required=True)
    met_since = fields.Date(required=True, allow_none=True)
    checked_by = fields.String(required=True, allow_none=True)


class ChecklistShape(Schema):
    """A checklist at a station: how many of its items it meets, and whether that is all of them."""

    checklist = fields.String(required=True)
    name = fields.String(required=True)
    met = fields.Integer(required=True)
    of = fields.Integer(required=True)
    complete = fields.Boolean(required=True)


class FullChecklist(ChecklistShape):
    """The same with every item."""

    items = fields.List(fields.Nested(ItemShape), required=True)


class StationShape(Schema):
    """A station in the tree: `parent` is above it, `below` counts those below it, `deputies` the active ones responsible for it."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    area = fields.String(required=True)
    parent = fields.String(required=True, allow_none=True)
    depth = fields.Integer(required=True)
    below = fields.Integer(required=True, validate=validate.Range(0))
    deputies = fields.Integer(required=True)
    opening = fields.String(required=True)
    brand = fields.String(required=True)
    mobile = fields.Boolean(required=True)
    position = fields.Nested(PlaceShape, required=True, allow_none=True)
    moved = fields.AwareDateTime(required=True, allow_none=True)
    checklists = fields.List(fields.Nested(ChecklistShape), required=True)


class StationFile(StationShape):
    """One station with every item of its checklists."""

    checklists = fields.List(fields.Nested(FullChecklist), required=True)
    updated = fields.AwareDateTime(required=True, allow_none=True)


class StationQuery(Page):
    """What a list of stations can be narrowed to: those of areas, and those right below others."""

    area = Codes("areas", load_default=None)
    parent = Codes("stations", load_default=None)


StationPage = page_of("StationPage", "A page of stations in the order of the catalogue.", StationShape)
