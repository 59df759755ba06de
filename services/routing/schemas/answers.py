"""The shapes of routing's answers."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.contracts.catalogue.against import SECTIONS
from services.routing.schemas.bodies import PromiseBody, ReplyBody, ReplyItemBody
from services.routing.schemas.following import PromiseShape
from services.runtime.web.lists.listing import followed_page


class LikelyShape(Schema):
    """A department that an opinion may be for, and how probable that is."""

    department = fields.String(required=True)
    probability = fields.Float(required=True, metadata={"description": "How probable it is, from 0 to 1."})


class LearnedShape(Schema):
    """What was learned from earlier cases says: the model's version, the likeliest departments, the words for the first of them."""

    version = fields.Integer(required=True, metadata={"description": "The version of the model; 0 where only rulings are known."})
    likely = fields.List(
        fields.Nested(LikelyShape), required=True, metadata={"description": "The likeliest departments, with their probabilities."}
    )
    words = fields.List(fields.String(), required=True, metadata={"description": "The words that speak for the likeliest."})


class WhyShape(Schema):
    """Why an opinion went where it went: the rule that matched and how sure it is (0 to 1)."""

    rule = fields.String(required=True)
    confidence = fields.Float(required=True)
    learned = fields.Nested(
        LearnedShape,
        required=True,
        allow_none=True,
        metadata={"description": "What was learned from earlier cases says of it; empty where nothing was."},
    )


class PrecedentShape(Schema):
    """A ruling on a case like this one, and how near the texts are (0 to 1)."""

    at = fields.AwareDateTime(required=True)
    department = fields.String(required=True)
    target = fields.String(
        required=True, metadata={"description": "The department that was to have it instead, and got it where that was granted."}
    )
    granted = fields.Boolean(required=True)
    reason = fields.String(required=True)
    nearness = fields.Float(required=True, metadata={"description": "How near the texts are, from 0 to 1."})


class PreviewAnswer(Schema):
    """Where it would go, why, and until when."""

    topic = fields.String(allow_none=True, required=True)
    department = fields.String(required=True)
    difficulty = fields.String(required=True)
    why = fields.Nested(WhyShape, required=True)
    deadlines = fields.Dict(keys=fields.String(), values=fields.AwareDateTime(), required=True)
    provisional = fields.Boolean(required=True)
    co_handlers = fields.List(fields.String(), required=True)
    doubtful = fields.Boolean(required=True, metadata={"description": "Whether, or in what way, a person has to decide."})
    precedents = fields.List(fields.Nested(PrecedentShape), required=True)


class PartShape(Schema):
    """A department that was asked to handle the case beside the lead, and by when it is to reply."""

    assignment = fields.String(required=True)
    department = fields.String(required=True)
    role = fields.String(required=True)
    deadline = fields.AwareDateTime(required=True)


class BesideShape(PartShape):
    """A department that handles the case beside the lead: where it stands, and what it has said."""

    state = fields.String(required=True)
    content = fields.String(required=True, allow_none=True)
    on_time = fields.Boolean(required=True, allow_none=True)


class AssignmentShape(Schema):
    """An assignment with its deadlines by kind, why it went there, and the moves that are possible now."""

    id = fields.String(required=True)
    opinion = fields.String(required=True)
    title = fields.String(required=True)
    content = fields.String(required=True)
    area = fields.String(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    topic = fields.String(required=True, allow_none=True)
    department = fields.String(required=True)
    role = fields.String(required=True)
    lead = fields.String(required=True, allow_none=True)
    co_handlers = fields.List(fields.Nested(BesideShape), required=True)
    level = fields.String(required=True, allow_none=True)
    key = fields.Boolean(required=True)
    leader = fields.String(required=True, allow_none=True)
    difficulty = fields.String(required=True)
    state = fields.String(required=True)
    round = fields.Integer(required=True)
    created = fields.AwareDateTime(required=True)
    updated = fields.AwareDateTime(required=True)
    provisional = fields.Boolean(required=True)
    signed = fields.AwareDateTime(required=True, allow_none=True)
    replied = fields.AwareDateTime(required=True, allow_none=True)
    reply = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    on_time = fields.Boolean(required=True, allow_none=True)
    promise = fields.Nested(PromiseBody, required=True, allow_none=True)
    items = fields.List(fields.Nested(ReplyItemBody), required=True)
    contacted = fields.AwareDateTime(required=True, allow_none=True)
    draft = fields.Nested(ReplyBody, required=True, allow_none=True)
    concluded = fields.AwareDateTime(required=True, allow_none=True)
    awaited = fields.Integer(required=True, allow_none=True)
    extensions = fields.Integer(required=True)
    asked_until = fields.AwareDateTime(required=True, allow_none=True)
    asked_reason = fields.String(required=True, allow_none=True)
    proposed = fields.String(required=True, allow_none=True)
    objection = fields.String(required=True, allow_none=True)
    transfers = fields.Integer(required=True)
    paused = fields.AwareDateTime(required=True, allow_none=True)
    paused_until = fields.AwareDateTime(required=True, allow_none=True)
    pauses = fields.Integer(required=True)
    deadlines = fields.Dict(keys=fields.String(), values=fields.AwareDateTime(), required=True)
    why = fields.Nested(WhyShape, required=True)
    allowed = fields.List(fields.String(), required=True)


class JoinedOpinionShape(Schema):
    """Another opinion that this case answers too, and what it says."""

    opinion = fields.String(required=True)
    title = fields.String(required=True)
    content = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class AssignmentCase(AssignmentShape):
    """An assignment with what its department has promised, the earliest due first, what was merged into its case, and how many
    people support it."""

    supporters = fields.Integer(required=True)

    merged = fields.List(fields.Nested(JoinedOpinionShape), required=True)

    promises = fields.List(fields.Nested(PromiseShape), required=True)
    precedents = fields.List(fields.Nested(PrecedentShape), required=True)


AssignmentPage = followed_page("AssignmentPage", "A page of assignments.", AssignmentShape)


class AssignmentStanding(Schema):
    """Where an assignment stands after a move."""

    id = fields.String(required=True)
    opinion = fields.String(required=True)
    state = fields.String(required=True)
    allowed = fields.List(fields.String(), required=True)


class Resyncing(Schema):
    """Whose open work is being sent again into its queue, and how many assignments that are."""

    department = fields.String(required=True)
    assignments = fields.Integer(required=True)


class HandlersAnswer(Schema):
    """The assignments that were made."""

    items = fields.List(fields.Nested(PartShape), required=True)


class Listing(Schema):
    """A whole small list."""

    items = fields.List(fields.Dict(), required=True)


class OpenCode(Schema):
    """A code of the catalogue that open cases use: how many, and one of them."""

    kind = fields.String(required=True, validate=validate.OneOf(tuple(SECTIONS)))
    code = fields.String(required=True)
    cases = fields.Integer(required=True)
    example = fields.String(required=True)


class OpenCodes(Schema):
    """Every code that open cases use."""

    items = fields.List(fields.Nested(OpenCode), required=True)
