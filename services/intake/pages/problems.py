"""The pages behind the types of problems: what each means and what to do about it, for programmers."""

from __future__ import annotations

from services.contracts.errors import NotFound
from services.contracts.people.callers import PUBLIC
from services.contracts.words.bilingual import Words
from services.contracts.words.problems import meaning_of
from services.intake.app.context import Intake
from services.intake.pages.paper import TEMPLATES
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()


@routes.get("/problems/<slug>", access=PUBLIC, page=error_page)
def read_problem(call: Call[Intake]) -> Answer:
    """What a type of problem means and what to do about it."""
    slug = call.path["slug"]
    meaning = meaning_of(slug)
    if meaning is None:
        raise NotFound("There is no such type of problem.")
    return html(
        TEMPLATES,
        "problem.html",
        slug=slug,
        title=Words(meaning.title_zh, meaning.title),
        advice=Words(meaning.advice_zh, meaning.advice),
    )
