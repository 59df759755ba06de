"""The own account: the desk, what somebody may act as, how they are reached, their password and their sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.accounts import managing
from services.accounts.context import HasAccounts
from services.accounts.credentials.passwords import NOT_THE_SAME, mistake_in
from services.accounts.model import AccountHolder
from services.accounts.pages.proving import confirmed, own, proof_of
from services.accounts.pages.showing import ACCOUNT, DESK, TEMPLATES, Mistakes, guard_of, role_words, shown
from services.accounts.signing import signing_in
from services.contracts.errors import Invalid, NotFound
from services.contracts.fragments import fragment, parts_of
from services.contracts.people.callers import RULES, SIGNED_IN, Party
from services.contracts.words.bilingual import Words
from services.design.phrases import Phrase
from services.runtime.web.access.sessions import end_sessions
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.requests import form_value, read_form
from services.runtime.web.routes import Answer, Routes

ROLE = Phrase("Role")
PARTIES: Final[Mapping[Party, Phrase]] = {
    "department": Phrase("Your department"), "station": Phrase("Your station"), "deputy": Phrase("Deputy"),
}  # fmt: skip
NAME, UNTIL = Phrase("Name"), Phrase("Signed in until")
#: A row about who is signed in.
Fact = tuple[Phrase, object]
REACHED: Final = fragment("letters", "intake")
routes = Routes()


@routes.get(DESK, access=SIGNED_IN, page=error_page)
def desk(call: Call[HasAccounts]) -> Answer:
    """Where somebody who has signed in begins: who they are, and links to what they may do."""
    # A token has no account, and so no other role.
    me = own(call) if call.caller.person else None
    roles, acting = _choice(call, me)
    parts = parts_of("office", call.caller.role)
    return shown(call, "desk.html", facts=facts_of(call), parts=parts, roles=roles, acting=acting, scripts=("notices.js",))


@routes.get(REACHED.path, access=REACHED.roles, page=error_page)
def reached(call: Call[HasAccounts]) -> Answer:
    """The own address and the name for chat, where somebody chooses how to be told of notices; nothing for a token."""
    me = own(call) if call.caller.person else None
    return html(TEMPLATES, "reached-part.html", part=REACHED, me=me)


@routes.get(ACCOUNT, access=SIGNED_IN, page=error_page, own=True)
def account(call: Call[HasAccounts]) -> Answer:
    """The own account: roles, password, second factor, sessions."""
    return _account(call)


@routes.post(f"{ACCOUNT}/role", stands_on=ACCOUNT, access=SIGNED_IN, page=error_page, own=True)
def act_as(call: Call[HasAccounts]) -> Answer:
    """Act as another of the own roles from now on. The session gets a new secret with it."""
    chosen, me, accounts = read_form(("grant",))["grant"], own(call), call.service.accounts
    if chosen not in {grant.id for grant in me.grants}:
        raise NotFound("This role is not yours, or no longer.")
    session = call.session
    secret = accounts.change(lambda work, _: signing_in.act_as(work, session.id if session else "", chosen))
    response = see_other(DESK)
    guard_of(call).renew(response, secret)
    return response


@routes.post(f"{ACCOUNT}/password", stands_on=ACCOUNT, access=SIGNED_IN, page=error_page, own=True)
def change_password(call: Call[HasAccounts]) -> Answer:
    """Change the own password; all other sessions end."""
    me, accounts, session = own(call), call.service.accounts, call.session
    password = form_value("password")
    if mistakes := confirmed(call, me):
        return _account(call, 422, mistakes)
    mistake = mistake_in(password) or (NOT_THE_SAME if password != form_value("again") else None)
    if mistake is not None:
        return _account(call, 422, {"again" if mistake is NOT_THE_SAME else "password": mistake})
    try:
        managing.change_password(accounts, me, password, session.id if session else None)
    except Invalid as error:
        return _account(call, 422, {"password": Phrase(error.errors["password"][0])})
    return see_other(f"{ACCOUNT}?done=password")


@routes.post(f"{ACCOUNT}/sessions/end", stands_on=ACCOUNT, access=SIGNED_IN, page=error_page, own=True)
def end_own_sessions(call: Call[HasAccounts]) -> Answer:
    """End one of the own sessions, or all but this one."""
    only, me, session = read_form(("session",))["session"], own(call), call.session
    call.service.accounts.change(
        lambda work, _: end_sessions(work, me.id, only=only or None, but=None if only or session is None else session.id)
    )
    guard_of(call).look_again()
    return see_other(f"{ACCOUNT}?done=sessions")


def facts_of(call: Call[HasAccounts]) -> list[Fact]:
    """Who is signed in, as what, until when."""
    caller, session = call.caller, call.session
    role, of = role_words(call.service, caller)
    facts: list[Fact] = [(NAME, caller.name)] if caller.name else []
    facts += [(ROLE, role)]
    acts_for = RULES[caller.role].of if caller.role else None
    if of is not None and acts_for is not None:
        facts.append((PARTIES[acts_for], of))
    return facts + ([(UNTIL, session.until)] if session else [])


def _account(call: Call[HasAccounts], status: int = 200, mistakes: Mistakes | None = None) -> Answer:
    me, session, accounts = own(call), call.session, call.service.accounts
    now = accounts.access.clock.now()
    roles, acting = _choice(call, me)
    return shown(
        call, "account.html", status, me=me, facts=facts_of(call), mistakes=mistakes or {}, roles=roles, acting=acting,
        sessions=accounts.read(lambda people: people.open_sessions(me.id, now)), here_id=session.id if session else "",
        done=str(call.query.get("done", "")), proof=proof_of(call, me),
        needs_more=bool(session and session.limited),
    )  # fmt: skip


def _choice(call: Call[HasAccounts], me: AccountHolder | None) -> tuple[list[tuple[str, Words]], str]:
    """The roles that somebody can act in, and the one that they act in now."""
    session, accounts = call.session, call.service.accounts
    roles = [(grant.id, line_of(role_words(call.service, grant))) for grant in me.grants] if me else []
    return roles, accounts.read(lambda people: people.acting(session.id)) if session else ""


def line_of(words: tuple[Words, Words | None]) -> Words:
    """A role with what is acted for in it, in one line."""
    role, of = words
    return role if of is None else Words(f"{role.zh} · {of.zh}", f"{role.en} · {of.en}")
