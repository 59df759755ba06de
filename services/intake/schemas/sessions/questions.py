"""The shapes of questions that are asked at a session."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import Schema, fields, post_load, validate

from services.contracts.lifecycle import State
from services.contracts.messages.values import Outcome, SpotPromise
from services.intake.domain.sessions.question import NewQuestion, Said
from services.intake.domain.submission.submission import LONGEST_CONTENT, LONGEST_TITLE, VISIBILITIES
from services.intake.schemas.bodies import LONGEST_CODE, SubmitterSchema
from services.intake.schemas.making import Made
from services.runtime.input.fields import Building, Code, InstantField, ManyLines, OneLine, Tuples
from services.runtime.input.public import PublicLine
from services.runtime.web.lists.paging import page_of

LONGEST_SUMMARY: Final = 200
#: As a reply of a department has them.
LONGEST_ANSWER, LONGEST_PROMISE = 10_000, 500
MOST_QUESTIONS: Final = 100


def _said(words: str) -> dict[str, str]:
    return {"description": words}


class SaidSchema(Made):
    """What a department answered on the spot."""

    made = Said
    content = ManyLines(LONGEST_ANSWER, required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(list(Outcome)))

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> object:
        """The checked data as an answer."""
        return Said(data["content"], Outcome(data["outcome"]))


class SpotPromiseSchema(Building):
    """What was promised: by a date, or by the reply deadline of a difficulty; with neither, by that of the case."""

    shape = SpotPromise
    what = PublicLine(LONGEST_PROMISE, required=True)
    who = PublicLine(120, load_default=None, allow_none=True)
    due = InstantField(load_default=None, allow_none=True)
    difficulty = Code(LONGEST_CODE, load_default=None, allow_none=True)


class SessionQuestion(Made):
    """A question as the host writes it down; only its text is required."""

    made = NewQuestion
    text = ManyLines(LONGEST_CONTENT, required=True, metadata=_said("What was asked, as plain text."))
    title = OneLine(LONGEST_TITLE, load_default=None, allow_none=True)
    topic = Code(LONGEST_CODE, load_default=None, allow_none=True)
    area = Code(LONGEST_CODE, load_default=None, allow_none=True)
    department = Code(LONGEST_CODE, load_default=None, allow_none=True)
    difficulty = Code(LONGEST_CODE, load_default=None, allow_none=True)
    visibility = fields.String(load_default="department", validate=validate.OneOf(VISIBILITIES))
    submitter = fields.Nested(SubmitterSchema, load_default=None, allow_none=True)
    summary = PublicLine(
        LONGEST_SUMMARY, load_default=None, allow_none=True,
        metadata=_said("What a published list may say of it: no name and nothing that tells who asked."),
    )  # fmt: skip
    answer = fields.Nested(SaidSchema, load_default=None, allow_none=True)
    promise = fields.Nested(SpotPromiseSchema, load_default=None, allow_none=True)


class SessionQuestions(Schema):
    """Questions in the order in which they were asked: all of them are stored, or none."""

    questions = Tuples(
        fields.Nested(SessionQuestion), required=True, validate=validate.Length(1, MOST_QUESTIONS),
        metadata=_said("The questions, in the order in which they were asked."),
    )  # fmt: skip


class QuestionTaken(Schema):
    """A question with its number, and the receipt for the one who asked it."""

    number = fields.Integer(required=True)
    id = fields.String(required=True)
    receipt = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(State)))
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class QuestionsTaken(Schema):
    """What became of questions that were written down."""

    session = fields.String(required=True)
    questions = fields.List(fields.Nested(QuestionTaken), required=True, metadata=_said("The questions, in their order."))


class QuestionShape(Schema):
    """A question of a session, and where its case stands."""

    number = fields.Integer(required=True)
    id = fields.String(required=True)
    title = fields.String(required=True)
    summary = fields.String(required=True, allow_none=True, metadata=_said("What a published list may say of it."))
    topic = fields.String(required=True, allow_none=True)
    area = fields.String(required=True, allow_none=True)
    department = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(list(State)))
    outcome = fields.String(required=True, allow_none=True, validate=validate.OneOf(list(Outcome)))


QuestionPage = page_of("QuestionPage", "A page of the questions of a session, by number.", QuestionShape)
