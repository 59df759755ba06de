"""The page of themes: everybody sees what there is to choose from and what was chosen, the office decides with forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, Final, NamedTuple

import flask

from services.contracts.catalogue import stored
from services.contracts.errors import Conflict, Invalid
from services.contracts.people.callers import OFFICE, PUBLIC
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.of_sessions import THEME_SOURCES, THEME_STATES
from services.design.phrases import Phrase
from services.notify.app.context import Notify
from services.notify.app.sessions import themes as app
from services.notify.app.sessions.sessions import LIST_COST
from services.notify.domain.sessions.theme import Theme, ThemeState
from services.notify.pages.paper import TEMPLATES
from services.notify.pages.sessions.fields import mistakes_of, number, plain
from services.notify.pages.sessions.showing import kinds_of
from services.notify.schemas.sessions.themes import ThemeBody
from services.runtime.input.queries import texts
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import cursor_of, read_cursor
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LIST, A_PAGE = "/themes", 60
_BODY: Final = ThemeBody()
NAMES: Final = ("title", "source", "kind", "support")
TONES: Final[Mapping[ThemeState, str]] = {
    ThemeState.SHORTLISTED: "info", ThemeState.CHOSEN: "good", ThemeState.HELD: "good",
}  # fmt: skip
LABELS: Final[Mapping[str, Phrase]] = {
    "title": Phrase("Theme"), "source": Phrase("Where it comes from"), "kind": Phrase("Kind"),
    "support": Phrase("How many spoke for it"),
}  # fmt: skip
MISTAKES: Final[Mapping[str, Phrase]] = {
    "title": Phrase("Please enter a theme of at most 120 characters"), "source": Phrase("Please choose one of these"),
    "kind": Phrase("Please choose a kind"), "support": Phrase("Please enter a number"),
}  # fmt: skip
NOT_NOW: Final = Phrase("This is not possible as it stands now. Nothing was changed.")
ENOUGH: Final = Phrase("Please choose a kind; there are at most four to choose from for a kind and a month.")


class ShownTheme(NamedTuple):
    """A theme as the page shows it."""

    theme: Theme
    kind: Words | None
    standing: Words
    tone: str
    source: Words
    month: date | None


@routes.get(LIST, access=PUBLIC, cost=LIST_COST, query=texts("cursor", *NAMES), page=error_page)
def list_page(call: Call[Notify]) -> Answer:
    """The themes by where they stand; the form of a new one has what the address says."""
    given = {name: str(call.query[name]) for name in NAMES}
    return _page(call, given | {"source": given["source"] or ("words" if given["title"] else "person")})


@routes.post(LIST, access=OFFICE, page=KeptForm({"title": LABELS["title"]}, ("source", "kind", "support")))
def suggest(call: Call[Notify]) -> Answer:
    """Suggest a theme; back to the list."""
    form = read_form(NAMES)
    try:
        body = validate(_BODY, plain(dict(form) | {"support": number(form["support"])}))
        call.service.database.write(partial(app.suggested, replace(call, body=body)))
    except Invalid as error:
        return _page(call, form, 422, mistakes_of(error, MISTAKES))
    return see_other(LIST)


@routes.post(f"{LIST}/<theme>/<move>", stands_on=LIST, access=OFFICE, page=error_page)
def decide(call: Call[Notify]) -> Answer:
    """Shortlist, choose or drop a theme; back to the list."""
    form, theme, move = read_form(("kind",)), call.path["theme"], call.path["move"]
    empty: dict[str, Any] = dict.fromkeys(NAMES, "") | {"source": "person"}
    try:
        if move == "shortlist":
            app.shortlisted(call, theme, form["kind"] or None, None)
        elif move == "choose":
            app.chosen(call, theme, None)
        elif move == "drop":
            app.dropped(call, theme)
    except Invalid:
        return _page(call, empty, 422, notice=ENOUGH)
    except Conflict:
        return _page(call, empty, 409, notice=ENOUGH if move == "shortlist" else NOT_NOW)
    return see_other(LIST)


def _page(
    call: Call[Notify],
    form: Mapping[str, str],
    status: int = 200,
    mistakes: Mapping[str, Phrase] | None = None,
    notice: Phrase | None = None,
) -> flask.Response:
    catalogue, cursor = call.service.catalogue, call.query.get("cursor")
    found = app.listed(call, None, None, read_cursor(str(cursor)) if cursor else None, A_PAGE)
    shown = [
        ShownTheme(
            each, name_of(stored.session_kind(catalogue, each.kind)) if each.kind else None, THEME_STATES[each.state],
            TONES.get(each.state, ""), THEME_SOURCES[each.source], each.month,
        )
        for each in found[:A_PAGE]
    ]  # fmt: skip
    return html(
        TEMPLATES, "sessions/themes.html", status, place=catalogue, role=call.caller.role, themes=shown, form=form,
        mistakes=mistakes or {}, notice=notice, labels=LABELS, form_session=call.session,
        is_office=call.caller.role in OFFICE, kinds=kinds_of(catalogue), sources=[(None, list(THEME_SOURCES.items()))],
        following=f"{LIST}?cursor={cursor_of(found[A_PAGE - 1].id)}" if len(found) > A_PAGE else None,
    )  # fmt: skip
