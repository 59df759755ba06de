"""Where a mobile station stands: said at its own desk, typed or by the phone itself."""

from __future__ import annotations

from collections.abc import Mapping

import flask

from services.contracts.errors import Conflict, Invalid
from services.design.phrases import Phrase
from services.intake.app.constituency.stations import one_view, put_down
from services.intake.app.context import Intake
from services.intake.domain.location import Location
from services.intake.pages.constituency.station_desk import AT_THE_STATION
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.submission.fields import ADDRESS, MISTAKES, POSITION, WHERE, location_of
from services.intake.pages.timeline import local
from services.intake.schemas.bodies import LocationSchema
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
PAGE = "/station/position"
LABELS: Mapping[str, Phrase] = {ADDRESS: Phrase("Where the station stands"), POSITION: Phrase("Position")}
NOT_MOBILE = Phrase("Only a mobile station has a position of its own; an administrator can make it one.")
_LOCATION = LocationSchema()


@routes.get(PAGE, access=AT_THE_STATION, page=error_page)
def position_page(call: Call[Intake]) -> Answer:
    """Where this mobile station stands, and the form to change it."""
    return _page(call)


@routes.post(PAGE, access=AT_THE_STATION, page=error_page)
def put(call: Call[Intake]) -> Answer:
    """Let it stand there from now on; nowhere where nothing is filled in."""
    form = read_form(WHERE)
    try:
        put_down(call, call.caller.station or "", validate(_LOCATION, location_of(form)))
        return see_other(PAGE)
    except Invalid as error:
        wrong = {ADDRESS if name == ADDRESS else POSITION for name in error.errors}
        return _page(call, form, 422, {name: MISTAKES[name] for name in WHERE if name in wrong})
    except Conflict:
        return _page(call, form, 409)


def _page(
    call: Call[Intake], form: Mapping[str, str] | None = None, status: int = 200, mistakes: Mapping[str, Phrase] | None = None
) -> flask.Response:
    view = one_view(call.service, call.caller.station or "")
    profile = view.profile
    return html(
        TEMPLATES, "constituency/position.html", status, place=call.service.catalogue, role=call.caller.role,
        form=_given(profile.stands_at) if form is None else form,
        labels=LABELS, mistakes=mistakes or {}, station=view.station, session=call.session,
        scripts=("position.js",), map_source=call.service.map_source,
        notice=None if profile.mobile else NOT_MOBILE, stands=profile.stands_at,
        since=local(profile.moved, call.service.catalogue) if profile.moved else None,
    )  # fmt: skip


def _given(stands: Location | None) -> dict[str, str]:
    spot = stands.exact if stands else None
    return {ADDRESS: (stands and stands.address) or "", POSITION: f"{spot.latitude},{spot.longitude}" if spot else ""}
