"""The accounts of others, for administrators: who there is, invitations, roles, and what ends them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Literal
from urllib.parse import urlencode

import flask

from services.accounts import managing
from services.accounts.api import ADMIN, check_place
from services.accounts.context import Accounts, HasAccounts
from services.accounts.managing import Sent
from services.accounts.model import AccountHolder, NewGrant, WantedAccounts, check_invited
from services.accounts.pages import granting
from services.accounts.pages.own import line_of
from services.accounts.pages.proving import administrator_confirmed, administrator_proof
from services.accounts.pages.showing import Mistakes, guard_of, role_words, shown, site_of
from services.accounts.schemas import AccountName, Invitation
from services.contracts.errors import Conflict, Invalid
from services.contracts.people.callers import RULES, SIGNED_IN, Role
from services.contracts.words.bilingual import Words
from services.contracts.words.text import value
from services.design.phrases import Phrase
from services.runtime.input.queries import ChoiceOf, Registered, registered, texts
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import cursor_of, read_cursor
from services.runtime.web.pages.html import error_page, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

LIST, SHOWN = "/accounts", 50
ONE: Final = f"{LIST}/<account_id>"
FIELDS = ("sign_in", "name", "role", "of", "deputy", "email", "phone", "external")
#: What is wrong with a field, whatever the API says of it in full.
WRONG: Final[Mapping[str, Phrase]] = {
    "sign_in": Phrase("Please use 2 to 60 letters, digits and . @ + - _"),
    "name": Phrase("Please enter a name of at most 80 characters"),
    **granting.WRONG,
    "email": Phrase("Please enter one e-mail address"),
    "phone": Phrase("Please enter one telephone number"),
    "external": Phrase("Please enter at most 200 characters"),
}
LABELS: Final[Mapping[str, Phrase]] = {
    "sign_in": Phrase("Sign-in name"), "name": Phrase("Name"), **granting.LABELS,
    "email": Phrase("E-mail"), "phone": Phrase("Telephone"), "external": Phrase("Name at the single sign-on"),
    "present": Phrase("Present password"),
}  # fmt: skip
TAKEN = Phrase("There is such an account already")
STATES: Final[Mapping[str, Phrase]] = {
    "invited": Phrase("invited"), "active": Phrase("active"), "suspended": Phrase("suspended"), "erased": Phrase("erased"),
}  # fmt: skip
FILTERS: Final = ("q", "acting", "acts-for", "state", "lacks")
LONGEST: Final = 80
LACKING: Final[Mapping[str, Phrase]] = {
    "visit": Phrase("never signed in"), "factor": Phrase("no second factor and no passkey"),
}  # fmt: skip
_NARROWED: Final = texts(
    "q", "cursor", acting=ChoiceOf(Role), state=ChoiceOf(STATES), lacks=ChoiceOf(LACKING), **{"acts-for": Registered(LONGEST)}
)
Move = Callable[[Accounts, str, str | None], AccountHolder | Sent]
#: What an administrator does with an account, by the last part of the address.
MOVES: Final[Mapping[str, Move]] = {
    "suspend": managing.suspend,
    "resume": lambda accounts, person, _: managing.resume(accounts, person),
    "sign-out": lambda accounts, person, _: managing.sign_out(accounts, person),
    "reset": lambda accounts, person, _: managing.reset(accounts, person),
    "erase": managing.erase,
}
#: Of these, those that cannot be taken back take the administrator's own password again.
PROVEN: Final = frozenset({"reset", "erase"})
NOT_NOW = Phrase("This is not possible with this account now")
routes = Routes()


@routes.get(LIST, access=ADMIN, query=_NARROWED, page=error_page)
def page(call: Call[HasAccounts]) -> Answer:
    """All accounts, the newest first, and the form that invites somebody."""
    return _list(call)


@routes.post(
    LIST, access=ADMIN, page=KeptForm({name: LABELS[name] for name in FIELDS if name not in ("role", "of")}, ("role", "of"))
)
def invite(call: Call[HasAccounts]) -> Answer:
    """Invite somebody, or once more who has not come yet; it takes the administrator's own password again."""
    form = read_form(FIELDS)
    given = {name: form[name] or None for name in ("email", "phone", "external")}
    asked = {"role": form["role"], **granting.party_of(form)}
    try:
        invited = validate(Invitation(), {"sign_in": form["sign_in"], "name": form["name"], "grant": asked, **given})
        check_place(call, invited.asked)
        check_invited(invited)
        if mistakes := administrator_confirmed(call):
            return _list(call, 422, form, mistakes)
        sent = managing.invite(call.service.accounts, invited)
    except Invalid as error:
        return _list(call, 422, form, granting.mistakes_of(error, WRONG))
    except Conflict:
        return _list(call, 409, form, {"sign_in": TAKEN})
    guard_of(call).say(sent.person.id)
    return _one(call, sent.person, sent=sent)


@routes.get(ONE, access=ADMIN, page=error_page, personal=True)
def one(call: Call[HasAccounts]) -> Answer:
    """One account with contact data, and what can be done with it."""
    return _one(call, call.service.accounts.read(lambda people: people.get(call.path["account_id"])))


@routes.post(f"{ONE}/name", stands_on=ONE, access=ADMIN, page=KeptForm({"name": LABELS["name"]}))
def rename(call: Call[HasAccounts]) -> Answer:
    """Call somebody by another name."""
    accounts, person, form = call.service.accounts, call.path["account_id"], read_form(("name",))
    try:
        managing.rename(accounts, person, validate(AccountName(), form)["name"])
    except Invalid:
        return _one(call, accounts.read(lambda people: people.get(person)), 422, form, {"name": WRONG["name"]})
    return see_other(f"{LIST}/{person}")


@routes.post(f"{ONE}/grants", stands_on=ONE, access=ADMIN, page=KeptForm({"deputy": LABELS["deputy"]}, ("role", "of")))
def grant(call: Call[HasAccounts]) -> Answer:
    """Grant another role, which takes the administrator's own password again."""
    form, person = read_form(granting.FIELDS), call.path["account_id"]
    mistakes: Mistakes = {}
    try:
        of = granting.party_of(form)
        asked = NewGrant(form["role"], of.get("department"), of.get("station"), of.get("deputy"))
        check_place(call, asked)
        asked.check()
        if not (mistakes := administrator_confirmed(call)):
            managing.grant(call.service.accounts, person, asked)
    except Invalid as error:
        mistakes = granting.mistakes_of(error, WRONG)
    if mistakes:
        known = call.service.accounts.read(lambda people: people.get(person))
        return _one(call, known, 422, {**form, "move": "grants"}, mistakes)
    return see_other(f"{LIST}/{person}")


@routes.post(f"{ONE}/grants/<grant_id>/end", stands_on=ONE, access=ADMIN, page=error_page)
def end_grant(call: Call[HasAccounts]) -> Answer:
    """End a role."""
    managing.end_grant(call.service.accounts, call.path["account_id"], call.path["grant_id"], call.caller.person)
    return see_other(f"{LIST}/{call.path['account_id']}")


def _move(name: str) -> None:
    def move(call: Call[HasAccounts]) -> Answer:
        accounts, person = call.service.accounts, call.path["account_id"]
        if mistakes := administrator_confirmed(call) if name in PROVEN else {}:
            return _one(call, accounts.read(lambda people: people.get(person)), 422, {"move": name}, mistakes)
        try:
            done = MOVES[name](accounts, person, call.caller.person)
        except Conflict:
            return _one(call, accounts.read(lambda people: people.get(person)), 409, None, {"move": NOT_NOW})
        return _one(call, done.person, sent=done) if isinstance(done, Sent) else see_other(f"{LIST}/{person}")

    move.__doc__ = f"{name.capitalize()} an account."
    move.__name__ = f"{name.replace('-', '_')}_at_page"
    routes.post(f"{ONE}/{name}", stands_on=ONE, access=ADMIN, page=error_page)(move)


for _name in MOVES:
    _move(_name)


def _list(
    call: Call[HasAccounts], status: int = 200, form: Mapping[str, str] | None = None, mistakes: Mistakes | None = None
) -> Answer:
    before = read_cursor(str(call.query.get("cursor") or "") or None)
    asked = {name: value(str(call.query.get(name) or ""))[:LONGEST] for name in FILTERS}
    registered("acts-for", asked["acts-for"] or None, partial(granting.is_place, call))
    found = call.service.accounts.read(lambda people: people.page(before, SHOWN, _wanted(asked)))
    rows = [(each, STATES[each.state], _roles(call, each)) for each in found[:SHOWN]]
    kept = urlencode({name: text for name, text in asked.items() if text})
    following = f"{LIST}?cursor={cursor_of(found[SHOWN - 1].id)}&{kept}" if len(found) > SHOWN else None
    return shown(
        call, "accounts.html", status, rows=rows, following=following, asked=asked, kept=kept,
        lacking=[(None, list(LACKING.items()))],
        states=[(None, list(STATES.items()))], given=form or dict.fromkeys(FIELDS, ""),
        mistakes=mistakes or {}, labels=LABELS, proof=administrator_proof(call), **granting.choices(call, SIGNED_IN),
    )  # fmt: skip


def _wanted(asked: Mapping[str, str]) -> WantedAccounts:
    of, colon, code = asked["acts-for"].partition(":")
    lacks: Literal["visit", "factor"] | None = "visit" if asked["lacks"] == "visit" else "factor" if asked["lacks"] else None
    roles = tuple(role for role in Role if asked["acting"] in ("", role) and (not colon or RULES[role].of == of))
    is_any = not (asked["acting"] or colon)
    return WantedAccounts(asked["q"], None if is_any else roles, code or None, asked["state"] or None, lacks)


def _one(
    call: Call[HasAccounts], person: AccountHolder, status: int = 200, form: Mapping[str, str] | None = None,
    mistakes: Mistakes | None = None, sent: Sent | None = None,
) -> flask.Response:  # fmt: skip
    return shown(
        call, "one-account.html", status, person=person, state=STATES[person.state], sent=sent,
        grants=[(each.id, line_of(role_words(call.service, each))) for each in person.grants],
        link=None if sent is None or sent.link is None else site_of(call) + sent.link,
        proof=administrator_proof(call),
        given={"name": person.name, "move": "", **dict.fromkeys(granting.FIELDS, ""), **(form or {})}, labels=LABELS,
        mistakes=mistakes or {},
        **granting.choices(call, SIGNED_IN),
    )  # fmt: skip


def _roles(call: Call[HasAccounts], person: AccountHolder) -> list[Words]:
    return [line_of(role_words(call.service, each)) for each in person.grants]
