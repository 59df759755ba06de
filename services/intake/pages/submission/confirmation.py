"""The confirmation of a submission: a page of its own, the same however often it is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import urlencode

from services.contracts.people.callers import PUBLIC
from services.intake.app.context import Intake
from services.intake.app.limits import RECEIPTS
from services.intake.app.opinions import ROUTE, SubmittedAnswer
from services.intake.app.receipt.promising import known_receipt
from services.intake.app.receipt.receipts import receipt_data
from services.intake.app.views import ReceiptView
from services.intake.domain.receipt.receipts import read_receipt
from services.intake.pages.paper import TEMPLATES, private
from services.intake.pages.receipt.codes import PaperAddress, paper_address
from services.intake.pages.receipt.promised import steps_ahead
from services.intake.pages.submission.fields import KEY, usable_key
from services.intake.store.publication.offering import offered
from services.intake.store.publication.public import PublicCase
from services.runtime.input.queries import texts
from services.runtime.store.idempotency import Key, recalled
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()


def confirmation_of(page: str, key: str | None) -> str:
    """The address of the confirmation for the receipt's `page`; with the form's `key` it shows the co-signers' receipts too."""
    return f"{page}/submitted" + (f"?{urlencode({KEY: key})}" if key else "")


@routes.get("/receipts/<receipt>/submitted", access=PUBLIC, query=texts(KEY), page=error_page, counts=(RECEIPTS,))
def confirmation(call: Call[Intake]) -> Answer:
    """The receipt, and what happens next and by when; with the form's key also the co-signers' receipts, for a day."""
    receipt, service = known_receipt(call.path["receipt"]), call.service
    known = receipt_data(service, receipt)
    page = html(
        TEMPLATES, "submitted.html", place=service.catalogue, known=known, address=f"/receipts/{receipt}",
        on_paper=paper_address(call, f"/receipts/{receipt}"), ahead=steps_ahead(known, service.catalogue),
        cosigners=_cosigners(call, receipt), alike=_alike(service, known),
    )  # fmt: skip
    return private(page)


def _alike(service: Intake, known: ReceiptView) -> Sequence[PublicCase]:
    """What is public and much the same, for those who came without the script that offers it before."""
    with service.database.reading() as connection:
        return offered(connection, known.title, known.content)


def _cosigners(call: Call[Intake], receipt: str) -> Sequence[tuple[str, PaperAddress]]:
    """The co-signers' receipts, for the holder of the key of the form that this receipt was made for."""
    given = call.query[KEY]
    if given != usable_key(given):
        return []
    answer = recalled(call.service.database, Key(given, call.caller.principal), ROUTE)
    taken = cast("SubmittedAnswer", answer) if isinstance(answer, Mapping) else None
    if taken is None or read_receipt(taken["receipt"]) != receipt:
        return []
    return [(each, paper_address(call, f"/receipts/{read_receipt(each)}")) for each in taken.get("cosigners", [])]
