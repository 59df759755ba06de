"""The shapes of letters to submitters, visitors of sessions and people with accounts."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.notify.domain.letters.gathered import DIGEST
from services.notify.domain.letters.members import ENTRUSTED, LETTERS
from services.notify.domain.letters.submitters import STEPS, SubmitterDelivery
from services.notify.domain.letters.visitors import BOOKED
from services.runtime.input.queries import Choices
from services.runtime.web.lists.paging import Page, page_of

#: `dropped`: the submitter left a way that the place has not set up. `uncertain`: the process died in the attempt.
STATES = ("pending", "sending", "sent", "failed", "uncertain", "dropped")
KINDS: tuple[str, ...] = tuple(dict.fromkeys((*STEPS, *LETTERS, *ENTRUSTED, *BOOKED, DIGEST)))
WAYS = ("email", "sms", "chat")


class NotificationQuery(Page):
    """What a list of letters can be narrowed to."""

    opinion = fields.String(load_default=None)
    state = Choices(STATES, load_default=None)
    kind = Choices(KINDS, load_default=None)


class SubmitterNotificationShape(Schema):
    """A letter by e-mail, text message or chat: what it was about and what became of it, not who it is for."""

    id = fields.String(required=True)
    opinion = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    channel = fields.String(required=True, validate=validate.OneOf(WAYS))
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    attempts = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    next_at = fields.AwareDateTime(required=True, allow_none=True)
    begun = fields.AwareDateTime(required=True, allow_none=True)
    ended = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


SubmitterNotificationPage = page_of("NotePage", "A page of letters, the newest first.", SubmitterNotificationShape)


def note_answer(sent: SubmitterDelivery) -> dict[str, object]:
    """What became of a notification as a `NoteShape`."""
    return {
        "id": sent.id, "opinion": sent.opinion, "kind": sent.about, "channel": sent.way, "state": sent.state,
        "attempts": sent.attempts, "at": sent.at, "next_at": sent.next_at, "begun": sent.begun, "ended": sent.ended,
        "reason": sent.reason,
    }  # fmt: skip
