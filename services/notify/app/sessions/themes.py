"""Themes over HTTP: the office suggests, shortlists, chooses and drops them; everybody reads what there is to choose from."""

from __future__ import annotations

from datetime import date

from sqlalchemy.exc import IntegrityError

from services.contracts.errors import Conflict
from services.contracts.people.callers import OFFICE, PUBLIC
from services.notify.app.context import Notify
from services.notify.app.sessions.sessions import LIST_COST
from services.notify.domain.sessions.theme import PUBLIC_STATES, Theme
from services.notify.handlers.sessions import theming
from services.notify.schemas.sessions.themes import (
    ChoiceBody,
    ShortlistBody,
    ThemeBody,
    ThemePage,
    ThemeQuery,
    ThemeShape,
    theme_answer,
)
from services.notify.store.sessions.sessions import SessionStore
from services.notify.store.sessions.themes import ThemeStore, themes_page
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
_ONE = f"{API}/themes/<theme>"


@routes.get(f"{API}/themes", access=PUBLIC, cost=LIST_COST, query=ThemeQuery, answers={200: ThemePage})
def list_themes(call: Call[Notify]) -> Answer:
    """List themes; those that are no more than suggested, or were dropped, are for the office."""
    limit, states = call.query["limit"], call.query["state"]
    found = listed(call, states, call.query["kind"], read_cursor(call.query["cursor"]), limit)
    return 200, page(list(map(theme_answer, found)), limit)


@routes.post(f"{API}/themes", access=OFFICE, body=ThemeBody, answers={201: ThemeShape}, made=f"{API}/themes")
def suggest_theme(call: Call[Notify]) -> Answer:
    """Suggest a theme for sessions."""

    def act(work: Transaction) -> tuple[int, dict[str, object]]:
        return 201, theme_answer(suggested(call, work))

    return once(call.service.database, call.idempotency_key, "POST /themes", call.body, act)


@routes.post(f"{_ONE}/shortlist", access=OFFICE, body=ShortlistBody, answers={200: ThemeShape})
def shortlist_theme(call: Call[Notify]) -> Answer:
    """Make a theme one of at most four to choose from, for sessions of a kind and a month."""
    return 200, theme_answer(shortlisted(call, call.path["theme"], **call.body))


@routes.post(f"{_ONE}/choose", access=OFFICE, body=ChoiceBody, answers={200: ThemeShape})
def choose_theme(call: Call[Notify]) -> Answer:
    """Choose a theme that was shortlisted; the session that is named is about it from then on."""
    return 200, theme_answer(chosen(call, call.path["theme"], call.body["session"]))


@routes.post(f"{_ONE}/drop", access=OFFICE, answers={200: ThemeShape})
def drop_theme(call: Call[Notify]) -> Answer:
    """Do not take a theme up; another can be shortlisted in its place."""
    return 200, theme_answer(dropped(call, call.path["theme"]))


def listed(
    call: Call[Notify], states: tuple[str, ...] | None, kinds: tuple[str, ...] | None, before: str | None, limit: int
) -> list[Theme]:
    """The themes that the caller may see, one more than `limit` where there are more."""
    if call.caller.role not in OFFICE:
        states = tuple(each for each in map(str, PUBLIC_STATES) if states is None or each in states)
    with call.service.database.reading() as connection:
        return themes_page(connection, {"state": states, "kind": kinds}, before, limit)


def suggested(call: Call[Notify], work: Transaction) -> Theme:
    """A theme that is suggested as the body says."""
    return theming.suggest(ThemeStore(work), call.service.catalogue, **call.body, by=call.caller.who or None)


def shortlisted(call: Call[Notify], theme: str, kind: str | None, month: date | None) -> Theme:
    """A theme made one to choose from; raises `Conflict` where there are enough."""
    service = call.service
    this = service.database.clock.now().astimezone(service.catalogue.calendar.zone).date().replace(day=1)
    try:
        return service.database.write(
            lambda work: theming.shortlist(ThemeStore(work), service.catalogue, theme, kind, month or this)
        )
    except IntegrityError as error:
        raise Conflict("Another theme was shortlisted at this moment. Look again, then try again.") from error


def chosen(call: Call[Notify], theme: str, session: str | None) -> Theme:
    """A theme that is chosen."""
    return call.service.database.write(lambda work: theming.choose(ThemeStore(work), SessionStore(work), theme, session))


def dropped(call: Call[Notify], theme: str) -> Theme:
    """A theme that is not taken up."""
    return call.service.database.write(lambda work: theming.drop(ThemeStore(work), theme))
