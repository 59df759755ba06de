"""Schemas of the public map: GeoJSON (RFC 7946)."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.intake.schemas.publication.public import STANDINGS


class PointShape(Schema):
    """A point of GeoJSON."""

    type = fields.String(required=True, validate=validate.Equal("Point"))
    coordinates = fields.List(fields.Float(), required=True)


class MappedOpinion(Schema):
    """What the map says of a public opinion."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(STANDINGS)))
    page = fields.String(required=True)


class MapFeature(Schema):
    """A public opinion on the map."""

    type = fields.String(required=True, validate=validate.Equal("Feature"))
    geometry = fields.Nested(PointShape, required=True)
    properties = fields.Nested(MappedOpinion, required=True)


class PublicMap(Schema):
    """Public opinions on the map, those released last first."""

    type = fields.String(required=True, validate=validate.Equal("FeatureCollection"))
    features = fields.List(fields.Nested(MapFeature), required=True)
