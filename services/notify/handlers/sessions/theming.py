"""What is done with themes: suggested, shortlisted, chosen for a session, dropped."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from services.contracts.errors import Invalid, NotFound
from services.notify.domain.sessions.details import unknown_codes
from services.notify.domain.sessions.theme import UNKNOWN_THEME, Source, Theme, known_kind

if TYPE_CHECKING:
    from services.contracts.catalogue.model import Catalogue
    from services.notify.store.sessions.sessions import SessionStore
    from services.notify.store.sessions.themes import ThemeStore


def suggest(
    store: ThemeStore, catalogue: Catalogue, title: str, source: Source, kind: str | None, area: str | None, support: int,
    by: str | None,
) -> Theme:  # fmt: skip
    """Suggest a theme."""
    wrong = unknown_codes(catalogue, kind or next(iter(catalogue.session_kinds), ""), None, area, (), ())
    if wrong:
        raise Invalid("Correct the fields named in 'errors' and send again.", wrong)
    theme = store.new(title, source, by, kind=kind, area=area, support=support)
    store.save(theme, theme.suggest())
    return theme


def shortlist(store: ThemeStore, catalogue: Catalogue, theme_id: str, kind: str | None, month: date) -> Theme:
    """Make a theme one to choose from."""
    theme = loaded(store, theme_id)
    wanted = known_kind(kind or theme.kind, catalogue.session_kinds)
    store.save(theme, theme.shortlist(wanted, month, store.taken(wanted, month)))
    return theme


def choose(store: ThemeStore, sessions: SessionStore, theme_id: str, session_id: str | None) -> Theme:
    """Choose a theme; the session that is about it says so from then on."""
    theme = loaded(store, theme_id)
    if session_id is not None:
        session = sessions.load(session_id)
        if session is None or session.kind != theme.kind:
            raise Invalid("There is no such session of the kind of this theme.", {"session": ["take an id from GET /sessions"]})
        message = session.change(replace(session.details, theme=theme.title))
        sessions.save(session, message)
    store.save(theme, theme.choose(session_id))
    return theme


def drop(store: ThemeStore, theme_id: str) -> Theme:
    """Do not take a theme up."""
    theme = loaded(store, theme_id)
    theme.drop()
    store.save(theme)
    return theme


def hold(store: ThemeStore, session_id: str) -> None:
    """A session was held: its themes were, too."""
    for theme in store.of_session(session_id):
        theme.hold()
        store.save(theme)


def loaded(store: ThemeStore, theme_id: str) -> Theme:
    """A theme, held until the transaction ends; raises `NotFound`."""
    theme = store.load(theme_id)
    if theme is None:
        raise NotFound(UNKNOWN_THEME)
    return theme
