"""The public list of opinions, and the pages of departments and stations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import flask

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import NotFound
from services.contracts.people.callers import PUBLIC
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.vocabulary import PUBLIC_STANDINGS
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.publication.public import LIST_COST, listed
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.publication import narrowing
from services.intake.pages.publication.caching import shared
from services.intake.pages.publication.public_promises import PromiseShown, promises_shown
from services.intake.pages.publication.sharing import card_address
from services.intake.pages.timeline import department_name, local, topic_name
from services.intake.schemas.publication.public import PublicPageQuery, standing_of
from services.intake.store.publication import public
from services.intake.store.publication.public import PublicCase, PublicPage
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html, origin
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
A_PAGE, LATEST = 20, 8
#: How much of a text a list shows.
EXCERPT = 140
TONES: Mapping[str, str] = {"handling": "info", "replied": "good", "concluded": "good"}
#: Where the map of the list gets its places.
MAP = f"{API}/public/map"
NOTHING: Mapping[str, Any] = dict.fromkeys((*narrowing.LABELS, "before", "after")) | {"q": ""}
SUPPORTERS = Phrase("Supporters: %(number)s")


class ListedCase(NamedTuple):
    """A case as a list shows it: `about` are topic, area, department and the day it was made public."""

    address: str
    title: str
    excerpt: str
    standing: Words
    tone: str
    about: list[object]


def page_of(opinion: str) -> str:
    """The address of the page of a public opinion."""
    return f"/public/opinions/{opinion}"


def listed_case(case: PublicCase, catalogue: Catalogue) -> ListedCase:
    """A case as a list shows it."""
    copy, standing = case.copy, standing_of(case.state)
    text = " ".join(copy.content.split())
    about: list[object] = [
        topic_name(case.topic, catalogue) if case.topic else None, area_name(case.area, catalogue),
        department_name(case.department, catalogue) if case.department else None, local(copy.released, catalogue).date(),
        SUPPORTERS.filled(number=case.supporters) if case.supporters else None,
    ]  # fmt: skip
    return ListedCase(
        page_of(case.id), copy.title, text[:EXCERPT] + ("…" if len(text) > EXCERPT else ""),
        PUBLIC_STANDINGS[standing], TONES[standing],
        [each for each in about if each],
    )  # fmt: skip


def area_name(code: str | None, catalogue: Catalogue) -> Words | None:
    """An area by its names; by its code when the catalogue no longer has it."""
    area = stored.found(catalogue.areas, code)
    return name_of(area) if area else Words(code, code) if code else None


@routes.get("/public", access=PUBLIC, cost=LIST_COST, query=PublicPageQuery, page=error_page)
def list_page(call: Call[Intake]) -> Answer:
    """Search and read the opinions that are public."""
    service, query = call.service, call.query
    before, after = query["before"], query["after"]
    page = listed(service, query, before, after, A_PAGE)
    newer, older = _around(page, before, after)
    now = service.database.clock.now()
    with service.database.reading() as connection:
        counts = public.counts(connection)
    return shared(
        html(
            TEMPLATES, "public.html", place=service.catalogue, cases=[listed_case(each, service.catalogue) for each in page.cases],
            query=query, selects=narrowing.choices(query, service.catalogue, local(now, service.catalogue).date()),
            chosen=narrowing.chosen(query, service.catalogue), any=narrowing.ANY, counts=counts,
            counted=local(counts.at, service.catalogue) if counts else None, feed=narrowing.address(query, narrowing.FEED),
            newer=narrowing.address(query, after=newer) if newer is not None else None,
            older=narrowing.address(query, before=older) if older is not None else None,
            everything=narrowing.LIST, goes_on=page.beyond is not None, site=origin(call.guard),
            map_source=service.map_source, places=narrowing.address(query, MAP), tones=TONES, standings=PUBLIC_STANDINGS,
        )
    )  # fmt: skip


def _around(page: PublicPage, before: int | None, after: int | None) -> tuple[int | None, int | None]:
    """The numbers after which the newer page begins and before which the older one does, None where there is none."""
    numbers = [each.number for each in page.cases]
    if after is not None:
        return page.beyond, numbers[-1] if numbers else after + 1
    return (None if before is None else numbers[0] if numbers else before - 1), page.beyond


@routes.get("/public/departments", access=PUBLIC, cost=1, page=error_page)
def departments_page(call: Call[Intake]) -> Answer:
    """All departments, and the stations where there are any."""
    catalogue = call.service.catalogue
    departments = [(f"/public/departments/{each.code}", name_of(each)) for each in catalogue.departments.values()]
    stations = [(f"/public/stations/{each.code}", name_of(each)) for each in catalogue.stations.values()]
    return shared(html(TEMPLATES, "public-places.html", place=catalogue, departments=departments, stations=stations))


@routes.get("/public/departments/<department>", access=PUBLIC, cost=LIST_COST, page=error_page)
def department_page(call: Call[Intake]) -> Answer:
    """What is public of a department: its figures, what it answered last, what it promised."""
    code, catalogue = call.path["department"], call.service.catalogue
    if code not in catalogue.departments:
        raise NotFound("There is no such department.")
    promises = promises_shown(call.service, code, None, LATEST)[:LATEST]
    return place_page(call, "department", code, name_of(stored.department(catalogue, code)), promises)


def place_page(
    call: Call[Intake], dimension: str, code: str, name: Words, promises: list[PromiseShown], area: Words | None = None,
    about: Mapping[str, object] | None = None,
) -> flask.Response:  # fmt: skip
    """What is public of a department or a station; `about` is what else is told of a station."""
    query, page = {**NOTHING, dimension: (code,)}, f"/public/{dimension}s/{code}"
    cases = listed(call.service, query, None, None, LATEST).cases
    return shared(
        html(
            TEMPLATES, "public-place.html", place=call.service.catalogue, named=name, area=area,
            cases=[listed_case(each, call.service.catalogue) for each in cases], promises=promises,
            all=narrowing.address(query), feed=narrowing.address(query, narrowing.FEED),
            figures=f"/statistics?by={dimension}", kind=KINDS[dimension], about=about,
            address=origin(call.guard) + page, image=card_address(call.guard, page),
            map_source=call.service.map_source if about and about["spot"] else None,
        )
    )  # fmt: skip


KINDS: Mapping[str, Phrase] = {"department": Phrase("Department"), "station": Phrase("Liaison station")}
