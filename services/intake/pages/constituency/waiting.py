"""What is entrusted to somebody and waits for them, on the page where those who have signed in begin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.contracts.fragments import MOST_COUNTED, fragment
from services.design.phrases import Phrase
from services.intake.app.constituency.entrusting import party_of
from services.intake.app.context import Intake
from services.intake.pages.constituency.entrusted import LIST, desks_of
from services.intake.pages.paper import TEMPLATES
from services.intake.store.constituency.desk import count_on_desk
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()
PART: Final = fragment("office", "intake", "entrusted")
#: The desks where something is to be done, in words that follow a number.
WAITING: Final[Mapping[str, Phrase]] = {
    "take": Phrase("to take up"), "feedback": Phrase("to tell the voter about"), "relay": Phrase("to confirm"),
    "pass": Phrase("to pass on"),
}  # fmt: skip
LATE: Final = Phrase("of which late")


@routes.get(PART.path, access=PART.roles, page=error_page)
def entrusted_part(call: Call[Intake]) -> Answer:
    """How many opinions wait for the one to whom they are entrusted, by what is to be done, and how many of them are late."""
    party, now = party_of(call.caller), call.service.database.clock.now()
    waiting = [duty for duty in desks_of(call.caller.role) if duty in WAITING]
    with call.service.database.reading() as connection:
        rows = [(count_on_desk(connection, party, duty, MOST_COUNTED), WAITING[duty], f"{LIST}?duty={duty}") for duty in waiting]
        # What may be passed on has no day by which.
        late = sum(count_on_desk(connection, party, duty, MOST_COUNTED, now) for duty in waiting if duty != "pass")
    rows.append((late, LATE, LIST))
    return html(TEMPLATES, "office-part.html", part=PART, rows=rows, most=MOST_COUNTED)
