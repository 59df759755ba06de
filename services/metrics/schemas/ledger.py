"""The shapes of the ledger: its days, leaves, proofs, heads and keys."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.metrics.domain.ledger.daybook import Daybook
from services.metrics.domain.ledger.proofs import HeadProof, InclusionProof, SignedHead
from services.runtime.web.lists.paging import page_of

LARGEST_SIZE = 2**63 - 1


class LedgerDay(Schema):
    """A day of the ledger. `hash` is that of the entry and comes when the day is over; until then `root` is that of now."""

    day = fields.Date(required=True)
    closed = fields.Boolean(required=True)
    size = fields.Integer(required=True)
    total = fields.Integer(required=True)
    root = fields.String(required=True)
    previous = fields.String(required=True)
    hash = fields.String(required=True, allow_none=True)


LedgerDays = page_of("LedgerDays", "The days, oldest first.", LedgerDay)


class LedgerLeaf(Schema):
    """An event as the ledger counts it, one line each: `previous` is the hash of the leaf before, `body` that of the message.

    `time` is the hour in leaves of version 2, and the instant in those without a version.
    """

    body = fields.String(required=True)
    id = fields.String(required=True)
    index = fields.Integer(required=True)
    previous = fields.String(required=True)
    subject = fields.String(required=True)
    time = fields.AwareDateTime(required=True)
    type = fields.String(required=True)
    version = fields.Integer()


class LedgerProof(Schema):
    """A leaf, to the byte, and its way to the root of its day: `path` has the hashes beside it, from below."""

    number = fields.Integer(required=True)
    day = fields.Date(required=True)
    index = fields.Integer(required=True)
    size = fields.Integer(required=True)
    root = fields.String(required=True)
    leaf = fields.String(required=True)
    path = fields.List(fields.String(), required=True)


LedgerProofs = page_of("LedgerProofs", "The leaves of one subject, oldest first.", LedgerProof)


class LedgerKey(Schema):
    """A public key, 32 bytes in hex, and the name that heads call it by."""

    key = fields.String(required=True)
    algorithm = fields.String(required=True)
    public = fields.String(required=True)


LedgerKeys = page_of("LedgerKeys", "The keys, newest first.", LedgerKey)


class LedgerHead(Schema):
    """The root over the first `size` leaves of all days. Signed is `huiying-ledger-head:` and JSON of key, root, size, time."""

    number = fields.Integer(required=True)
    size = fields.Integer(required=True)
    root = fields.String(required=True)
    time = fields.AwareDateTime(required=True)
    key = fields.String(required=True)
    signature = fields.String(required=True)


class WantedEvent(Schema):
    """Which event: the id of its message."""

    event = fields.String(required=True, validate=validate.Length(1, 64))


class LedgerInclusion(Schema):
    """A leaf and its way to the root of the first signed head over it (RFC 9162, section 2.1.3); no `head`: there is none yet."""

    number = fields.Integer(required=True)
    leaf = fields.String(required=True)
    head = fields.Nested(LedgerHead, required=True, allow_none=True)
    path = fields.List(fields.String(), required=True)


LedgerHeads = page_of("LedgerHeads", "The heads, oldest first.", LedgerHead)


class TwoHeads(Schema):
    """The sizes of two heads."""

    first = fields.Integer(required=True, validate=validate.Range(1, LARGEST_SIZE))
    second = fields.Integer(required=True, validate=validate.Range(1, LARGEST_SIZE))


class Consistency(Schema):
    """A consistency proof: the path is as in RFC 9162, section 2.1.4."""

    first = fields.Integer(required=True)
    second = fields.Integer(required=True)
    path = fields.List(fields.String(), required=True)


def day_answer(day: Daybook) -> dict[str, object]:
    """A day as a `LedgerDay`."""
    return {
        "day": day.day, "closed": day.hash is not None, "size": day.size, "total": day.end, "root": day.current_root.hex(),
        "previous": day.previous.hex(), "hash": None if day.hash is None else day.hash.hex(),
    }  # fmt: skip


def proof_answer(proof: InclusionProof) -> dict[str, object]:
    """A proof as a `LedgerProof`."""
    return {
        "number": proof.number, "day": proof.day, "index": proof.index, "size": proof.size, "root": proof.root,
        "leaf": proof.leaf, "path": proof.path,
    }  # fmt: skip


def head_answer(signed: SignedHead) -> dict[str, object]:
    """A head as a `LedgerHead`."""
    head = signed.head
    return {
        "number": signed.number, "size": head.size, "root": head.root.hex(), "time": head.time, "key": head.key,
        "signature": signed.signature.hex(),
    }  # fmt: skip


def inclusion_answer(proof: HeadProof) -> dict[str, object]:
    """A proof as a `LedgerInclusion`."""
    head = head_answer(proof.head) if proof.head else None
    return {"number": proof.number, "leaf": proof.leaf, "head": head, "path": proof.path}
