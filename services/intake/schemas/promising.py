"""The shapes of promises of inclusion, and of the messages of a case."""

from __future__ import annotations

from marshmallow import Schema, fields

from services.runtime.web.lists.paging import page_of


class LedgerPromise(Schema):
    """The signed promise that the message with this id is in the public ledger, under a signed head, when `by` has come.

    Signed is `huiying-ledger-promise:` and JSON of body, by, id, key, subject without blanks.
    """

    id = fields.String(required=True)
    subject = fields.String(required=True)
    body = fields.String(required=True)
    by = fields.AwareDateTime(required=True)
    key = fields.String(required=True)
    signature = fields.String(required=True)


class PromiseKey(Schema):
    """A public key, 32 bytes in hex, and the name that promises call it by."""

    key = fields.String(required=True)
    algorithm = fields.String(required=True)
    public = fields.String(required=True)


PromiseKeys = page_of("PromiseKeys", "The keys, newest first.", PromiseKey)


class ReceiptMessage(Schema):
    """A message of the case: `body` to the byte, `hash` its SHA-256, which its leaf in the ledger has under the same `subject`."""

    id = fields.String(required=True)
    type = fields.String(required=True)
    time = fields.AwareDateTime(required=True)
    subject = fields.String(required=True)
    body = fields.String(required=True)
    hash = fields.String(required=True)
    promise = fields.Nested(LedgerPromise, required=True, allow_none=True)


ReceiptMessages = page_of("ReceiptMessages", "Messages of one's own case, oldest first.", ReceiptMessage)
