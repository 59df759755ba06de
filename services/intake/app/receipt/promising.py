"""Promises that what was accepted will be counted in the public ledger, and the messages that a receipt opens."""

from __future__ import annotations

from hashlib import sha256

from services.contracts.envelope import EncodedEvent
from services.contracts.errors import NotFound
from services.contracts.ledger import MERGE_DELAY, InclusionPromise, subject_of
from services.contracts.people.callers import PUBLIC
from services.intake.app.context import Intake
from services.intake.app.limits import RECEIPTS
from services.intake.domain.receipt import receipts
from services.intake.domain.receipt.messages import ReadableMessage
from services.intake.schemas.promising import PromiseKeys, ReceiptMessages
from services.intake.store import reading
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import LARGEST_LIMIT, Page, page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()


def known_receipt(text: str) -> str:
    """A receipt as it is stored; raises `NotFound` for one with a typing error, without asking the store."""
    receipt = receipts.read_receipt(text)
    if receipt is None:
        raise NotFound("This is not a receipt: check it for a typing error.")
    return receipt


def promise_of(intake: Intake, sent: EncodedEvent) -> dict[str, object] | None:
    """The signed promise that a message will be counted; None where there is no key to sign with."""
    signer, event = intake.signer, sent.event
    if signer is None:
        return None
    by = (event.time + MERGE_DELAY).replace(microsecond=0)
    promise = InclusionPromise(event.id, subject_of(event.subject), sha256(sent.body).digest(), by, signer.name)
    return {
        "id": promise.id, "subject": promise.subject, "body": promise.body.hex(), "by": by, "key": promise.key,
        "signature": signer.sign(promise.text).hex(),
    }  # fmt: skip


@routes.get(f"{API}/keys", access=PUBLIC, cost=1, query=Page, answers={200: PromiseKeys})
def promise_keys(call: Call[Intake]) -> Answer:
    """The public keys that promises of inclusion are signed with, the newest first."""
    return 200, page(call.service.signer.listed if call.service.signer else [], LARGEST_LIMIT, "key")


@routes.get(f"{API}/receipts/<receipt>/messages", access=PUBLIC, counts=(RECEIPTS,), query=Page, answers={200: ReceiptMessages})
def read_messages(call: Call[Intake]) -> Answer:
    """The messages of one's own case as they were sent, oldest first, as far as they say nothing but what the receipt shows."""
    receipt, limit, after = known_receipt(call.path["receipt"]), call.query["limit"], read_cursor(call.query["cursor"]) or ""
    with call.service.database.reading() as connection:
        found = reading.find_by_receipt(connection, receipt)
        if found is None:
            raise NotFound("There is no opinion with this receipt.")
        own, first = found
        readable = [each for each in reading.messages_of(connection, own.id) if each.is_for(receipt, first=first)]
        if own.merged_into:
            # Of the case that answers this one: what is no word of another submitter's.
            theirs = reading.messages_of(connection, own.merged_into)
            readable += [each for each in theirs if each.is_told_to_followers(receipt)]
    listed = sorted((each for each in readable if each.sent.event.id > after), key=lambda each: each.sent.event.id)
    return 200, page([_shown(call.service, each) for each in listed[: limit + 1]], limit)


def _shown(intake: Intake, message: ReadableMessage) -> dict[str, object]:
    event, body = message.sent.event, message.sent.body
    return {
        "id": event.id, "type": event.type, "time": event.time, "subject": subject_of(event.subject), "body": body.decode(),
        "hash": sha256(body).hexdigest(), "promise": promise_of(intake, message.sent),
    }  # fmt: skip
