"""Supervision by hand: the page where a supervisor puts a case under supervision and says why."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import flask

from services.contracts.catalogue import stored
from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.words.bilingual import name_of
from services.contracts.words.vocabulary import DEADLINES, word
from services.design.phrases import Phrase
from services.notify.app import raising as app
from services.notify.app.context import SUPERVISORS, Notify
from services.notify.domain.kept import KeptDeadline
from services.notify.pages.paper import TEMPLATES, local
from services.notify.schemas.supervisions import SupervisionBody
from services.notify.store.deadlines import ANSWERS
from services.notify.store.supervision.agendas import list_supervisions
from services.notify.store.timeline import case_deadlines
from services.runtime.web.calls import Call
from services.runtime.web.pages.forms import KEY, posted
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
PATH: Final = "/agenda/new/<assignment_id>"
LABELS: Final[Mapping[str, Phrase]] = {"reason": Phrase("Why")}
WRONG: Final[Mapping[str, Phrase]] = {"reason": Phrase("Please say why, at most 2,000 characters")}
CANNOT: Final = Phrase("It is under supervision already, or the department has nothing left to answer.")
#: As many versions of deadlines and supervisions of one assignment are looked at.
MOST_SHOWN: Final = 50
#: The states of a deadline whose answer has not come.
WAITING: Final = ("open", "paused")
NOT_NOW: Final = Phrase("This is not possible as it stands now. What you wrote is still below.")
_BODY = SupervisionBody()


@routes.get(PATH, access=SUPERVISORS, page=error_page)
def raising_page(call: Call[Notify]) -> Answer:
    """What a department has to answer by when, and the form that puts it under supervision."""
    return _page(call)


@routes.post(PATH, access=SUPERVISORS, page=KeptForm(LABELS, (KEY,)))
def raise_one(call: Call[Notify]) -> Answer:
    """Put it under supervision; back to the case."""
    form = read_form(("reason", KEY))
    asked = {"assignment": call.path["assignment_id"], "reason": form["reason"]}
    try:
        body = validate(_BODY, asked)
        _, made = app.raised(posted(call, body, form))
    except Invalid:
        return _page(call, 422, form, WRONG)
    except Conflict:
        return _page(call, 409, form)
    return see_other(f"/cases/{made['opinion']}")


def answers_waiting(found: Sequence[KeptDeadline], supervised: Collection[str]) -> list[KeptDeadline]:
    """Of the deadlines of a case those of answers that wait and can be put under supervision, one for each assignment."""
    newest = {each.deadline.assignment: each for each in _by_version(found)}
    return [each for name, each in newest.items() if each.state in WAITING and name not in supervised]


def _by_version(found: Sequence[KeptDeadline]) -> list[KeptDeadline]:
    answers = (each for each in found if each.deadline.kind in ANSWERS)
    return sorted(answers, key=lambda each: each.deadline.version)


def _read(call: Call[Notify]) -> tuple[KeptDeadline, bool]:
    """The newest deadline of the answer, and whether it can be put under supervision."""
    about, now = {"assignment": call.path["assignment_id"]}, call.service.database.clock.now()
    with call.service.database.reading() as connection:
        found = case_deadlines(connection, about, None, MOST_SHOWN, now)
        raised = list_supervisions(connection, about, None, MOST_SHOWN)
    answers = _by_version(found)
    if not answers:
        raise NotFound("No department has such an assignment to answer.")
    supervised = {each.assignment for each in raised if each.state != "resolved"}
    return answers[-1], bool(answers_waiting(answers, supervised))


def _page(
    call: Call[Notify], status: int = 200, form: Mapping[str, str] | None = None, mistakes: Mapping[str, Phrase] | None = None
) -> flask.Response:
    (found, can_be), catalogue = _read(call), call.service.catalogue
    deadline = found.deadline
    return html(
        TEMPLATES, "raising.html", status, role=call.caller.role, place=catalogue, session=call.session, each=deadline,
        department=name_of(stored.department(catalogue, deadline.department)), kind=word(DEADLINES, deadline.kind),
        due=local(deadline.due, catalogue), can_be=can_be,
        typed={"reason": "", "key": secrets.token_urlsafe(16), **(form or {})}, mistakes=mistakes or {}, labels=LABELS,
        notice=None if can_be else NOT_NOW if form else CANNOT,
    )  # fmt: skip
