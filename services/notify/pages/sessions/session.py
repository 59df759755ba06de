"""The page of one session: its notice for everybody, and for who keeps it the forms of what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

import flask

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Changed, Conflict, Invalid, NotFound
from services.contracts.fragments import parts_of
from services.contracts.people.callers import PUBLIC
from services.contracts.sessions import SessionMove, SessionState, allowed_moves
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.of_sessions import LISTS, SESSION_MOVES
from services.design.phrases import Phrase
from services.notify.app.context import Notify
from services.notify.app.sessions.moving import moved
from services.notify.app.sessions.sessions import KEEPERS, ONE_COST, find, keeps
from services.notify.domain.lists.frozen import ListScope
from services.notify.domain.sessions.session import HOLIDAY, UNKNOWN_SESSION, Session
from services.notify.handlers.sessions.moving import ACTS
from services.notify.pages.lists.showing import last_of
from services.notify.pages.paper import TEMPLATES, local
from services.notify.pages.sessions.fields import (
    Field,
    about_version,
    officials_text,
    typed,
)
from services.notify.pages.sessions.moves import CHANGED, FIELDS, KEPT, NOT_NOW, SCHEMAS, listed, mistakes_of, said_of
from services.notify.pages.sessions.showing import ShownSession, shown_session
from services.notify.store.lists.entries import frozen_of
from services.notify.store.sessions.calendar import deputy_names
from services.runtime.web.calls import Call, tag_of
from services.runtime.web.pages.forms import VERSION
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
PATH: Final = "/sessions/<session_id>"
UNKNOWN_TIME: Final = Phrase("Postponed, to a time that is not known yet")


class MoveForm(NamedTuple):
    """What can be done, as a form."""

    move: SessionMove
    name: Words
    fields: list[Field]
    is_open: bool


@routes.get(PATH, access=PUBLIC, cost=ONE_COST, page=error_page)
def session_page(call: Call[Notify]) -> Answer:
    """One session: when and where, which rules it did not meet, and what can be done with it."""
    return _page(call, find(call, call.path["session_id"]))


@routes.post(f"{PATH}/moves/<move>", stands_on=PATH, access=KEEPERS, page=KEPT)
def carry_out(call: Call[Notify]) -> Answer:
    """Do one of the things that can be done; back to the page."""
    if call.path["move"] not in ACTS:
        raise NotFound(UNKNOWN_SESSION)
    move, session = SessionMove(call.path["move"]), find(call, call.path["session_id"])
    form, version = read_form(f"{move}-{field.id}" for field in FIELDS[move]), read_form((VERSION,))
    try:
        moved(
            about_version(call, version) if version[VERSION] else call,
            session.id,
            move,
            validate(SCHEMAS[move], said_of(call, move, form)),
        )
    except Invalid as error:
        return _page(call, session, 422, move, form, mistakes_of(move, error))
    except Changed:
        return _page(call, find(call, session.id), 409, move, form, {}, CHANGED)
    except Conflict:
        return _page(call, find(call, session.id), 409, move, form, {}, NOT_NOW)
    return see_other(f"/sessions/{session.id}")


def _page(
    call: Call[Notify],
    session: Session,
    status: int = 200,
    move: SessionMove | None = None,
    form: Mapping[str, str] | None = None,
    mistakes: Mapping[str, Phrase] | None = None,
    notice: Phrase | None = None,
) -> flask.Response:
    catalogue, is_keeper = call.service.catalogue, keeps(call.caller, session)
    moves = allowed_moves(session.state) if is_keeper else ()
    # What was typed stands in its form, also where somebody else has made that move impossible meanwhile.
    commands = [
        MoveForm(each, SESSION_MOVES[each], [_field(each, field, form or {}, session) for field in FIELDS[each]], each is move)
        for each in (*moves, *([move] if move and move not in moves else ()))
        if each in FIELDS and (each is not SessionMove.EVALUATE or stored.session_kind(catalogue, session.kind).evaluate)
    ]
    now = call.service.database.clock.now()
    with call.service.database.reading() as connection:
        last = last_of(connection, session, now, catalogue, keeps=is_keeper)
        public = {each.list for each in frozen_of(connection, ListScope(session.id))}
        names = deputy_names(connection, (*session.deputies, *session.deputies_present))
    shown, wanted = shown_session(session, catalogue), session.wanted_at(catalogue.calendar)
    return html(
        TEMPLATES, "sessions/session.html", status, place=catalogue, role=call.caller.role, session=session,
        shown=shown, facts=_facts(shown, names, catalogue), outcome=_outcome(session, names, catalogue),
        parts=parts_of("session", call.caller.role if is_keeper else None),
        is_keeper=is_keeper, commands=commands, mistakes=mistakes or {},
        labels={field.id: field.label for command in commands for field in command.fields}, notice=notice,
        wanted=wanted and local(wanted, catalogue),
        to_postpone={"at": typed(wanted, catalogue), "reason": HOLIDAY} if wanted and wanted > now else {},
        version=tag_of({"updated": session.updated}), may_change=SessionMove.CHANGE in moves, form_session=call.session,
        last=last, now=local(now, catalogue),
        lists=[(name, words) for name, words in LISTS.items() if is_keeper or name in public],
    )  # fmt: skip


def _field(move: SessionMove, field: Field, form: Mapping[str, str], session: Session) -> Field:
    name = f"{move}-{field.id}"
    given = {"hold-deputies": "、".join(session.deputies), "minutes-minutes": session.minutes or ""}
    return replace(field, id=name, given=form.get(name, given.get(name, "")))


def _facts(shown: ShownSession, names: Mapping[str, str], catalogue: Catalogue) -> list[tuple[Phrase, object]]:
    """The notice: what everybody who wants to come has to know."""
    session = shown.session
    area = stored.found(catalogue.areas, session.area)
    asked = [name_of(stored.department(catalogue, code)) for code in session.departments]
    is_put_off = session.state is SessionState.POSTPONED
    return [
        (Phrase("Time"), UNKNOWN_TIME if is_put_off else shown.at),
        (Phrase("Ends"), local(session.ends, catalogue) if session.ends and not is_put_off else None),
        (Phrase("Liaison station"), shown.station), (Phrase("Place"), session.place), (Phrase("Area"), area and name_of(area)),
        (Phrase("Theme"), session.theme),
        (Phrase("Deputies who are to come"), "、".join(names.get(each, each) for each in session.deputies)),
        (Phrase("Departments asked to come"), listed(asked)),
        (Phrase("Heads of departments"), officials_text(session.officials, catalogue) if not session.state.took_place else None),
        (Phrase("Places that can be booked"), session.slots or None),
    ]  # fmt: skip


def _outcome(session: Session, names: Mapping[str, str], catalogue: Catalogue) -> list[tuple[Phrase, object]]:
    """How it was held."""
    ratings = session.ratings
    return [
        (Phrase("Deputies who came"), "、".join(names.get(each, each) for each in session.deputies_present)),
        (Phrase("Heads of departments who came"), officials_text(session.officials, catalogue)),
        (Phrase("Visitors"), session.visitors), (Phrase("Observers"), session.observers or None),
        (Phrase("Minutes written"), session.minuted and local(session.minuted, catalogue)),
        (Phrase("Satisfied"), ratings and ratings.satisfied),
        (Phrase("Basically satisfied"), ratings and ratings.basically_satisfied),
        (Phrase("Dissatisfied"), ratings and ratings.dissatisfied),
    ]  # fmt: skip
