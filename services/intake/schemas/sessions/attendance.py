"""The shapes of attendance."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.intake.domain.sessions.session import Counted
from services.intake.schemas.making import Made
from services.runtime.input.fields import Code

LARGEST_CROWD, MOST_DEPUTIES = 1_000_000, 200


def _counted(words: str) -> fields.Integer:
    return fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(0, LARGEST_CROWD), metadata={"description": words}
    )


class AttendanceBody(Made):
    """Who came, as the host says: deputies of the register, how many visitors and observers. What is left out stays as it was."""

    made = Counted
    tuples = ("deputies",)
    deputies = fields.List(
        Code(40), load_default=(), validate=validate.Length(max=MOST_DEPUTIES),
        metadata={"description": "The codes of the deputies who were there."},
    )  # fmt: skip
    visitors = _counted("How many people came.")
    observers = _counted("How many came to watch.")


class ScanBody(Schema):
    """The code that is put up at the session."""

    code = Code(40, required=True, metadata={"description": "The printed code that was scanned."})


class AttendanceShape(Schema):
    """Who is known to have been there."""

    session = fields.String(required=True)
    deputies = fields.List(fields.String(), required=True, metadata={"description": "The codes of the deputies who were there."})
    visitors = fields.Integer(required=True, metadata={"description": "How many people came."})
    observers = fields.Integer(required=True, metadata={"description": "How many came to watch."})


class Scanned(Schema):
    """The attendance of a deputy, recorded once."""

    session = fields.String(required=True)
    deputy = fields.String(required=True)
    title = fields.String(required=True)
    recorded = fields.Boolean(required=True, metadata={"description": "Whether this call recorded it; it was before otherwise."})
