"""The office's pages on which opinions are looked through, released and withheld."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import flask

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict, Invalid
from services.contracts.words.vocabulary import STATES
from services.design.phrases import Phrase
from services.intake.app.context import REVIEWERS, Intake
from services.intake.app.publication import publications as app
from services.intake.app.publication.publications import prepared, undecided
from services.intake.domain.publication.publishing import CONSENT, Prepared, PublicationState
from services.intake.pages.events import EVENTS
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.timeline import department_name, local, topic_name
from services.intake.schemas.publication.publications import ReleaseBody, WithholdBody
from services.runtime.web.calls import Call
from services.runtime.web.lists.narrowing import NarrowedList
from services.runtime.web.lists.paging import cursor_of, read_cursor
from services.runtime.web.pages.html import desk_html, error_page, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LIST = NarrowedList("/publications")
A_PAGE = 30
#: Whether the public map shows about where it is.
PLACE = "place"
LABELS: Mapping[str, Phrase] = {
    "title": Phrase("Title"),
    "content": Phrase("Details"),
    "reason": Phrase("Why it is not made public"),
}
#: What was released of the parts goes along; their texts are shown again.
RELEASED = KeptForm(
    {"title": LABELS["title"], "content": LABELS["content"], "part-*": Phrase("Reply or promise")}, ("release-*", PLACE)
)
DECIDED: Mapping[str | None, Phrase] = {
    None: Phrase("New"),
    PublicationState.RELEASED: Phrase("Public, with a new reply"),
    PublicationState.WITHHELD: Phrase("Withheld, with a new reply"),
}
WRONG_TEXT = Phrase(
    "Please fill this in, without mobile numbers, numbers of identity papers or bank cards, e-mail addresses and number plates"
)
WRONG: Mapping[str, Phrase] = {"reason": Phrase("Please say why, in at most 500 characters")}
NO_LONGER = Phrase("This is not possible any more: the opinion was withdrawn, merged or closed to the public in the meantime.")
_RELEASE, _WITHHOLD = ReleaseBody(), WithholdBody()


@routes.get("/publications", access=REVIEWERS, page=error_page)
def list_page(call: Call[Intake]) -> Answer:
    """What waits for the office to decide whether it becomes public."""
    service, cursor = call.service, call.query.get("cursor")
    found = undecided(service, read_cursor(str(cursor)) if cursor else None, A_PAGE)
    if cursor and not found:
        # All of that page was decided on.
        return see_other(LIST.path)
    shown = found[:A_PAGE]
    rows = [
        (
            LIST.on_it(each.id, call.query), each.title, topic_name(each.topic, service.catalogue) if each.topic else None,
            department_name(each.department, service.catalogue) if each.department else None, STATES[each.state],
            local(each.submitted, service.catalogue).date(), DECIDED[each.publication],
        )
        for each in shown
    ]  # fmt: skip
    following = LIST.behind(call.query, cursor_of(shown[-1].id)) if len(found) > A_PAGE else None
    return desk_html(
        TEMPLATES, "publications.html", place=service.catalogue, role=call.caller.role, rows=rows, following=following,
        first=LIST.path if cursor else None,
    )  # fmt: skip


@routes.get("/publications/<opinion_id>", access=REVIEWERS, page=error_page, personal=True)
def prepared_page(call: Call[Intake]) -> Answer:
    """An opinion beside its masked copy, which can be changed before it is released."""
    found = prepared(call.service, call.path["opinion_id"])
    return _page(call, found, _given(found))


@routes.post("/publications/<opinion_id>", access=REVIEWERS, page=RELEASED)
def release(call: Call[Intake]) -> Answer:
    """Release the copy as it was changed; back to the list."""
    found = prepared(call.service, call.path["opinion_id"])
    entries = [each.part.entry for each in found.parts]
    named = [f"{kind}-{entry}" for kind in ("part", "release") for entry in entries]
    form = read_form(("title", "content", PLACE, *named))
    released = [entry for entry in entries if form[f"release-{entry}"]]
    parts = [{"entry": entry, "content": form[f"part-{entry}"]} for entry in released]
    try:
        body = validate(_RELEASE, {"title": form["title"], "content": form["content"], "parts": parts, "place": bool(form[PLACE])})
        app.release(replace(call, body=body))
    except Invalid as error:
        return _page(call, found, form, 422, {_field(name, released): WRONG_TEXT for name in error.errors})
    except Conflict:
        return _page(call, found, form, 409, notice=NO_LONGER)
    return see_other(LIST.back(call.query))


@routes.post(
    "/publications/<opinion_id>/withhold",
    stands_on="/publications/<opinion_id>",
    access=REVIEWERS,
    page=KeptForm({"reason": LABELS["reason"]}),
)
def withhold(call: Call[Intake]) -> Answer:
    """Do not make it public, or no longer; back to the list."""
    form = read_form(("reason",))
    found = prepared(call.service, call.path["opinion_id"])
    try:
        app.withhold(replace(call, body=validate(_WITHHOLD, form)))
    except Invalid:
        return _page(call, found, _given(found) | form, 422, {"reason": WRONG["reason"]})
    except Conflict:
        return _page(call, found, _given(found) | form, 409, notice=NO_LONGER)
    return see_other(LIST.back(call.query))


def _field(name: str, released: list[int]) -> str:
    """The field of the form that an error is about: a part by its place among those that were released, or by its entry."""
    where, _, rest = name.partition(".")
    if where != "parts":
        return where
    place = rest.partition(".")[0]
    return f"part-{released[int(place)] if rest.endswith('content') else place}"


def _given(found: Prepared) -> dict[str, str]:
    """The form as it is at first: every part is chosen that was not left out before."""
    parts = {f"part-{each.part.entry}": each.masked for each in found.parts}
    is_new = found.opinion.publication is not PublicationState.RELEASED
    chosen = {f"release-{each.part.entry}": "yes" if each.released or is_new else "" for each in found.parts}
    place = "yes" if found.place and (found.place_released or is_new) else ""
    return {"title": found.title, "content": found.content, "reason": "", PLACE: place, **parts, **chosen}


def _page(
    call: Call[Intake], found: Prepared, form: Mapping[str, str], status: int = 200,
    mistakes: Mapping[str, Phrase] | None = None, notice: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    catalogue, opinion, session = call.service.catalogue, found.opinion, call.session
    parts = [
        (each.part, EVENTS[each.part.what], department_name(each.part.department, catalogue), local(each.part.at, catalogue))
        for each in found.parts
    ]
    labels: dict[str, Any] = {**LABELS, **{f"part-{part.entry}": what for part, what, _, _ in parts}}
    return desk_html(
        TEMPLATES, "publication.html", status, place=catalogue, role=call.caller.role, opinion=opinion, parts=parts,
        form={"reason": "", **form}, mistakes=mistakes or {}, labels=labels, notice=notice, standing=STATES[opinion.state],
        spot=found.place, map_source=call.service.map_source if found.place else None,
        may=opinion.visibility == CONSENT and opinion.state.is_with_routing, session=session,
        public=f"/public/opinions/{opinion.id}" if opinion.publication is PublicationState.RELEASED else None,
        address=LIST.on_it(opinion.id, call.query), withhold=LIST.on_it(f"{opinion.id}/withhold", call.query),
        back=LIST.back(call.query), about=_about(found, catalogue),
    )  # fmt: skip


def _about(found: Prepared, catalogue: Catalogue) -> list[tuple[Phrase, object]]:
    opinion = found.opinion
    return [
        (Phrase("Topic"), topic_name(opinion.topic, catalogue) if opinion.topic else None),
        (Phrase("Handled by"), department_name(opinion.department, catalogue) if opinion.department else None),
        (Phrase("State"), STATES[opinion.state]),
        (Phrase("Submitted on"), local(opinion.submitted, catalogue)),
        (Phrase("Supporters"), str(opinion.supporters) if opinion.supporters else None),
    ]
