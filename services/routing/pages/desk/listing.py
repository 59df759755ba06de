"""The list of a desk: what is due, the next first, narrowed by an address that every act leads back to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

import flask
from sqlalchemy.engine import Connection

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.commands import Sign
from services.contracts.errors import Conflict, NotAllowed, NotFound
from services.contracts.lifecycle import WITH_DEPARTMENT, State
from services.contracts.people.callers import OF_A_DEPARTMENT, Role
from services.contracts.time.durations import Duration
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.vocabulary import CO_STATES, DEADLINES, LEVELS, ROLES, STATES
from services.design.phrases import Phrase
from services.routing.app import assignments as app
from services.routing.app.context import Routing
from services.routing.domain.assignment import Assignment
from services.routing.pages.desk.filters import (
    DESK,
    DUE,
    NAMES,
    DeskQuery,
    address,
    cursor_behind,
    given_of,
    place_behind,
    wanted_of,
)
from services.routing.pages.desk.forms import BY_VERB
from services.routing.pages.paper import TEMPLATES, local, standing_of
from services.routing.store.desk import on_desk
from services.routing.store.reading import find
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import desk_html, error_page, see_other
from services.runtime.web.requests import read_form
from services.runtime.web.routes import Answer, Routes

routes = Routes()
A_PAGE: Final = 30
ACTING: Final = frozenset({Role.DEPARTMENT})
#: What is due by then is marked.
SOON: Final = Duration(1, "wd")
HANDED = Phrase("Handed to the head for approval: %(title)s")
SIGNED = Phrase("Signed for: %(number)s")


class DeskRow(NamedTuple):
    """An assignment as the list shows it."""

    id: str
    address: str
    title: str
    standing: Words
    tone: str
    due: Words
    at: datetime
    overdue: int
    urgency: str
    about: Sequence[Words]
    unsigned: bool


@routes.get(DESK, access=OF_A_DEPARTMENT, query=DeskQuery, page=error_page)
def list_page(call: Call[Routing]) -> Answer:
    """What the department has in hand, the next answer due first."""
    service, given = call.service, given_of(call.query)
    catalogue, now = service.catalogue, service.database.clock.now()
    wanted = wanted_of(call.query, call.caller.department or "", catalogue, now)
    after = place_behind(call.query["cursor"])
    with service.database.reading() as connection:
        found = on_desk(connection, wanted, after, A_PAGE + 1)
        said, failed = _said(connection, call), _failed(connection, call)
    shown = found[:A_PAGE]
    following = address(DESK, given, cursor=cursor_behind(shown[-1])) if len(found) > A_PAGE else None
    return desk_html(
        TEMPLATES, "desk/list.html", place=catalogue, role=call.caller.role, session=call.session, beginning=DESK,
        signs=call.caller.role in ACTING, action=address(f"{DESK}/sign", given), is_narrowed=bool(given), following=following,
        rows=[row_of(each, catalogue, given, now) for each in shown], first=address(DESK, given), is_later=after is not None,
        selects=_selects(catalogue), given={**dict.fromkeys(NAMES, ""), **given}, said=said, failed=failed,
        # What has been chosen may be several values at once, which the fields of the form do not show.
        several={name: value for name, value in given.items() if "," in value},
    )  # fmt: skip


@routes.get(f"{DESK}/sign", access=ACTING, query=DeskQuery, page=error_page)
def back(call: Call[Routing]) -> Answer:
    """GET on the address of a form: back to the list."""
    return see_other(address(DESK, given_of(call.query)))


@routes.post(f"{DESK}/sign", access=ACTING, query=DeskQuery, page=error_page)
def sign(call: Call[Routing]) -> Answer:
    """Sign for one assignment, for those that were chosen, or for all of the page; back to the list, which names what failed."""
    form = read_form(("one", "all"))
    chosen = flask.request.form.getlist("assignment")
    asked = [form["one"]] if form["one"] else form["all"].split(",") if form["all"] else chosen
    failed = [each for each in dict.fromkeys(asked[:A_PAGE]) if not _sign(call, each)]
    number = len(set(asked[:A_PAGE])) - len(failed)
    more = {"failed": ",".join(failed)} if failed else {}
    return see_other(address(DESK, given_of(call.query), did="sign", count=str(number), **more))


def _sign(call: Call[Routing], assignment_id: str) -> bool:
    try:
        app.move(replace(call, path={"assignment_id": assignment_id}, body=Sign()), "sign")
    except (Conflict, NotAllowed, NotFound):
        return False
    return True


def row_of(each: Assignment, catalogue: Catalogue, given: Mapping[str, str], now: datetime) -> DeskRow:
    """An assignment as the list shows it."""
    kind, due = each.next_due
    days = catalogue.calendar.working_days(local(due, catalogue).date(), local(now, catalogue).date()) if due < now else 0
    soon = catalogue.calendar.due(now, SOON).at
    about = [ROLES[each.role]] if not each.is_lead else []
    topic = stored.found(catalogue.topics, each.topic)
    about += [name_of(topic)] if topic else []
    about += [LEVELS[each.level]] if each.level and each.level in LEVELS else []
    return DeskRow(
        each.id, address(f"{DESK}/{each.id}", given), each.title, standing_of(each),
        "warn" if each.state.awaits_signature else "info",
        DEADLINES[kind], local(due, catalogue), days, "bad" if due < now else "warn" if due <= soon else "", about,
        each.state.awaits_signature,
    )  # fmt: skip


def _selects(catalogue: Catalogue) -> list[tuple[str, Phrase, list[tuple[None, list[tuple[str, Words | Phrase]]]]]]:
    topics = [(each.code, name_of(each)) for each in catalogue.topics.values()]
    states = [(each, STATES.get(each) or CO_STATES[each]) for each in WITH_DEPARTMENT]
    return [
        ("due", Phrase("Due"), [(None, [(code, words) for code, (words, _) in DUE.items()])]),
        ("state", Phrase("State"), [(None, list(states))]),
        ("topic", Phrase("Topic"), [(None, list(topics))]),
        ("key", Phrase("Key supervision"), [(None, [("true", Phrase("only those"))])]),
    ]


def _said(connection: Connection, call: Call[Routing]) -> Phrase | None:
    """What has just been done, as the address says it; only of the department's own."""
    did, number = call.query["did"], call.query["count"]
    if number:
        return SIGNED.filled(number=number) if did == "sign" else None
    form, found = BY_VERB.get(did), find(connection, call.query["about"]) if call.query["about"] else None
    if form is None or found is None or found.department != call.caller.department:
        return None
    return (HANDED if found.state is State.DRAFTED and did == "reply" else form.done).filled(title=found.title)


def _failed(connection: Connection, call: Call[Routing]) -> list[tuple[str, str, Words]]:
    """What could not be signed for: title, address and where it stands now; only the department's own."""
    found = []
    for each in call.query["failed"].split(",")[:A_PAGE]:
        known = find(connection, each) if each else None
        if known is not None and known.department == call.caller.department:
            found.append((known.title, f"{DESK}/{known.id}", standing_of(known)))
    return found
