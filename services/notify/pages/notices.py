"""Notices: what has changed since somebody last said that they have seen everything, for the role that they act in."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

import flask

from services.contracts.fragments import MOST_COUNTED, fragment
from services.contracts.people.callers import SIGNED_IN
from services.contracts.words.bilingual import Words
from services.contracts.words.notices import NOTICES
from services.contracts.words.vocabulary import word
from services.design.phrases import Phrase
from services.notify.app.context import Notify
from services.notify.domain.notices import audiences_of
from services.notify.pages.paper import TEMPLATES, local
from services.notify.store.notices import count_notices, listed_notices, see, seen_by, standing_of
from services.runtime.input.numbers import whole_number
from services.runtime.input.queries import ChoiceOf, texts
from services.runtime.store.database import Transaction
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import LONGEST_NUMBER, cursor_of, read_number
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.requests import read_form
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LIST: Final = "/notices"
PART: Final = fragment("office", "notify", "notices")
A_PAGE: Final = 30
#: How much of the end of an id tells one case from another on a page.
ENDING: Final = 6
SCRIPTS: Final = ("desk.js", "notices.js")
NEW: Final = Phrase("new since you last said that you have seen everything")


class ShownNotice(NamedTuple):
    """A notice as a page shows it: `case` is the end of the case's id."""

    words: Words
    address: str
    at: datetime
    case: str
    is_new: bool


@routes.get(LIST, access=SIGNED_IN, query=texts("cursor", "did", unread=ChoiceOf("1")), page=error_page)
def list_page(call: Call[Notify]) -> Answer:
    """What concerns the reader, the newest first, or with `unread` only what is new. Reading it marks nothing as seen."""
    audiences, before = audiences_of(call.caller), read_number(call.query["cursor"] or None)
    only_new = bool(call.query["unread"])
    with call.service.database.reading() as connection:
        seen = seen_by(connection, _reader(call))
        new = count_notices(connection, audiences, seen, MOST_COUNTED)
        found = listed_notices(connection, audiences, before, seen if only_new else None, A_PAGE)
    shown, catalogue = found[:A_PAGE], call.service.catalogue
    following = cursor_of(shown[-1].position) if len(found) > A_PAGE else None
    rows = [
        ShownNotice(word(NOTICES, each.kind), each.address, local(each.at, catalogue), each.opinion[-ENDING:], each.position > seen)
        for each in shown
    ]
    newest = shown[0].position if shown else seen
    return html(
        TEMPLATES, "notices.html", place=catalogue, role=call.caller.role, session=call.session, scripts=SCRIPTS, rows=rows,
        new=new, most=MOST_COUNTED, newest=newest, only_new=only_new, is_later=before is not None, did=bool(call.query["did"]),
        first=f"{LIST}?unread=1" if only_new else LIST,
        following=following and f"{LIST}?{'unread=1&' if only_new else ''}cursor={following}",
    )  # fmt: skip


@routes.post(f"{LIST}/seen", stands_on=LIST, access=SIGNED_IN, page=error_page)
def all_seen(call: Call[Notify]) -> Answer:
    """Mark everything as seen up to the newest that the page showed; back to the list."""
    up_to = whole_number(read_form(("up_to",))["up_to"], LONGEST_NUMBER) or 0

    def unit(work: Transaction) -> None:
        see(work, _reader(call), audiences_of(call.caller), up_to)

    call.service.database.write(unit)
    return see_other(f"{LIST}?did=seen")


@routes.get(f"{LIST}/new", access=SIGNED_IN, query=texts("after"), page=error_page)
def news(call: Call[Notify]) -> Answer:
    """How many there are behind a position, in one line; nothing (204) for none. Pages ask for it while they are open."""
    after = whole_number(call.query["after"], LONGEST_NUMBER) or 0
    with call.service.database.reading() as connection:
        number = count_notices(connection, audiences_of(call.caller), after, MOST_COUNTED)
    if number == 0:
        return flask.Response("", 204)
    return html(TEMPLATES, "notices-new.html", number=number, most=MOST_COUNTED)


@routes.get(PART.path, access=PART.roles, page=error_page)
def office_part(call: Call[Notify]) -> Answer:
    """How many are new, on the desk."""
    with call.service.database.reading() as connection:
        new, last = standing_of(connection, audiences_of(call.caller), _reader(call), MOST_COUNTED)
    rows = [(new, NEW, f"{LIST}?unread=1" if new else LIST)]
    return html(TEMPLATES, "notices-part.html", part=PART, rows=rows, most=MOST_COUNTED, newest=last)


def _reader(call: Call[Notify]) -> str:
    return call.caller.principal or ""
