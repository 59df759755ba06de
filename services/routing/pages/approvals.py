"""A drafted reply: the head of its department lets it go out with one press, or sends it back and says why."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import flask

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Changed, Conflict, Invalid
from services.contracts.people.callers import Caller
from services.contracts.words.bilingual import Words
from services.contracts.words.vocabulary import OUTCOMES
from services.design.phrases import Phrase
from services.routing.app import oversight
from services.routing.app.assignments import readable
from services.routing.app.context import APPROVING, Routing
from services.routing.domain.assignment import Assignment
from services.routing.pages.paper import TEMPLATES, department_name, local, standing_of
from services.routing.schemas.oversight import AmendBody
from services.runtime.web.calls import Call, tag_of
from services.runtime.web.pages.forms import KEY, VERSION, posted
from services.runtime.web.pages.html import desk_html, error_page, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
PATH: Final = "/approvals/<assignment_id>"
REASON, DRAFT = "reason", "draft"
SAY_WHY = Phrase("Please say what is to be changed")
CANNOT_GO_OUT = Phrase("It cannot go out any more as it is, such as with a promise whose day has come. Please send it back.")
LABELS: Final[Mapping[str, Phrase]] = {REASON: Phrase("What is to be changed"), DRAFT: Phrase("The drafted reply")}
CHANGED: Final = Phrase("Nothing was decided: somebody did something with it since you opened it. Read it as it stands now.")
GONE: Final = Phrase("Nothing was decided: no draft waits here any more. Somebody decided on it, or took it back.")
KEPT: Final = KeptForm({REASON: LABELS[REASON]}, (VERSION, KEY))
_AMEND = AmendBody()


class ShownDraft(NamedTuple):
    """A reply that waits for the head of its department, as pages show it. `version` is what a decision is about, `key` what makes
    a second press the same one."""

    content: str
    outcome: Words | None
    items: Sequence[str]
    promise: str | None
    due: datetime | None
    version: str
    key: str


def draft_of(each: Assignment, catalogue: Catalogue) -> ShownDraft | None:
    """The draft of an assignment; None where none waits."""
    if not each.awaits_head or each.draft is None:
        return None
    draft = each.draft
    promise, items = draft.promise, [f"{item.demand}：{item.content}" for item in draft.items]
    outcome = OUTCOMES[draft.outcome] if draft.outcome else None
    due = local(promise.due, catalogue) if promise else None
    version, key = tag_of({"updated": each.updated}), secrets.token_urlsafe(16)
    return ShownDraft(draft.content, outcome, items, promise.what if promise else None, due, version, key)


def may_approve(caller: Caller, each: Assignment) -> bool:
    """Whether somebody decides on the draft of an assignment that they may read."""
    return each.awaits_head and caller.role in APPROVING


@routes.get(PATH, access=APPROVING, page=error_page)
def approval_page(call: Call[Routing]) -> Answer:
    """The draft with what can be decided; back to the case where there is none any more."""
    return _page(call)


@routes.post(f"{PATH}/approve", stands_on=PATH, access=APPROVING, page=KEPT)
def approve(call: Call[Routing]) -> Answer:
    """Let the draft that was read go out; back to the case, which has the reply."""
    try:
        oversight.approve(posted(call, {}, read_form((VERSION, KEY))))
    except Invalid:
        return _page(call, 422, {DRAFT: CANNOT_GO_OUT})
    except (Changed, Conflict):
        return _page(call, 409, notice=CHANGED)
    return see_other(_case_of(_found(call)))


@routes.post(f"{PATH}/amend", stands_on=PATH, access=APPROVING, page=KEPT)
def amend(call: Call[Routing]) -> Answer:
    """Send the draft that was read back; back to the case."""
    form = read_form((REASON, VERSION, KEY))
    try:
        oversight.amend(posted(call, validate(_AMEND, {REASON: form[REASON]}), form))
    except Invalid:
        return _page(call, 422, {REASON: SAY_WHY}, form[REASON])
    except (Changed, Conflict):
        return _page(call, 409, reason=form[REASON], notice=CHANGED)
    return see_other(_case_of(_found(call)))


def _found(call: Call[Routing]) -> Assignment:
    with call.service.database.reading() as connection:
        return readable(call, connection)


def _case_of(each: Assignment) -> str:
    return f"/cases/{each.opinion}"


def _page(
    call: Call[Routing], status: int = 200, mistakes: Mapping[str, Phrase] | None = None, reason: str = "",
    notice: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    found, catalogue = _found(call), call.service.catalogue
    draft = draft_of(found, catalogue)
    if draft is None and notice is None and not reason:
        return see_other(_case_of(found))
    if draft is None:
        status, mistakes, notice = 409 if reason else status, {}, GONE
    return desk_html(
        TEMPLATES, "approval.html", status, place=catalogue, role=call.caller.role, session=call.session, each=found,
        department=department_name(found.department, catalogue), draft=draft, mistakes=mistakes or {}, labels=LABELS, reason=reason,
        notice=notice, standing=standing_of(found),
    )  # fmt: skip
