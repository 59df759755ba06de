"""A lost receipt: asked for by the contact that was left. The answer is the same whether or not there is one."""

from __future__ import annotations

import flask

from services.contracts.errors import Invalid
from services.contracts.people.callers import PUBLIC
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.limits import RESENDS
from services.intake.app.receipt.receipts import resent
from services.intake.domain.people import CONTACT
from services.intake.pages.paper import TEMPLATES, private
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LOST, SENT = "/receipts/lost", "/receipts/lost/sent"
LABEL = Phrase("The phone number or e-mail address that you left")
MISTAKE = Phrase("Please enter one phone number or one e-mail address, as you left it when you submitted or booked")


@routes.get(LOST, access=PUBLIC, page=error_page)
def lost_receipt(call: Call[Intake]) -> Answer:
    """The form to have a lost receipt sent again."""
    return _form(call.service)


@routes.post(LOST, access=PUBLIC, page=KeptForm({CONTACT: LABEL}), counts=(RESENDS,))
def send_again(call: Call[Intake]) -> Answer:
    """Send the receipts that were left with a contact to it again, if there are any."""
    text = read_form((CONTACT,))[CONTACT]
    try:
        resent(call.service, text)
    except Invalid:
        return _form(call.service, text, 422)
    return see_other(SENT)


@routes.get(SENT, access=PUBLIC, page=error_page)
def sent(call: Call[Intake]) -> Answer:
    """What happens now, the same for everybody."""
    return private(html(TEMPLATES, "lost-sent.html", place=call.service.catalogue))


def _form(service: Intake, given: str = "", status: int = 200) -> flask.Response:
    mistakes = {CONTACT: MISTAKE} if status != 200 else {}
    page = html(
        TEMPLATES, "lost.html", status, place=service.catalogue, given=given, labels={CONTACT: LABEL}, mistakes=mistakes,
        refilled=None,
    )  # fmt: skip
    return private(page)
