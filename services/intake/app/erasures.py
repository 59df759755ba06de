"""Personal data for administrators: erase it for a case or for old cases, and seal it with a new key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from services.intake.app.context import ADMIN, Intake
from services.intake.app.limits import RECEIPTS
from services.intake.app.opinions import change_opinion
from services.intake.app.receipt.promising import known_receipt
from services.intake.app.sessions.keeping import forget_visitors, reseal_visitors
from services.intake.handlers import erasing
from services.intake.handlers.erasing import Erasure
from services.intake.schemas.commands import Retain, Rotate
from services.intake.schemas.erasures import Erased, ErasureBody, Retained, Retention, Rotated, Rotation
from services.intake.store import contacts
from services.intake.store.writing import IntakeStore
from services.runtime.store.database import Transaction
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()


@routes.post(f"{API}/opinions/<opinion_id>/erasure", access=ADMIN, body=ErasureBody, answers={200: Erased}, versioned=True)
def erase(call: Call[Intake]) -> Answer:
    """Erase the submitter and co-signers of an opinion, and with `content` its text; statistics and ledger stay."""
    erased = change_opinion(call, lambda store, opinion: erasing.erase(store, opinion, content=call.body.content))
    return _erased(call.service, erased)


@routes.post(f"{API}/receipts/<receipt>/erasure", access=ADMIN, counts=(RECEIPTS,), body=ErasureBody, answers={200: Erased})
def erase_by_receipt(call: Call[Intake]) -> Answer:
    """Erase by a receipt; a co-signer's receipt erases that co-signer only."""
    receipt, service = known_receipt(call.path["receipt"]), call.service

    def unit(work: Transaction) -> Erasure:
        return erasing.erase_by_receipt(IntakeStore(work, service.vault), receipt, content=call.body.content)

    return _erased(service, service.database.write(unit))


def _erased(service: Intake, erased: Erasure) -> Answer:
    service.database.tidy()
    return 200, {"id": erased.id, "persons": erased.persons, "content": erased.content}


@routes.post(f"{API}/retention", access=ADMIN, body=Retention, answers={200: Retained})
def retain(call: Call[Intake]) -> Answer:
    """Erase the persons of cases that ended at least `days` ago, some at a time; without `erase`, only count them.

    `next` is where to go on. At the beginning, who booked sessions that were over by then is erased too.
    """
    service = call.service
    command: Retain = call.body
    before = service.database.clock.now() - timedelta(days=command.days)
    with service.database.reading() as connection:
        ids = contacts.outlived(connection, before, command.after, command.limit)
    persons = 0
    if command.erase:
        persons = _forget(service, ids)
        if command.after is None:
            persons += forget_visitors(service, before)
        service.database.tidy()
    return 200, {"cases": len(ids), "persons": persons, "next": ids[-1] if len(ids) == command.limit else None}


def _forget(service: Intake, ids: Sequence[str]) -> int:
    with service.database.transaction() as work:
        return sum(erasing.erase(IntakeStore(work, service.vault), opinion, aged=True).persons for opinion in ids)


@routes.post(f"{API}/contacts/rotation", access=ADMIN, body=Rotation, answers={200: Rotated})
def rotate(call: Call[Intake]) -> Answer:
    """Seal the personal data of some opinions with the newest key; `next` is where to go on."""
    service = call.service
    command: Rotate = call.body
    if command.after is None:
        service.accounts.change(lambda _, people: people.renew())
        reseal_visitors(service)
    with service.database.reading() as connection:
        ids = contacts.after(connection, command.after, command.limit)
    with service.database.transaction() as work:
        done = contacts.reseal(work, service.vault, ids)
    return 200, {
        "opinions": len(ids), "renewed": done.renewed, "current": done.current, "broken": done.broken,
        "next": ids[-1] if len(ids) == command.limit else None,
    }  # fmt: skip
