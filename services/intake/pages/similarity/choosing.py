"""Several lines of the queue are chosen, and accepted on the same terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import flask
from sqlalchemy.engine import Connection

from services.contracts.errors import Conflict, Invalid
from services.contracts.people.lists import LISTS
from services.contracts.words.bilingual import Words
from services.contracts.words.vocabulary import STATES
from services.design.phrases import Phrase
from services.intake.app.context import REVIEWERS, Intake
from services.intake.app.similarity import similar as app
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.similarity.deciding import (
    FORMS,
    LABELS,
    NO_LONGER,
    NOTHING,
    Mistakes,
    asked,
    body_of,
    choices,
    mistakes_of,
)
from services.intake.schemas.queries import WaitingQuery
from services.intake.store.reading import find_many
from services.intake.store.similarity.wordings import count_alike
from services.runtime.web.calls import Call
from services.runtime.web.lists.narrowing import NarrowedList
from services.runtime.web.pages.forms import KEY, posted
from services.runtime.web.pages.html import desk_html, error_page, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
QUEUE: Final = NarrowedList("/reviews", LISTS["/reviews"])
LIST: Final = QUEUE.path
ONE: Final = f"{LIST}/<opinion_id>"
TOGETHER_NAME: Final = "together"
TOGETHER: Final = f"{LIST}/{TOGETHER_NAME}"
#: How many lines are chosen at most; a page of the queue has no more.
MOST_CHOSEN: Final = 30
TERMS: Final = ("topic", "department", "level", "leader", "is_key")
OPINIONS: Final = "opinions"
KEPT: Final = KeptForm({"leader": LABELS["leader"]}, (KEY, OPINIONS, "topic", "department", "level", "is_key"))


class LeftOut(NamedTuple):
    """One that was chosen and was not accepted: where it is, and where it stands now."""

    address: str
    title: str
    standing: Words


@routes.get(TOGETHER, access=REVIEWERS, query=WaitingQuery, page=error_page)
def together_page(call: Call[Intake]) -> Answer:
    """What was chosen, how many that are, and the terms on which all of it is accepted."""
    query = flask.request.args
    return _page(call, query["all"].split(",") if query.get("all") else query.getlist("opinion"))


@routes.post(TOGETHER, access=REVIEWERS, query=WaitingQuery, page=KEPT)
def accept_together(call: Call[Intake]) -> Answer:
    """Accept all that was chosen; back to the queue, which names what was left out."""
    form = read_form((*TERMS, KEY, OPINIONS))
    chosen = _known(form[OPINIONS].split(","))
    try:
        terms = validate(FORMS["accept"], asked("accept", form))
        answer = body_of(app.accept_together(posted(call, terms, form), chosen))
    except Invalid as error:
        return _page(call, chosen, 422, form, mistakes_of("accept", error))
    except Conflict:
        return _page(call, chosen, 409, form, notice=NO_LONGER)
    refused = [each["id"] for each in answer["items"] if each["status"] != "accepted"]
    told = {"did": "accept", "number": str(len(answer["items"]) - len(refused))}
    told |= {"failed": ",".join(refused[:MOST_CHOSEN])} if refused else {}
    return see_other(QUEUE.back(call.query, **told, **({"more": "yes"} if answer["more"] else {})))


def left_out(connection: Connection, ids: str) -> list[LeftOut]:
    """What an address says was left out, as it stands now."""
    found = find_many(connection, _known(ids.split(","))) if ids else []
    return [LeftOut(f"/cases/{each.id}", each.title, STATES[each.state]) for each in found]


def _known(ids: Sequence[str]) -> list[str]:
    """Ids that could be some, each once, no more than can be chosen."""
    return [each for each in dict.fromkeys(ids) if each and len(each) <= 36][:MOST_CHOSEN]


def _page(
    call: Call[Intake], ids: Sequence[str], status: int = 200, form: Mapping[str, str] = NOTHING, mistakes: Mistakes | None = None,
    notice: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    with call.service.database.reading() as connection:
        found = find_many(connection, _known(ids))
        waiting = [each for each in found if each.state in app.WAITING]
        alike = count_alike(connection, [each.id for each in waiting], app.WAITING)
    rows = [(each, alike.get(each.id, 1)) for each in waiting]
    if not rows and status == 200:
        return see_other(QUEUE.back(call.query, none="yes"))
    return desk_html(
        TEMPLATES, "together.html", status, place=call.service.catalogue, role=call.caller.role, session=call.session,
        rows=rows, number=sum(number for _, number in rows), chosen=",".join(each.id for each in waiting),
        action=QUEUE.on_it(TOGETHER_NAME, call.query), back=QUEUE.back(call.query),
        address=lambda each: QUEUE.on_it(each, call.query),
        form={**NOTHING, **form}, mistakes=mistakes or {}, notice=notice, **choices(call.service.catalogue),
    )  # fmt: skip
