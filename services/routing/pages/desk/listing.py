"""The list of a desk: what is due, the next first, found by words and narrowed by an address that every act leads back to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from services.contracts.catalogue.model import Catalogue
from services.contracts.lifecycle import WITH_DEPARTMENT, State
from services.contracts.people.callers import OF_A_DEPARTMENT
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.vocabulary import CO_STATES, STATES
from services.design.phrases import Phrase
from services.routing.app.context import Routing
from services.routing.pages.desk.filters import (
    A_PAGE,
    DESK,
    DUE,
    LIST,
    DeskQuery,
    cursor_of_place,
    due_within,
    place_of,
    wanted_of,
)
from services.routing.pages.desk.rows import row_of
from services.routing.pages.desk.signing import ACTING, failed_of, said_of
from services.routing.pages.paper import TEMPLATES
from services.routing.store.desks.desk import MOST_COUNTED, DeskPage, Place, Tally, on_desk, page_of_desk, tally
from services.runtime.web.calls import Call
from services.runtime.web.lists.narrowing import address
from services.runtime.web.pages.html import desk_html, error_page
from services.runtime.web.routes import Answer, Routes

routes = Routes()
#: How the states of what nobody has signed for stand in an address.
NEW: Final = ",".join(state for state in State if state.awaits_signature)
Options = list[tuple[None, list[tuple[str, Words | Phrase]]]]


class QuickView(NamedTuple):
    """One part of the desk in a press: how many there are, what it is called, and whether it is the one that is shown."""

    address: str
    name: Phrase
    number: int
    tone: str
    is_shown: bool


@routes.get(DESK, access=OF_A_DEPARTMENT, query=DeskQuery, page=error_page)
def list_page(call: Call[Routing]) -> Answer:
    """What the department has in hand, the next answer due first."""
    service, given = call.service, LIST.given(call.query)
    catalogue, now = service.catalogue, service.database.clock.now()
    wanted = wanted_of(call.query, call.caller.department or "", catalogue, now)
    with service.database.reading() as connection:
        page = page_of_desk(connection, wanted, place_of(call.query["cursor"]), place_of(call.query["before"]), A_PAGE)
        counted = tally(connection, wanted, now, due_within(DUE["soon"].days or 0, catalogue, now))
        done, failed = said_of(connection, call), failed_of(connection, call)
        behind = on_desk(connection, wanted, Place(done.about.reply_by, done.about.id), 1) if done and done.about else []
    previous, following = _around(page, given)
    return desk_html(
        TEMPLATES, "desk/list.html", place=catalogue, role=call.caller.role, session=call.session, beginning=DESK,
        signs=call.caller.role in ACTING, action=LIST.on_it("sign", call.query), is_narrowed=bool(given), previous=previous,
        following=following, rows=[row_of(each, catalogue, LIST.kept(call.query), now) for each in page.rows], found=counted.found,
        most=MOST_COUNTED, views=_views(counted, given), filters=_filters(catalogue), file=address(f"{DESK}/list.xlsx", given),
        first=address(DESK, given), given={**dict.fromkeys(LIST.filters, ""), **given},
        done=done, failed=failed, behind=[(each.title, LIST.on_it(each.id, call.query)) for each in behind],
    )  # fmt: skip


def _around(page: DeskPage, given: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The addresses of the pages before and behind this one."""
    if not page.rows:
        return (address(DESK, given) if page.is_later else None), None
    previous = address(DESK, given, before=cursor_of_place(page.rows[0])) if page.is_later else None
    return previous, address(DESK, given, cursor=cursor_of_place(page.rows[-1])) if page.is_followed else None


def _views(counted: Tally, given: Mapping[str, str]) -> Sequence[QuickView]:
    """All that is found, and the most urgent parts of it, whatever part is shown now."""
    rest = {name: value for name, value in given.items() if name not in ("state", "due")}
    shown = {name: value for name, value in given.items() if name not in rest}
    views: Sequence[tuple[Mapping[str, str], Phrase, int, str]] = (
        ({}, Phrase("In hand"), counted.everything, ""),
        ({"due": "overdue"}, Phrase("Answer overdue"), counted.overdue, "bad"),
        ({"due": "soon"}, Phrase("Due within three working days"), counted.soon, "warn"),
        ({"state": NEW}, Phrase("Not signed for"), counted.unsigned, "info"),
    )
    return [QuickView(address(DESK, {**rest, **part}), name, number, tone, part == shown) for part, name, number, tone in views]


def _filters(catalogue: Catalogue) -> list[tuple[str, Phrase, Options]]:
    topics = [(each.code, name_of(each)) for each in catalogue.topics.values()]
    states = [(each, STATES.get(each) or CO_STATES[each]) for each in WITH_DEPARTMENT]
    return [
        ("due", Phrase("Due"), [(None, [(code, each.name) for code, each in DUE.items()])]),
        ("state", Phrase("State"), [(None, list(states))]),
        ("topic", Phrase("Topic"), [(None, list(topics))]),
        ("key", Phrase("Key supervision"), [(None, [("true", Phrase("only those"))])]),
    ]
