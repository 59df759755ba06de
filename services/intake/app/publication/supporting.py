"""附议, for programs: supporting a public opinion, what becomes of it, and what could be supported in place of a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from services.contracts.errors import NotAllowed, NotFound
from services.contracts.people.callers import PUBLIC
from services.intake.app.context import Intake
from services.intake.app.limits import RECEIPTS, SUPPORTS
from services.intake.app.receipt.promising import known_receipt
from services.intake.domain.opinion import Opinion
from services.intake.domain.receipt.receipts import show_receipt
from services.intake.handlers import supporting
from services.intake.schemas.publication.public import standing_of
from services.intake.schemas.publication.supporting import (
    ENDED,
    OpinionDraft,
    SupportableList,
    SupportBody,
    SupportEnded,
    SupportShape,
    SupportTaken,
)
from services.intake.store import reading
from services.intake.store.publication import public
from services.intake.store.publication.offering import offered
from services.intake.store.publication.public import PublicCase
from services.intake.store.publication.supporters import supported_by
from services.intake.store.writing import IntakeStore
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
#: What looking for likenesses costs of the work that an address may ask for.
OFFER_COST = 5


class SupportAnswer(TypedDict):
    """What a supporter is answered."""

    id: str
    receipt: str
    supporters: int
    links: dict[str, str]


@dataclass(frozen=True, slots=True)
class SupportView:
    """What the holder of a supporter's receipt sees; `copy` is None where the case is not public at present."""

    receipt: str
    opinion: Opinion
    copy: PublicCase | None

    @property
    def state(self) -> str:
        """Where the case stands, in the words of the public."""
        return standing_of(self.opinion.state) if self.opinion.state.is_with_routing else ENDED


@routes.post(
    f"{API}/public/opinions/<opinion_id>/support", access=PUBLIC, counts=(SUPPORTS,), body=SupportBody,
    answers={201: SupportTaken}, made="{links[receipt]}",
)  # fmt: skip
def support(call: Call[Intake]) -> Answer:
    """Support a public opinion; one that was merged stands for the case it is handled with. Staff may not support."""
    return 201, support_with(call, call.body.contact, None)


def support_with(call: Call[Intake], contact: str | None, browser: str | None) -> SupportAnswer:
    """The same; a `browser` supports a case once. Raises `NotFound`, `Conflict`, `Invalid`."""
    if call.caller.role is not None:
        raise NotAllowed("Citizens support opinions: send this without a token.")
    opinion_id = call.path["opinion_id"]

    def act(work: Transaction) -> tuple[int, SupportAnswer]:
        taken = supporting.support(IntakeStore(work, call.service.vault), opinion_id, contact, browser)
        links = {"receipt": f"{API}/receipts/{taken.receipt}/support", "page": f"/receipts/{taken.receipt}"}
        return 201, {"id": taken.id, "receipt": show_receipt(taken.receipt), "supporters": taken.supporters, "links": links}

    route = f"POST /public/opinions/{opinion_id}/support"
    return once(call.service.database, call.idempotency_key, route, {"contact": contact}, act)[1]


@routes.get(f"{API}/receipts/<receipt>/support", access=PUBLIC, counts=(RECEIPTS,), answers={200: SupportShape})
def read_support(call: Call[Intake]) -> Answer:
    """What became of the case that the holder of a receipt supports."""
    view = support_view(call.service, call.path["receipt"])
    return 200, {
        "id": view.opinion.id, "receipt": show_receipt(view.receipt), "title": view.copy.copy.title if view.copy else None,
        "state": view.state, "supporters": view.opinion.supporters, "public": view.copy is not None,
    }  # fmt: skip


def support_view(service: Intake, text: str) -> SupportView:
    """What the holder of a supporter's receipt sees; raises `NotFound`."""
    receipt = known_receipt(text)
    with service.database.reading() as connection:
        case_id = supported_by(connection, receipt)
        opinion = reading.find(connection, case_id) if case_id else None
        if opinion is None:
            raise NotFound("Nobody supports an opinion with this receipt.")
        return SupportView(receipt, opinion, public.find(connection, opinion.id))


@routes.post(
    f"{API}/receipts/<receipt>/support/withdrawal", access=PUBLIC, counts=(RECEIPTS,), answers={200: SupportEnded}
)  # fmt: skip
def withdraw_support(call: Call[Intake]) -> Answer:
    """No longer support a case; the receipt is void from then on."""
    receipt = known_receipt(call.path["receipt"])

    def unit(work: Transaction) -> dict[str, object]:
        ended = supporting.withdraw_support(IntakeStore(work, call.service.vault), receipt)
        return {"id": ended.id, "supporters": ended.supporters}

    return 200, call.service.database.write(unit)


@routes.post(
    f"{API}/public/similar", access=PUBLIC, body=OpinionDraft, answers={200: SupportableList}, cost=OFFER_COST
)  # fmt: skip
def list_supportable(call: Call[Intake]) -> Answer:
    """Public opinions that say much the same as a text that is being typed and can be supported in its place, three at most."""
    with call.service.database.reading() as connection:
        found = offered(connection, call.body["title"], call.body["content"])
    return 200, {
        "items": [
            {
                "id": each.id, "title": each.copy.title, "state": standing_of(each.state), "supporters": each.supporters,
                "page": f"/public/opinions/{each.id}",
            }
            for each in found
        ]
    }  # fmt: skip
