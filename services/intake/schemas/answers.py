"""Schemas of intake's answers."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.intake.schemas.attachments import AnswerPhotoSchema, AttachmentSchema
from services.intake.schemas.bodies import LocationSchema, RelayField, SubmitterSchema
from services.intake.schemas.promising import LedgerPromise
from services.runtime.web.lists.listing import followed_page
from services.runtime.web.lists.paging import page_of


class CampaignNoteShape(Schema):
    """The campaign that an opinion names; what comes outside of its period or place is handled like any other opinion."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    counts = fields.Boolean(required=True, metadata={"description": "Whether the opinion counts for it."})


class Submitted(Schema):
    """What the sender of an opinion gets; `cosigners` are the receipts of those who signed with them, in the order given."""

    id = fields.String(required=True)
    receipt = fields.String(required=True)
    state = fields.String(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    cosigners = fields.List(fields.String())
    campaign = fields.Nested(CampaignNoteShape)
    promise = fields.Nested(LedgerPromise)


class ColumnShape(Schema):
    """A column of a table, and the field that it is taken for: null for one that is passed over."""

    column = fields.String(required=True)
    field = fields.String(required=True, allow_none=True)


class Rehearsal(Schema):
    """What a file was taken for and what would become of its rows; `problems` speak against the whole of it."""

    kind = fields.String(required=True)
    encoding = fields.String(required=True, allow_none=True)
    separator = fields.String(required=True, allow_none=True)
    sheet = fields.String(required=True, allow_none=True)
    header = fields.Integer(required=True, allow_none=True)
    columns = fields.List(fields.Nested(ColumnShape), required=True)
    problems = fields.List(fields.String(), required=True)
    rows = fields.Integer(required=True)
    created = fields.Integer(required=True)
    exists = fields.Integer(required=True)
    refused = fields.Integer(required=True)


class LineAnswer(Schema):
    """One line of the answer to a batch. For show only, each `refused` one, and a last line `rehearsed` with the sums."""

    line = fields.Integer(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("created", "exists", "refused", "rehearsed")))
    rehearsal = fields.Nested(Rehearsal)
    id = fields.String()
    receipt = fields.String()
    cosigners = fields.List(fields.String())
    external_id = fields.String()
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class OpinionStanding(Schema):
    """Where an opinion stands after a move."""

    id = fields.String()
    state = fields.String(required=True)


class RatingTaken(OpinionStanding):
    """Where an opinion stands after a rating, and the promise that the rating will be counted."""

    promise = fields.Nested(LedgerPromise)


class Merged(OpinionStanding):
    """Where a merged opinion stands, and with which one it is handled: the one that was named, or its own target."""

    into = fields.String(required=True)


class AcceptedItem(Schema):
    """What became of one opinion of a batch assignment; `detail` says why it was refused."""

    id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("accepted", "refused")))
    state = fields.String()
    detail = fields.String()


class BatchAccepted(Schema):
    """What became of each opinion, in the order they were named."""

    items = fields.List(fields.Nested(AcceptedItem), required=True)


class TimelineEntryShape(Schema):
    """One line of a timeline."""

    at = fields.AwareDateTime(required=True)
    what = fields.String(required=True)
    by = fields.String(required=True)
    facts = fields.Dict(required=True)


class StaffTimelineEntryShape(TimelineEntryShape):
    """One line of a timeline as staff see it; `internal` ones are on no receipt."""

    internal = fields.Boolean(required=True)


class ReceiptPromiseShape(Schema):
    """承诺: what will be done, by when and by whom, and what became of it."""

    department = fields.String(required=True, allow_none=True)
    what = fields.String(required=True)
    due = fields.String(required=True, allow_none=True)
    who = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(("open", "kept", "broken")))
    evidence = fields.String(required=True, allow_none=True)


class SeparateAnswerSchema(Schema):
    """The answer of a department that handles its own part of the case (分别办理)."""

    department = fields.String(required=True)
    content = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class Receipt(Schema):
    """What the holder of a receipt sees; `ledger` is where anybody can check that all of it was counted.

    `timeline` has the latest lines, oldest first; `earlier` is the cursor for those before them, if there are any.
    """

    receipt = fields.String(required=True)
    title = fields.String(required=True)
    content = fields.String(required=True)
    state = fields.String(required=True)
    topic = fields.String(allow_none=True)
    area = fields.String(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    level = fields.String(required=True, allow_none=True)
    key = fields.Boolean(required=True)
    leader = fields.String(required=True, allow_none=True)
    department = fields.String(allow_none=True)
    submitted = fields.AwareDateTime(required=True)
    due = fields.AwareDateTime(required=True, allow_none=True)
    reply = fields.Dict(allow_none=True)
    answers = fields.List(fields.Nested(SeparateAnswerSchema), required=True)
    promises = fields.List(fields.Nested(ReceiptPromiseShape), required=True)
    evaluation = fields.Dict(allow_none=True)
    awaited = fields.Integer(required=True, allow_none=True)
    attachments = fields.List(fields.Nested(AttachmentSchema), required=True)
    answer_photos = fields.List(fields.Nested(AnswerPhotoSchema), required=True)
    may = fields.List(fields.String(), required=True)
    timeline = fields.List(fields.Nested(TimelineEntryShape), required=True)
    earlier = fields.String(required=True, allow_none=True)
    ledger = fields.String(required=True)


class OpinionShape(Schema):
    """An opinion as the office and its departments see it; `told` is when it was first reported elsewhere, as written there.

    `level`, `difficulty`, `key` and `leader` are as they stand; `chosen`, `co_handlers` and `handling` as the reviewer said.
    """

    id = fields.String(required=True)
    external_id = fields.String(required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    content = fields.String(required=True)
    channel = fields.String(required=True)
    topic = fields.String(required=True, allow_none=True)
    area = fields.String(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    visibility = fields.String(required=True)
    state = fields.String(required=True)
    submitted = fields.AwareDateTime(required=True)
    updated = fields.AwareDateTime(required=True)
    told = fields.String(required=True, allow_none=True)
    level = fields.String(required=True, allow_none=True)
    difficulty = fields.String(required=True, allow_none=True)
    key = fields.Boolean(required=True)
    leader = fields.String(required=True, allow_none=True)
    chosen = fields.String(required=True, allow_none=True)
    co_handlers = fields.List(fields.String(), required=True, allow_none=True)
    handling = fields.String(required=True, allow_none=True)
    department = fields.String(required=True, allow_none=True)
    assignment = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    reply = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Dict(), required=True, allow_none=True)
    co_opinions = fields.List(fields.Dict(), required=True, allow_none=True)
    evaluate_by = fields.AwareDateTime(required=True, allow_none=True)
    merged_into = fields.String(required=True, allow_none=True)
    round = fields.Integer(required=True)
    publication = fields.String(required=True, allow_none=True)
    deputy_code = fields.String(required=True, allow_none=True)
    supporters = fields.Integer(required=True)


class RatedShape(Schema):
    """One rating of the reply, without its rater."""

    round = fields.Integer(required=True)
    process = fields.String(required=True, allow_none=True)
    result = fields.String(required=True)
    comment = fields.String(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True)
    revision = fields.Boolean(required=True)


class HandlerShape(Schema):
    """A department that handles the case, and in which role."""

    department = fields.String(required=True)
    role = fields.String(required=True)
    assignment = fields.String(required=True)


class MergedShape(Schema):
    """An opinion that was merged into this one, with its text."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    content = fields.String(required=True)
    area = fields.String(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    submitted = fields.AwareDateTime(required=True)


class OpinionFile(OpinionShape):
    """One opinion with what happened, oldest first; `earlier` is the cursor for the lines of the timeline before these.

    `submitter`, `cosigners`, `relay` and `deputy` are there only for those who may see who told it, and so is `location`: it may be
    somebody's home.
    """

    submitter = fields.Nested(SubmitterSchema, allow_none=True)
    cosigners = fields.List(fields.Nested(SubmitterSchema))
    relay = fields.List(RelayField(), allow_none=True)
    deputy = fields.String(allow_none=True)
    location = fields.Nested(LocationSchema, allow_none=True)
    handlers = fields.List(fields.Nested(HandlerShape), required=True)
    answers = fields.List(fields.Nested(SeparateAnswerSchema), required=True)
    promises = fields.List(fields.Nested(ReceiptPromiseShape), required=True)
    timeline = fields.List(fields.Nested(StaffTimelineEntryShape), required=True)
    earlier = fields.String(required=True, allow_none=True)
    evaluations = fields.List(fields.Nested(RatedShape), required=True)
    merged = fields.List(fields.Nested(MergedShape), required=True)
    attachments = fields.List(fields.Nested(AttachmentSchema), required=True)
    answer_photos = fields.List(fields.Nested(AnswerPhotoSchema), required=True)


OpinionPage = followed_page("OpinionPage", "A page of opinions.", OpinionShape)


class Waiting(Schema):
    """An opinion that is not let in yet. `review_by` and what follows is there while it is the reviewer's turn.

    `alike` counts those that wait too and say the same, this one included.
    """

    id = fields.String(required=True)
    title = fields.String(required=True)
    content = fields.String(required=True)
    channel = fields.String(required=True)
    topic = fields.String(required=True, allow_none=True)
    area = fields.String(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    submitted = fields.AwareDateTime(required=True)
    waiting_since = fields.AwareDateTime(required=True)
    waited_working_days = fields.Integer(required=True)
    waited_seconds = fields.Integer(required=True)
    review_by = fields.AwareDateTime(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    provisional = fields.Boolean(required=True)
    alike = fields.Integer(required=True)


ReviewPage = page_of("ReviewPage", "A page of opinions that wait, the oldest first.", Waiting)
