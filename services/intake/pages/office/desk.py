"""What waits for the office in intake, on the page where somebody who has signed in begins."""

from __future__ import annotations

from services.contracts.fragments import MOST_COUNTED, fragment
from services.contracts.lifecycle import State
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.pages.paper import TEMPLATES
from services.intake.store.publication.publications import count_undecided
from services.intake.store.reading import count_in_state
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()
OFFICE = fragment("office", "intake")
COUNTED = ((State.SUBMITTED, Phrase("to be reviewed")), (State.RETURNED, Phrase("that wait for their submitter")))


@routes.get(OFFICE.path, access=OFFICE.roles, page=error_page)
def office_part(call: Call[Intake]) -> Answer:
    """How many opinions wait for a reviewer."""
    with call.service.database.reading() as connection:
        rows: list[tuple[int, Phrase, str | None]] = [
            (
                count_in_state(connection, state, MOST_COUNTED),
                name,
                "/reviews" if state is State.SUBMITTED else f"/cases?state={state}",
            )
            for state, name in COUNTED
        ]
        undecided = count_undecided(connection, MOST_COUNTED)
    rows.append((undecided, Phrase("to be decided on for the public"), "/publications"))
    return html(TEMPLATES, "office-part.html", part=OFFICE, rows=rows, most=MOST_COUNTED)
