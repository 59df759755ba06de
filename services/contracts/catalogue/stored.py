"""Looks up stored codes in the current catalogue, also those that the catalogue no longer has.

A catalogue may change while cases are open. A case may not depend on its codes still being there: code that
reads a code from a store, a queue or an event looks it up here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from services.contracts.catalogue.model import LEVELS, Catalogue, Department, Difficulty, Topic
from services.contracts.catalogue.sessions import SessionKind
from services.contracts.time.durations import parse_duration

T = TypeVar("T")
#: The durations of a case as they are kept with it: text by kind, such as `{"reply": "15wd"}`.
Kept = Mapping[str, str]


def found(entries: Mapping[str, T], code: str | None) -> T | None:
    """The entry of a section of the catalogue; None when it is gone or nothing was stored."""
    return None if code is None else entries.get(code)


def department(catalogue: Catalogue, code: str) -> Department:
    """A department; one that is gone is called by its code, has no channels and nobody who approves."""
    return found(catalogue.departments, code) or Department(code, code, code)


def session_kind(catalogue: Catalogue, code: str) -> SessionKind:
    """A kind of session; one that is not there is called by its code and asks for nothing."""
    return found(catalogue.session_kinds, code) or SessionKind(code, code, code)


def topic(catalogue: Catalogue, code: str | None) -> Topic | None:
    """A topic; one that is gone keeps its code, and is handled as what has no topic. None when none was stored."""
    if not code:
        return None
    gone = Topic(code, code, code, catalogue.fallback_department, catalogue.fallback_difficulty, ())
    return found(catalogue.topics, code) or gone


def difficulty(catalogue: Catalogue, code: str, kept: Kept | None = None) -> Difficulty:
    """The difficulty of a case with its terms: those kept with the case, else today's, else those of the fallback."""
    today = found(catalogue.difficulties, code)
    terms = today or replace(fallback(catalogue), code=code, name=code, name_en=code)
    if kept is None:
        return terms
    return replace(terms, deadlines={**terms.deadlines, **{kind: parse_duration(text) for kind, text in kept.items()}})


def fallback(catalogue: Catalogue) -> Difficulty:
    """The difficulty of what no rule matched; a catalogue without it cannot be loaded."""
    return catalogue.difficulties[catalogue.fallback_difficulty]


def terms_to_keep(given: Difficulty) -> dict[str, str]:
    """The durations of a difficulty in the form in which they are kept with a case."""
    return {kind: str(duration) for kind, duration in given.deadlines.items()}


def level(catalogue: Catalogue, stored: str | None) -> str:
    """The level of a case; that of the place where none was stored or there is no such level any more."""
    return stored if stored in LEVELS else catalogue.level
