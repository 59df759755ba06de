"""The schema of a received head of the ledger."""

from __future__ import annotations

from marshmallow import Schema, fields

from services.notify.domain.witness import WitnessRecord
from services.runtime.web.lists.paging import page_of


class WitnessedHead(Schema):
    """A head of the ledger (the root over its first `size` leaves, signed) and when it was received."""

    id = fields.String(required=True)
    size = fields.Integer(required=True)
    root = fields.String(required=True)
    time = fields.AwareDateTime(required=True)
    key = fields.String(required=True)
    signature = fields.String(required=True)
    heard = fields.AwareDateTime(required=True)


WitnessedHeads = page_of("WitnessedHeads", "The heads that were heard of, oldest first.", WitnessedHead)


def head_answer(head: WitnessRecord) -> dict[str, object]:
    """A head as a `WitnessedHead`."""
    return {
        "id": head.id, "size": head.size, "root": head.root, "time": head.time, "key": head.key, "signature": head.signature,
        "heard": head.received,
    }  # fmt: skip
