"""Taking back, with a receipt, that an opinion becomes public."""

from __future__ import annotations

from services.contracts.errors import Conflict
from services.contracts.people.callers import PUBLIC
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.limits import RECEIPTS
from services.intake.app.receipt import receipts
from services.intake.app.receipt.promising import known_receipt
from services.intake.pages.receipt.receipt import show
from services.intake.pages.submission.fields import KEY, new_key
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, see_other
from services.runtime.web.routes import Answer, Routes

routes = Routes()
NOT_PUBLIC_ANYWAY = Phrase("It is not to become public anyway. This is the latest state.")


# The receipt is the authorization, as with the other forms of its page.
@routes.post(
    "/receipts/<receipt>/consent/withdrawal", stands_on="/receipts/<receipt>", access=PUBLIC, page=error_page, counts=(RECEIPTS,)
)
def withdraw_consent(call: Call[Intake]) -> Answer:
    """Take the consent back; back to the receipt's page."""
    try:
        receipts.withdraw_consent(call)
    except Conflict:
        return show(call, call.path["receipt"], {KEY: new_key()}, 409, notice=NOT_PUBLIC_ANYWAY)
    return see_other(f"/receipts/{known_receipt(call.path['receipt'])}#happened")
