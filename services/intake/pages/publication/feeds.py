"""The feed of public opinions (Atom, RFC 4287), narrowed as the list is; what was taken back is in it no more."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring  # nosec B405

import flask

from services.contracts.catalogue import stored
from services.contracts.people.callers import PUBLIC
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.text import many_lines
from services.contracts.words.vocabulary import PUBLIC_OPINIONS, PUBLIC_STANDINGS
from services.intake.app.context import Intake
from services.intake.app.publication.public import LIST_COST, listed
from services.intake.pages.publication import narrowing
from services.intake.pages.publication.caching import shared
from services.intake.pages.publication.public import area_name, page_of
from services.intake.pages.timeline import topic_name
from services.intake.schemas.publication.public import PublicPageQuery, standing_of
from services.intake.store.publication.public import PublicCase
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, origin
from services.runtime.web.pages.readers import said, this_reader
from services.runtime.web.routes import Answer, Routes

routes = Routes()
ATOM = "http://www.w3.org/2005/Atom"
TYPE = "application/atom+xml"
ENTRIES = 30


@routes.get("/public/feed.atom", access=PUBLIC, cost=LIST_COST, query=PublicPageQuery, page=error_page, gives=(TYPE,))
def feed(call: Call[Intake]) -> Answer:
    """The opinions that were made public last, as a feed."""
    service, query = call.service, call.query
    cases, site = listed(service, query, None, None, ENTRIES).cases, origin(call.guard)
    root = Element("feed", {"xmlns": ATOM, "xml:lang": this_reader().tag})
    chosen = narrowing.chosen(query, service.catalogue)
    name = " · ".join([said(PUBLIC_OPINIONS), *(said(each.value) for each in chosen)])
    self_address = site + narrowing.address(query, narrowing.FEED)
    _text(root, "id", self_address)
    _text(root, "title", f"{name} · {said(name_of(service.catalogue))}")
    _text(root, "updated", (cases[0].copy.released if cases else service.database.clock.now()).isoformat())
    SubElement(root, "link", {"rel": "self", "type": TYPE, "href": self_address})
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": site + narrowing.address(query)})
    _text(SubElement(root, "author"), "name", said(name_of(service.catalogue)))
    for case in cases:
        _entry(root, service, case, site)
    body = tostring(root, encoding="utf-8", xml_declaration=True)
    response = flask.Response(body, content_type=f"{TYPE}; charset=utf-8")
    response.vary.update(("Accept-Language", "Cookie"))
    return shared(response)


def _entry(root: Element, service: Intake, case: PublicCase, site: str) -> None:
    entry, copy, catalogue = SubElement(root, "entry"), case.copy, service.catalogue
    _text(entry, "id", f"urn:uuid:{case.id}")
    _text(entry, "title", copy.title)
    _text(entry, "updated", copy.released.isoformat())
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": site + page_of(case.id)})
    named: list[Words | None] = [
        topic_name(case.topic, catalogue) if case.topic else None, area_name(case.area, catalogue),
        name_of(stored.department(catalogue, case.department)) if case.department else None,
        PUBLIC_STANDINGS[standing_of(case.state)],
    ]  # fmt: skip
    for words in named:
        if words is not None:
            SubElement(entry, "category", {"term": _plain(said(words))})
    parts = [f"【{said(name_of(stored.department(catalogue, part.department)))}】{part.content}" for part in copy.parts]
    _text(entry, "content", "\n\n".join((copy.content, *parts)))


def _text(above: Element, name: str, text: str) -> None:
    SubElement(above, name).text = _plain(text)


def _plain(text: str) -> str:
    """A text without the characters that XML cannot hold."""
    return "".join(letter for letter in many_lines(text) if letter not in "\ufffe\uffff")
