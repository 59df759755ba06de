"""What is watched, and how: on the key list or not, by which leader, at which level. One reason, one press."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

import flask

from services.contracts.errors import Changed, Conflict, Invalid
from services.contracts.people.callers import OFFICE
from services.contracts.words.bilingual import Words
from services.contracts.words.vocabulary import LEVELS
from services.design.phrases import Phrase
from services.routing.app import oversight
from services.routing.app.assignments import readable
from services.routing.app.context import RULING, Routing
from services.routing.domain.assignment import Assignment
from services.routing.domain.levels import next_level
from services.routing.pages.desk.filters import cursor_of_place, place_of
from services.routing.pages.paper import CHANGED, NOT_NOW, TEMPLATES, department_name, local, standing_of
from services.routing.schemas.oversight import MarkBody, RaiseBody
from services.routing.store.desks.desk import Place
from services.routing.store.desks.watched import watched
from services.routing.store.reading import find
from services.runtime.input.queries import texts
from services.runtime.web.calls import Call, tag_of
from services.runtime.web.lists.narrowing import NarrowedList
from services.runtime.web.pages.forms import KEY, VERSION, posted
from services.runtime.web.pages.html import desk_html, error_page, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
#: `list` marks what was opened from the list; everything else was opened from the page of its case.
FROM_LIST: Final = "list"
LIST: Final = NarrowedList("/watched", (FROM_LIST,))
_PLACE: Final = texts("cursor", "about", FROM_LIST)
PATH: Final = f"{LIST.path}/<assignment_id>"
A_PAGE: Final = 30
LABELS: Final[Mapping[str, Phrase]] = {
    "leader": Phrase("Leader who handles it in person"), "reason": Phrase("Why"),
    "raise-reason": Phrase("Why it is the next level's"),
}  # fmt: skip
WRONG: Final[Mapping[str, Phrase]] = {
    "leader": Phrase("Please write a name of at most 60 characters"), "reason": Phrase("Please say why, at most 2,000 characters"),
    "raise-reason": Phrase("Please say why, at most 2,000 characters"),
}  # fmt: skip
DONE: Final = Phrase("Recorded how it is watched: %(title)s")
KEPT: Final = KeptForm(LABELS, (VERSION, KEY, "is_key"))
_MARK, _RAISE = MarkBody(), RaiseBody()


class WatchedRow(NamedTuple):
    """A case as the list shows it."""

    each: Assignment
    department: Words
    standing: Words
    due: datetime
    now: datetime

    @property
    def overdue(self) -> bool:
        """Whether the answer should have been there."""
        return self.due < self.now


@routes.get(LIST.path, access=OFFICE, query=_PLACE, page=error_page)
def list_page(call: Call[Routing]) -> Answer:
    """What is on the key list or led by a leader and not answered, the next answer due first."""
    catalogue, cursor, now = call.service.catalogue, call.query.get("cursor"), call.service.database.clock.now()
    with call.service.database.reading() as connection:
        found = watched(connection, place_of(str(cursor) if cursor else None), A_PAGE + 1)
        done = find(connection, str(call.query["about"])) if call.query.get("about") else None
    rows = [
        WatchedRow(each, department_name(each.department, catalogue), standing_of(each), local(each.reply_by, catalogue), now)
        for each in found[:A_PAGE]
    ]
    return desk_html(
        TEMPLATES, "watched.html", place=catalogue, role=call.caller.role, session=call.session, rows=rows,
        may=call.caller.role in RULING, said=DONE.filled(title=done.title) if done else None,
        address=lambda each: LIST.on_it(each, {**call.query, FROM_LIST: "yes"}), first=LIST.path if cursor else None,
        following=LIST.behind(call.query, cursor_of_place(rows[-1].each)) if len(found) > A_PAGE else None,
    )  # fmt: skip


@routes.get(PATH, access=RULING, query=_PLACE, page=error_page)
def watching_page(call: Call[Routing]) -> Answer:
    """How a case is watched now, with the forms that change it."""
    return _page(call)


@routes.post(f"{PATH}/mark", stands_on=PATH, access=RULING, query=_PLACE, page=KEPT)
def mark(call: Call[Routing]) -> Answer:
    """Put a case on the key list or take it off, and name its leader; back to the case."""
    form = read_form(("is_key", "leader", "reason", VERSION, KEY))
    asked = {"key": form["is_key"] == "yes", "leader": form["leader"] or None, "reason": form["reason"]}
    try:
        oversight.mark(posted(call, validate(_MARK, asked), form))
    except Invalid as error:
        return _page(call, 422, {name: WRONG[name] for name in error.errors if name in WRONG}, form)
    except (Changed, Conflict) as error:
        return _page(call, 409, form=form, notice=CHANGED if isinstance(error, Changed) else NOT_NOW)
    return see_other(_back(call, _found(call), about=call.path["assignment_id"]))


@routes.post(f"{PATH}/raise", stands_on=PATH, access=RULING, query=_PLACE, page=KEPT)
def raise_level(call: Call[Routing]) -> Answer:
    """Raise a case to the next level; back to the case."""
    form = read_form(("raise-reason", VERSION, KEY))
    try:
        oversight.raise_level(posted(call, validate(_RAISE, {"reason": form["raise-reason"]}), form))
    except Invalid:
        return _page(call, 422, {"raise-reason": WRONG["raise-reason"]}, form)
    except (Changed, Conflict) as error:
        return _page(call, 409, form=form, notice=CHANGED if isinstance(error, Changed) else NOT_NOW)
    return see_other(_back(call, _found(call), about=call.path["assignment_id"]))


def _back(call: Call[Routing], found: Assignment, **more: str) -> str:
    """Where the page was opened from: the list at its place, or the page of the case."""
    return LIST.back(call.query, **more) if call.query.get(FROM_LIST) else f"/cases/{found.opinion}"


def _beside(call: Call[Routing], found: Assignment) -> list[str | None]:
    """The addresses of those before and behind it on the list."""
    place = Place(found.reply_by, found.id)
    with call.service.database.reading() as connection:
        near = [next(iter(watched(connection, place, 1, back=back)), None) for back in (True, False)]
    return [LIST.on_it(each.id, call.query) if each else None for each in near]


def _found(call: Call[Routing]) -> Assignment:
    with call.service.database.reading() as connection:
        return readable(call, connection)


def _page(
    call: Call[Routing], status: int = 200, mistakes: Mapping[str, Phrase] | None = None, form: Mapping[str, str] | None = None,
    notice: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    found, catalogue = _found(call), call.service.catalogue
    stands = {"is_key": "yes" if found.key else "", "leader": found.leader or "", "reason": "", "raise-reason": ""}
    above = next_level(found.level) if found.level and found.level in LEVELS else None
    wrong, typed = mistakes or {}, form or {}
    return desk_html(
        TEMPLATES, "watching.html", status, place=catalogue, role=call.caller.role, session=call.session, each=found,
        department=department_name(found.department, catalogue), standing=standing_of(found), mistakes=wrong,
        labels=LABELS, given={**stands, **typed}, raises="raise-reason" in wrong or bool(typed.get("raise-reason")),
        level=LEVELS.get(found.level or ""), above=LEVELS[above] if above else None, notice=notice,
        version=tag_of({"updated": found.updated}), key=secrets.token_urlsafe(16), back=_back(call, found),
        beside=_beside(call, found) if call.query.get(FROM_LIST) else None,
        action=lambda verb: LIST.on_it(f"{found.id}/{verb}", call.query),
    )  # fmt: skip
