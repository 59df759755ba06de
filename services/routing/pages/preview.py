"""Where a text would go, why, until when, and what was ruled of texts like it; nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import flask

from services.contracts.basis import Rule
from services.contracts.errors import Invalid
from services.contracts.people.callers import OFFICE
from services.contracts.words.bilingual import name_of
from services.contracts.words.vocabulary import BASES, DEADLINES
from services.design.phrases import Phrase
from services.routing.app.context import Routing
from services.routing.domain.limits import deadlines
from services.routing.pages.paper import TEMPLATES, department_name, local
from services.routing.pages.parts import Ruled, ruled_like
from services.routing.schemas.bodies import Preview
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import desk_html, error_page
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
PATH: Final = "/preview"
LABELS: Final[Mapping[str, Phrase]] = {"title": Phrase("Title"), "content": Phrase("Text"), "topic": Phrase("Topic")}
WRONG: Final[Mapping[str, Phrase]] = {
    "title": Phrase("Please write a title of at most 120 characters"), "content": Phrase("Please write at most 20,000 characters"),
    "topic": Phrase("Please choose one of the topics"),
}  # fmt: skip
_BODY = Preview()


class Previewed(NamedTuple):
    """What routing would do with a text."""

    facts: list[tuple[Phrase, object]]
    doubtful: bool
    rulings: list[Ruled]


@routes.get(PATH, access=OFFICE, page=error_page)
def preview_page(call: Call[Routing]) -> Answer:
    """The form for a text."""
    return _page(call, dict.fromkeys(LABELS, ""))


@routes.post(PATH, access=OFFICE, page=KeptForm({name: LABELS[name] for name in ("title", "content")}, ("topic",)))
def preview(call: Call[Routing]) -> Answer:
    """Say where a text would go; the queue of the review asks here for its own."""
    form = read_form(LABELS)
    try:
        body = validate(_BODY, {name: text for name, text in form.items() if text})
    except Invalid as error:
        return _page(call, form, 422, {name: WRONG[name] for name in LABELS if name in error.errors} or {"title": WRONG["title"]})
    return _page(call, form, found=_previewed(call.service, body["topic"], body["title"], body["content"]))


def _previewed(service: Routing, topic: str | None, title: str, content: str) -> Previewed:
    catalogue, asked = service.catalogue, service.learning.about(title, content)
    decision = service.router.decide(topic, title, content, asked)
    rule, due = Rule.parse(decision.why.rule), deadlines(catalogue, decision.difficulty, service.database.clock.now())
    beside = [department_name(code, catalogue) for code in decision.co_handlers]
    facts: list[tuple[Phrase, object]] = [
        (Phrase("Department"), department_name(decision.department, catalogue)),
        (Phrase("Why there"), BASES[rule.basis].filled(rule.detail) if rule else None),
        (Phrase("Topic"), name_of(decision.topic) if decision.topic else None),
        *((Phrase("Beside it"), name) for name in beside),
        *((Phrase("To %(what)s by").filled(what=DEADLINES[kind]), local(at, catalogue)) for kind, at in due.instants.items()),
    ]  # fmt: skip
    return Previewed([row for row in facts if row[1] is not None], decision.doubtful, ruled_like(service, asked))


def _page(
    call: Call[Routing], form: Mapping[str, str], status: int = 200, mistakes: Mapping[str, Phrase] | None = None,
    found: Previewed | None = None,
) -> flask.Response:  # fmt: skip
    catalogue = call.service.catalogue
    return desk_html(
        TEMPLATES, "preview.html", status, place=catalogue, role=call.caller.role, session=call.session, form=form, found=found,
        mistakes=mistakes or {}, labels=LABELS,
        topics=[(None, [(each.code, name_of(each)) for each in catalogue.topics.values()])],
    )  # fmt: skip
