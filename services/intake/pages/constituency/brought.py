"""The page of what came in through a station: for its people and its informants, without a word of who told it."""

from __future__ import annotations

from services.contracts.words.vocabulary import CARES, CHANNELS, HOLDERS, HOPS, STATES
from services.design.phrases import Phrase
from services.intake.app.constituency.brought import brought
from services.intake.app.constituency.entrusting import STARTING
from services.intake.app.context import Intake
from services.intake.pages.paper import TEMPLATES, private
from services.intake.pages.timeline import department_name, local, topic_name
from services.intake.store.constituency.brought import BroughtOpinion
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import cursor_of
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LIST, A_PAGE = "/station/opinions", 30
UNSEEN = Phrase("Sent by the voter, not to be seen by others")


@routes.get(LIST, access=STARTING, page=error_page)
def list_page(call: Call[Intake]) -> Answer:
    """What came through the station of the one who has signed in, the newest first."""
    cursor = call.query.get("cursor")
    found = brought(call, (call.caller.station or "",), str(cursor) if cursor else None, A_PAGE)
    rows = [(each.title or UNSEEN, STATES[each.state], _about(call, each)) for each in found[:A_PAGE]]
    following = f"{LIST}?cursor={cursor_of(found[A_PAGE - 1].opinion)}" if len(found) > A_PAGE else None
    return private(
        html(
            TEMPLATES, "constituency/brought.html", place=call.service.catalogue, role=call.caller.role, session=call.session,
            rows=rows, following=following,
        )
    )  # fmt: skip


def _about(call: Call[Intake], one: BroughtOpinion) -> list[object]:
    catalogue = call.service.catalogue
    about: list[object] = [
        local(one.submitted, catalogue), CHANNELS.get(one.channel), topic_name(one.topic, catalogue) if one.topic else None,
        department_name(one.department, catalogue) if one.department else None,
        Phrase("%(deputy)s: %(state)s").filled(deputy=one.deputy, state=CARES[one.care]) if one.care and one.deputy else None,
        Phrase("passed on to %(holder)s: %(state)s").filled(holder=HOLDERS[one.holder], state=HOPS[one.hop])
        if one.hop and one.holder else None,
    ]  # fmt: skip
    return [each for each in about if each]
