"""The pages on which the office keeps the registers of deputies and of their groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Generic, TypeVar

import flask
from marshmallow import Schema
from sqlalchemy.engine import Connection

from services.contracts.errors import Changed, Conflict, Invalid, NotFound
from services.contracts.words.people import DEPUTY_LEVELS, DEPUTY_STATES, GROUP_KINDS
from services.contracts.words.text import value
from services.design.phrases import Phrase
from services.intake.app.constituency.registers import keep_deputy, keep_group
from services.intake.app.context import ADMIN, Intake
from services.intake.domain.constituency.deputy import CODE, UNKNOWN_DEPUTY, Deputy, DeputyState
from services.intake.domain.constituency.group import UNKNOWN_GROUP, DeputyGroup
from services.intake.handlers.constituency.keeping import Expect
from services.intake.pages.constituency.directory import shown_groups
from services.intake.pages.constituency.naming import EntryNames, catalogue_names
from services.intake.pages.paper import TEMPLATES
from services.intake.schemas.constituency.registers import DeputyBody, GroupBody, RegisterEntryQuery, RegisterQuery
from services.intake.store.constituency import registers as store
from services.runtime.store.database import Transaction
from services.runtime.web.calls import Call, tag_of
from services.runtime.web.lists.paging import cursor_of, read_cursor
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LIST, A_PAGE = "/deputies", 50
#: How many groups can be entered by name; by code there are as many as one likes.
MOST_NAMES = 5_000
ENTRY, GROUP = f"{LIST}/entry", f"{LIST}/group"
#: Hidden: which version of an entry was read; empty for a new one.
VERSION = "version"
Entry = TypeVar("Entry", Deputy, DeputyGroup)


@dataclass(frozen=True)
class Register(Generic[Entry]):
    """One of the registers: its form's address and title, the fields with one value and those with several, how
    an entry is found, and its rules."""

    path: str
    title: Phrase
    single: tuple[str, ...]
    several: tuple[str, ...]
    body: Schema
    find: Callable[[Connection, str], Entry | None]
    unknown: str
    keep: Callable[[Intake, Transaction, Entry, Expect], Entry]


_TEXTS = ("identity", "duties", "promise", "results")
DEPUTIES = Register(
    ENTRY, Phrase("Deputy of the register"), ("name", "level", "term", "state", *_TEXTS), ("areas", "stations", "groups"),
    DeputyBody(), store.find_deputy, UNKNOWN_DEPUTY, keep_deputy,
)  # fmt: skip
GROUPS = Register(
    GROUP, Phrase("Group of the register"), ("name", "kind", "counterpart"), ("topics",), GroupBody(), store.find_group,
    UNKNOWN_GROUP, keep_group,
)  # fmt: skip
LABELS: Mapping[str, Phrase] = {
    "code": Phrase("Code in the register"), "name": Phrase("Name"), "level": Phrase("Deputy of"), "term": Phrase("Term"),
    "state": Phrase("State"), "kind": Phrase("Kind of group"), "counterpart": Phrase("Committee it works with"),
    "areas": Phrase("Areas they are responsible for"), "stations": Phrase("Liaison stations"),
    "groups": Phrase("Groups of deputies"), "topics": Phrase("Topics"), "identity": Phrase("Who I am"),
    "duties": Phrase("What I take care of"), "promise": Phrase("What I promise"), "results": Phrase("What I have achieved"),
}  # fmt: skip
_LONG = Phrase("At most 2,000 characters")
#: What is wrong with a field, said once for each.
MISTAKES: Mapping[str, Phrase] = {
    "code": Phrase("1 to 40 letters, digits and . _ -, such as wx-017"),
    "name": Phrase("Please enter a name of at most 100 characters"),
    "level": Phrase("Please choose one of these"), "state": Phrase("Please choose one of these"),
    "kind": Phrase("Please choose one of these"), "term": Phrase("Please enter the term, in at most 40 characters"),
    "counterpart": Phrase("At most 100 characters"), **dict.fromkeys(_TEXTS, _LONG),
    **dict.fromkeys(("areas", "stations", "groups", "topics"), Phrase("Please name at most 100, each by name or code")),
}  # fmt: skip
#: Of what was typed, the texts are shown again, and the rest goes along.
KEPT = KeptForm(
    {name: LABELS[name] for name in ("name", "term", "counterpart", *_TEXTS)},
    (VERSION, "code", "level", "state", "kind", "areas", "stations", "groups", "topics"),
)
UNKNOWN = Phrase("Not known here, or called the same as another: %(words)s. Please use the code.")
ALL = Phrase("All of them")
TAKEN = Phrase("There is an entry with this code already")
CHANGED = Phrase("Somebody has changed this entry since you opened it. Please open it again, then make your change.")
ENDED = Phrase("Their office ended with this term; please enter the new one")


@routes.get(LIST, access=ADMIN, query=RegisterQuery, page=error_page)
def list_page(call: Call[Intake]) -> Answer:
    """The deputies by code, of a state where one is named, and the groups."""
    state = call.query["state"] or None
    with call.service.database.reading() as connection:
        found = store.deputies_page(connection, {"state": state}, {}, read_cursor(call.query["cursor"]), A_PAGE)
        groups = shown_groups(connection, call.query["groups"])
    kept = f"&state={state}" if state else ""
    return html(
        TEMPLATES, "constituency/register.html", place=call.service.catalogue, role=call.caller.role,
        narrowings=[
            (LIST, ALL, state is None),
            *((f"{LIST}?state={code}", words, code == state) for code, words in DEPUTY_STATES.items()),
        ],
        deputies=[(each, DEPUTY_LEVELS[each.level], DEPUTY_STATES[each.state]) for each in found[:A_PAGE]],
        groups=groups.rows, more_groups=groups.following and f"{LIST}?groups={groups.following}{kept}",
        following=f"{LIST}?cursor={cursor_of(found[A_PAGE - 1].code)}{kept}" if len(found) > A_PAGE else None,
    )  # fmt: skip


@routes.get(ENTRY, access=ADMIN, query=RegisterEntryQuery, page=error_page)
def deputy_form(call: Call[Intake]) -> Answer:
    """The form of a deputy: empty, or with what the register says of one."""
    return _opened(call, DEPUTIES)


@routes.post(ENTRY, access=ADMIN, page=KEPT)
def enter_deputy(call: Call[Intake]) -> Answer:
    """Enter a deputy, or a change of one; back to the list."""
    return _entered(call, DEPUTIES)


@routes.get(GROUP, access=ADMIN, query=RegisterEntryQuery, page=error_page)
def group_form(call: Call[Intake]) -> Answer:
    """The form of a group: empty, or with what the register says of one."""
    return _opened(call, GROUPS)


@routes.post(GROUP, access=ADMIN, page=KEPT)
def enter_group(call: Call[Intake]) -> Answer:
    """Enter a group, or a change of one; back to the list."""
    return _entered(call, GROUPS)


def _opened(call: Call[Intake], register: Register[Entry]) -> flask.Response:
    code, entry = call.query["code"], None
    if code is not None:
        with call.service.database.reading() as connection:
            entry = register.find(connection, code)
        if entry is None:
            raise NotFound(register.unknown)
    form = dict.fromkeys(("code", VERSION, *register.single, *register.several), "") | {"state": DeputyState.ACTIVE}
    if entry is not None:
        said, names = asdict(entry), _names(call.service)
        form |= {name: said[name] for name in ("code", *register.single)} | {VERSION: tag_of(said)}
        form |= {name: names[name].text(said[name]) for name in register.several}
    return _page(call, register, form)


def _entered(call: Call[Intake], register: Register[Entry]) -> flask.Response:
    form, names = read_form(("code", VERSION, *register.single, *register.several)), _names(call.service)
    form["code"] = value(form["code"])
    given: dict[str, object] = {name: form[name] for name in register.single if form[name]}
    given |= {name: names[name].codes(form[name]) for name in register.several}
    mistakes = {} if CODE.fullmatch(form["code"]) else {"code": MISTAKES["code"]}

    def expect(row: Mapping[str, object] | None) -> None:
        if row is not None and tag_of(row) != form[VERSION]:
            raise Changed("It is not what was read.")

    try:
        new: Entry = replace(validate(register.body, given), code=form["code"])
        if not mistakes:
            call.service.database.write(lambda work: register.keep(call.service, work, new, expect))
            return see_other(LIST)
    except Invalid as error:
        wrong = {path.partition(".")[0] for path in error.errors}
        mistakes |= {name: MISTAKES[name] for name in MISTAKES if name in wrong}
    except Conflict:
        return _page(call, register, form, 409, {"term": ENDED})
    except Changed:
        return _page(call, register, form, 409, {"code": CHANGED if form[VERSION] else TAKEN})
    for name in register.several:
        if unknown := names[name].unknown(form[name]):
            mistakes[name] = UNKNOWN.filled(words=", ".join(unknown))
    return _page(call, register, form, 422, mistakes)


def _names(service: Intake) -> dict[str, EntryNames]:
    with service.database.reading() as connection:
        groups = store.groups_page(connection, {}, None, MOST_NAMES)
    return {**catalogue_names(service.catalogue), "groups": EntryNames((each.code, (each.name,)) for each in groups)}


def _page(
    call: Call[Intake],
    register: Register[Entry],
    form: Mapping[str, str],
    status: int = 200,
    mistakes: Mapping[str, Phrase] | None = None,
) -> flask.Response:
    return html(
        TEMPLATES, "constituency/entry.html", status, place=call.service.catalogue, role=call.caller.role, form=form,
        title=register.title, action=register.path, names=register.several, texts=_TEXTS, labels=LABELS,
        mistakes=mistakes or {}, levels=[(None, list(DEPUTY_LEVELS.items()))],
        states=[(None, list(DEPUTY_STATES.items()))], kinds=[(None, list(GROUP_KINDS.items()))],
        session=call.session,
    )  # fmt: skip
