"""The shapes of what was learned, and of opinions that wait for a person."""

from __future__ import annotations

from marshmallow import Schema, fields

from services.contracts.commands import LONGEST_REASON
from services.routing.schemas.answers import LearnedShape, PrecedentShape
from services.routing.schemas.bodies import LONGEST_CODE
from services.runtime.input.fields import Code, ManyLines
from services.runtime.web.lists.paging import page_of


class DoubtShape(Schema):
    """An opinion that waits for a person to say whose duty it is: its text, what was learned of it, rulings on others like it."""

    opinion = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    title = fields.String(required=True)
    content = fields.String(required=True)
    area = fields.String(required=True, allow_none=True)
    confidence = fields.Float(required=True)
    learned = fields.Nested(
        LearnedShape,
        required=True,
        metadata={"description": "What was learned from earlier cases says of it; empty where nothing was."},
    )
    precedents = fields.List(fields.Nested(PrecedentShape), required=True)


DoubtPage = page_of("DoubtPage", "A page of opinions that wait for a decision.", DoubtShape)


class DecisionBody(Schema):
    """Whose duty an opinion is."""

    department = Code(LONGEST_CODE, required=True)
    reason = ManyLines(LONGEST_REASON, shortest=0, load_default="")


class ReportShape(Schema):
    """What cross-validation found on the cases that a version was trained on."""

    cases = fields.Integer(required=True)
    labels = fields.Integer(required=True, metadata={"description": "How many departments it tells apart."})
    f1 = fields.Float(required=True, metadata={"description": "The macro-F1 of the model."})
    rules_f1 = fields.Float(required=True, metadata={"description": "The macro-F1 of the rules alone."})
    right = fields.Float(required=True, metadata={"description": "The share that is right."})
    coverage = fields.Float(required=True, metadata={"description": "The share that it is sure enough of to decide alone."})
    accuracy = fields.Float(required=True, metadata={"description": "The share of what it decides alone that is right."})


class ModelVersionShape(Schema):
    """A training: what came of it, what was expected, and what became of its decisions since."""

    version = fields.Integer(required=True, metadata={"description": "The number of the version; 0 while the rules decide alone."})
    at = fields.AwareDateTime(required=True)
    standing = fields.String(
        required=True,
        metadata={"description": "The standing of a version: in use, retired, rejected, broken, training or interrupted."},
    )
    report = fields.Nested(
        ReportShape, required=True, allow_none=True, metadata={"description": "What cross-validation found when it was trained."}
    )
    decided = fields.Integer(required=True, metadata={"description": "How many decisions it has made alone."})
    doubted = fields.Integer(required=True, metadata={"description": "How many it has left to a person."})
    wrong = fields.Integer(
        required=True, metadata={"description": "How many of its decisions were taken from their department since."}
    )
    coverage = fields.Float(
        required=True, allow_none=True, metadata={"description": "The share that it is sure enough of to decide alone."}
    )
    accuracy = fields.Float(
        required=True, allow_none=True, metadata={"description": "The share of what it decides alone that is right."}
    )


class ModelAnswer(Schema):
    """The model in use (0: the rules decide alone), how sure it has to be, what becomes of the rest, and the latest versions."""

    version = fields.Integer(required=True, metadata={"description": "The number of the version; 0 while the rules decide alone."})
    broken = fields.Boolean(
        required=True, metadata={"description": "Whether the model cannot be read, so that the rules decide alone."}
    )
    threshold = fields.Float(required=True, metadata={"description": "How sure routing has to be to decide alone."})
    doubtful = fields.String(required=True, metadata={"description": "Whether, or in what way, a person has to decide."})
    rulings = fields.Integer(required=True, metadata={"description": "How many rulings are known as precedents."})
    versions = fields.List(
        fields.Nested(ModelVersionShape), required=True, metadata={"description": "The latest versions, newest first."}
    )
