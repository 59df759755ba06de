"""What search engines ask for: which pages they may read, and the addresses of all public opinions."""

from __future__ import annotations

from datetime import date
from xml.etree.ElementTree import Element, SubElement, tostring  # nosec B405

import flask

from services.contracts.errors import NotFound
from services.contracts.people.callers import PUBLIC
from services.intake.app.context import Intake
from services.intake.app.publication.public import LIST_COST
from services.intake.pages.publication.caching import shared
from services.intake.pages.publication.public import page_of
from services.intake.pages.timeline import local
from services.intake.store.publication import public
from services.runtime.input.numbers import whole_number
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, origin
from services.runtime.web.routes import Answer, Routes

routes = Routes()
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
XML, TEXT = "application/xml", "text/plain"
#: How many numbers of public copies one sitemap covers.
BLOCK = 5_000
#: What belongs to one person, to staff or to programs.
CLOSED = ("/receipts", "/office", "/login", "/agenda", "/publications", "/api/")
ALWAYS = (
    "/", "/public", "/public/departments", "/public/deputies", "/public/stations", "/public/promises", "/statistics", "/help",
    "/privacy", "/accessibility",
)  # fmt: skip


@routes.get("/robots.txt", access=PUBLIC, page=error_page, gives=(TEXT,))
def robots(call: Call[Intake]) -> Answer:
    """Which pages search engines may read."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), f"Sitemap: {origin(call.guard)}/sitemap.xml"]
    return shared(flask.Response("\n".join(lines) + "\n", content_type=f"{TEXT}; charset=utf-8"))


@routes.get("/sitemap.xml", access=PUBLIC, cost=1, page=error_page, gives=(XML,))
def sitemaps(call: Call[Intake]) -> Answer:
    """The addresses of the sitemaps: one of the pages that are always there, and as many as the public opinions need."""
    with call.service.database.reading() as connection:
        newest = public.newest(connection)
    root, site = Element("sitemapindex", {"xmlns": SITEMAPS}), origin(call.guard)
    for name in ("pages", *(range(newest // BLOCK + 1) if newest else ())):
        SubElement(SubElement(root, "sitemap"), "loc").text = f"{site}/sitemaps/{name}.xml"
    return _xml(root)


@routes.get("/sitemaps/pages.xml", access=PUBLIC, cost=1, page=error_page, gives=(XML,))
def pages(call: Call[Intake]) -> Answer:
    """The addresses of the pages that are always there."""
    catalogue = call.service.catalogue
    places = (
        *(f"/public/departments/{code}" for code in catalogue.departments),
        *(f"/public/stations/{code}" for code in catalogue.stations),
    )
    return _addresses([(path, None) for path in (*ALWAYS, *places)], origin(call.guard))


@routes.get("/sitemaps/<block>.xml", access=PUBLIC, cost=LIST_COST, page=error_page, gives=(XML,))
def sitemap(call: Call[Intake]) -> Answer:
    """The addresses of some of the public opinions."""
    block = whole_number(call.path["block"], 9)
    if block is None:
        raise NotFound("There is no such sitemap.")
    with call.service.database.reading() as connection:
        found = public.addresses(connection, block, BLOCK)
    days = [(page_of(opinion), local(released, call.service.catalogue).date()) for opinion, released in found]
    return _addresses(days, origin(call.guard))


def _addresses(pages: list[tuple[str, date]] | list[tuple[str, None]], site: str) -> flask.Response:
    root = Element("urlset", {"xmlns": SITEMAPS})
    for path, changed in pages:
        url = SubElement(root, "url")
        SubElement(url, "loc").text = site + path
        if changed is not None:
            SubElement(url, "lastmod").text = changed.isoformat()
    return _xml(root)


def _xml(root: Element) -> flask.Response:
    return shared(flask.Response(tostring(root, encoding="utf-8", xml_declaration=True), content_type=f"{XML}; charset=utf-8"))
