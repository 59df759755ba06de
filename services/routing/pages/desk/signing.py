"""Signing for many at once from the list, and what the list says of what has just been done."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

import flask
from sqlalchemy.engine import Connection

from services.contracts.commands import Sign
from services.contracts.errors import Conflict, NotAllowed, NotFound
from services.contracts.lifecycle import State
from services.contracts.people.callers import Role
from services.contracts.words.bilingual import Words
from services.contracts.words.text import value
from services.design.phrases import Phrase
from services.routing.app import assignments as app
from services.routing.app.context import Routing
from services.routing.domain.assignment import Assignment
from services.routing.pages.desk.filters import A_PAGE, DESK, LIST, DeskQuery
from services.routing.pages.desk.forms import BY_VERB
from services.routing.pages.paper import standing_of
from services.routing.store.reading import find, found_by_id
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, see_other
from services.runtime.web.requests import read_form
from services.runtime.web.routes import Answer, Routes

routes = Routes()
ACTING: Final = frozenset({Role.DEPARTMENT})
HANDED = Phrase("Handed to the head for approval: %(title)s")
SIGNED = Phrase("Signed for: %(number)s")


class ActDone(NamedTuple):
    """What has just been done in words, and with which assignment, where it was one."""

    words: Phrase
    about: Assignment | None = None


@routes.post(f"{DESK}/sign", stands_on=DESK, access=ACTING, query=DeskQuery, page=error_page)
def sign(call: Call[Routing]) -> Answer:
    """Sign for one assignment, for those that were chosen, or for all of the page; back to the list, which names what failed."""
    form = read_form(("one", "all"))
    chosen = flask.request.form.getlist("assignment")[:A_PAGE]
    asked = [form["one"]] if form["one"] else form["all"].split(",")[:A_PAGE] if form["all"] else map(value, chosen)
    wanted = list(dict.fromkeys(asked))
    failed = [each for each in wanted if not _sign(call, each)]
    more = {"failed": ",".join(failed)} if failed else {}
    return see_other(LIST.back(call.query, did="sign", count=str(len(wanted) - len(failed)), **more))


def _sign(call: Call[Routing], assignment_id: str) -> bool:
    """Sign for one; whether it is signed for by now, as it is after a second press."""
    try:
        app.move(replace(call, path={"assignment_id": assignment_id}, body=Sign()), "sign")
    except (NotAllowed, NotFound):
        return False
    except Conflict:
        with call.service.database.reading() as connection:
            found = find(connection, assignment_id)
        return found is not None and found.state is State.SIGNED and found.department == call.caller.department
    return True


def said_of(connection: Connection, call: Call[Routing]) -> ActDone | None:
    """What has just been done, as the address says it; only of the department's own."""
    did, number = call.query["did"], call.query["count"]
    if number:
        return ActDone(SIGNED.filled(number=number)) if did == "sign" else None
    form, found = BY_VERB.get(did), find(connection, call.query["about"]) if call.query["about"] else None
    if form is None or found is None or found.department != call.caller.department:
        return None
    return ActDone((HANDED if found.state is State.DRAFTED and did == "reply" else form.done).filled(title=found.title), found)


def failed_of(connection: Connection, call: Call[Routing]) -> list[tuple[str, str, Words]]:
    """What could not be signed for: title, address and where it stands now; only the department's own."""
    asked = [each for each in call.query["failed"].split(",")[:A_PAGE] if each]
    known = found_by_id(connection, asked) if asked else []
    own = [each for each in known if each.department == call.caller.department]
    return [(each.title, f"{DESK}/{each.id}", standing_of(each)) for each in own]
