"""The pictures of public pages, for where their addresses are shared: nothing on them but what these pages tell everybody."""

from __future__ import annotations

import flask

from services.contracts.catalogue import stored
from services.contracts.errors import NotFound
from services.contracts.people.callers import PUBLIC
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.vocabulary import PUBLIC_OPINIONS, PUBLIC_STANDINGS, SITE
from services.intake.app.context import Intake
from services.intake.domain.constituency.station import UNKNOWN_STATION
from services.intake.domain.publication.publishing import NOT_PUBLIC
from services.intake.gateway.cards import ShareCard, picture
from services.intake.pages.publication.caching import shared
from services.intake.schemas.publication.public import standing_of
from services.intake.store.publication import public
from services.runtime.web.calls import Call
from services.runtime.web.guard import RequestGuard
from services.runtime.web.pages.html import error_page, origin
from services.runtime.web.pages.readers import said, this_reader
from services.runtime.web.routes import Answer, Routes

routes = Routes()
PNG = "image/png"
#: As much work as a megapixel of a photo is.
CARD_COST = 5
FILE = "card.png"


def card_address(guard: RequestGuard | None, page: str) -> str:
    """Where the picture of a page is, in the language of its reader: whole, as those who show it ask for it."""
    return f"{origin(guard)}{page}/{FILE}?lang={this_reader().lang}"


@routes.get(f"/public/opinions/<opinion_id>/{FILE}", access=PUBLIC, cost=CARD_COST, page=error_page, gives=(PNG,))
def opinion_card(call: Call[Intake]) -> Answer:
    """The picture of a public opinion: its masked title, where it stands, who handles it."""
    catalogue = call.service.catalogue
    with call.service.database.reading() as connection:
        case = public.find(connection, call.path["opinion_id"])
    if case is None:
        raise NotFound(NOT_PUBLIC)
    about = [PUBLIC_STANDINGS[standing_of(case.state)]]
    about += [name_of(stored.department(catalogue, case.department))] if case.department else []
    return _drawn(call, case.copy.title, about)


@routes.get(f"/public/departments/<department>/{FILE}", access=PUBLIC, cost=CARD_COST, page=error_page, gives=(PNG,))
def department_card(call: Call[Intake]) -> Answer:
    """The picture of a department."""
    code, catalogue = call.path["department"], call.service.catalogue
    if code not in catalogue.departments:
        raise NotFound("There is no such department.")
    return _drawn(call, said(name_of(stored.department(catalogue, code))), [PUBLIC_OPINIONS])


@routes.get(f"/public/stations/<station>/{FILE}", access=PUBLIC, cost=CARD_COST, page=error_page, gives=(PNG,))
def station_card(call: Call[Intake]) -> Answer:
    """The picture of a station."""
    station = stored.found(call.service.catalogue.stations, call.path["station"])
    if station is None:
        raise NotFound(UNKNOWN_STATION)
    return _drawn(call, station.name, [PUBLIC_OPINIONS])


def _drawn(call: Call[Intake], title: str, about: list[Words]) -> flask.Response:
    card = ShareCard(title, " · ".join(map(said, about)), f"{said(name_of(call.service.catalogue))} · {said(SITE)}")
    response = flask.Response(picture(card, call.service.share_font), content_type=PNG)
    response.vary.update(("Accept-Language", "Cookie"))
    return shared(response)
