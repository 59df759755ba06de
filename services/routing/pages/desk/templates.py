"""Where a department keeps its templates of answers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Final

import flask

from services.contracts.errors import Changed, Conflict, Invalid, NotFound
from services.contracts.people.callers import OF_A_DEPARTMENT
from services.design.phrases import Phrase
from services.routing.app import templates as app
from services.routing.app.context import Routing
from services.routing.domain.templates import MOST_TEMPLATES, PLACEHOLDERS
from services.routing.pages.desk.filters import DESK
from services.routing.pages.paper import TEMPLATES
from services.routing.schemas.templates import TemplateBody
from services.routing.store.templates import beginnings_of
from services.runtime.web.calls import Call, tag_of
from services.runtime.web.pages.forms import KEY, VERSION, posted
from services.runtime.web.pages.html import desk_html, error_page, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LIST: Final = f"{DESK}/templates"
ONE: Final = f"{LIST}/<template_id>"
TITLE, CONTENT = "title", "content"
#: How much of a text the list shows.
MOST_LETTERS: Final = 60
LABELS: Final[Mapping[str, Phrase]] = {TITLE: Phrase("Name of the template"), CONTENT: Phrase("Text")}
WRONG: Final[Mapping[str, Phrase]] = {
    TITLE: Phrase("Please write at most 60 characters"), CONTENT: Phrase("Please write the text, at most 20,000 characters"),
}  # fmt: skip
DONE: Final[Mapping[str, Phrase]] = {
    "add": Phrase("The template was added."), "change": Phrase("The template was changed."),
    "remove": Phrase("The template was removed."),
}  # fmt: skip
FULL: Final = Phrase("There are %(number)s templates already. Remove one, then add this one.").filled(number=MOST_TEMPLATES)
CHANGED: Final = Phrase("Somebody else changed it since you opened it: what it says now stands below. Look at it, then save yours.")
GONE: Final = Phrase("Somebody else removed it in the meantime. What you wrote can be added as a new one.")
KEPT: Final = KeptForm(LABELS, (VERSION, KEY))
_BODY = TemplateBody()


@routes.get(LIST, access=OF_A_DEPARTMENT, page=error_page)
def list_page(call: Call[Routing]) -> Answer:
    """The templates of answers that a department keeps, and the form of a new one."""
    return _list(call, said=DONE.get(str(call.query.get("did"))))


@routes.post(LIST, access=OF_A_DEPARTMENT, page=KEPT)
def add(call: Call[Routing]) -> Answer:
    """Keep a new one; or show the form again with what was typed and what is wrong."""
    form = read_form((TITLE, CONTENT, KEY))
    try:
        app.add_template(posted(call, _body(form), form))
    except Invalid as error:
        return _list(call, 422, form, _mistakes(error))
    except Conflict:
        return _list(call, 409, form, notice=FULL)
    return see_other(f"{LIST}?did=add")


@routes.get(ONE, access=OF_A_DEPARTMENT, page=error_page)
def one_page(call: Call[Routing]) -> Answer:
    """One of them, to be changed or removed."""
    return _one(call)


@routes.post(ONE, access=OF_A_DEPARTMENT, page=KEPT)
def change(call: Call[Routing]) -> Answer:
    """Change one; or show it again with what was typed, where it is wrong or somebody else was first."""
    form = read_form((TITLE, CONTENT, VERSION, KEY))
    try:
        body = _body(form)
        app.change_template(posted(call, body, form))
    except Invalid as error:
        return _one(call, 422, form, _mistakes(error))
    except Changed:
        # After a second press it says what was typed.
        return see_other(f"{LIST}?did=change") if _says(call, body) else _one(call, 409, form, notice=CHANGED)
    except NotFound:
        return _list(call, 409, form, notice=GONE)
    return see_other(f"{LIST}?did=change")


@routes.post(f"{ONE}/remove", stands_on=ONE, access=OF_A_DEPARTMENT, page=error_page)
def remove(call: Call[Routing]) -> Answer:
    """Remove one; where somebody else has changed it in the meantime, show it first."""
    try:
        app.remove_template(posted(call, None, read_form((VERSION, KEY))))
    except Changed:
        return _one(call, 409, notice=CHANGED)
    except NotFound:
        # Somebody else was first.
        return see_other(LIST)
    return see_other(f"{LIST}?did=remove")


def _body(form: Mapping[str, str]) -> Mapping[str, str]:
    body: Mapping[str, str] = validate(_BODY, {name: form[name] for name in LABELS})
    return body


def _says(call: Call[Routing], body: Mapping[str, str]) -> bool:
    each = app.found(call)
    return (each.title, each.content) == (body[TITLE], body[CONTENT])


def _mistakes(error: Invalid) -> dict[str, Phrase]:
    return {name: words for name, words in WRONG.items() if name in error.errors} or dict(WRONG)


def _list(
    call: Call[Routing], status: int = 200, form: Mapping[str, str] | None = None, mistakes: Mapping[str, Phrase] | None = None,
    notice: Phrase | None = None, said: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    with call.service.database.reading() as connection:
        found = beginnings_of(connection, app.department_of(call), MOST_LETTERS + 1)
    return desk_html(
        TEMPLATES, "desk/templates.html", status, place=call.service.catalogue, role=call.caller.role, session=call.session,
        found=found, form=form or {}, mistakes=mistakes or {}, labels=LABELS, notice=notice, said=said, desk=DESK, action=LIST,
        known=PLACEHOLDERS, key=secrets.token_urlsafe(16), is_full=len(found) >= MOST_TEMPLATES, most_letters=MOST_LETTERS,
    )  # fmt: skip


def _one(
    call: Call[Routing], status: int = 200, form: Mapping[str, str] | None = None, mistakes: Mapping[str, Phrase] | None = None,
    notice: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    each = app.found(call)
    return desk_html(
        TEMPLATES, "desk/template.html", status, place=call.service.catalogue, role=call.caller.role, session=call.session,
        each=each, form=form or {TITLE: each.title, CONTENT: each.content}, mistakes=mistakes or {}, labels=LABELS, notice=notice,
        beginning=LIST, action=f"{LIST}/{each.id}", known=PLACEHOLDERS, key=secrets.token_urlsafe(16),
        version=tag_of({"updated": each.updated}),
    )  # fmt: skip
