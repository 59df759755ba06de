"""Pages of passkeys: add one to the own account, take one out of use, sign in with one. They need scripts; passwords do not."""

from __future__ import annotations

import flask

from services.accounts.context import HasAccounts
from services.accounts.pages.entering import enter
from services.accounts.pages.proving import confirmed, own, proof_of
from services.accounts.pages.showing import ACCOUNT, DESK, Mistakes, device, guard_of, shown, site_of
from services.accounts.signing import passkeys, signing_in
from services.accounts.signing.signing_in import Opened
from services.contracts.errors import Conflict, NotAllowed, NotFound
from services.contracts.people.callers import PUBLIC, SIGNED_IN
from services.design.phrases import Phrase
from services.runtime.web.access.sessions import refuse_foreign
from services.runtime.web.access.throttle import SIGN_INS
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, see_other
from services.runtime.web.requests import form_value, read_form
from services.runtime.web.routes import Answer, Routes

PAGE, SIGN = f"{ACCOUNT}/passkeys", "/login/passkey"
SCRIPTS = ("passkeys.js",)
NOT_GOOD = Phrase("This passkey could not be used; please try again or use your password")
NO_MORE = Phrase("There are ten passkeys already; please take one out of use first")
routes = Routes()


@routes.get(PAGE, access=SIGNED_IN, page=error_page)
def page(call: Call[HasAccounts]) -> Answer:
    """The own passkeys."""
    return _own(call)


@routes.post(PAGE, access=SIGNED_IN, page=error_page)
def add(call: Call[HasAccounts]) -> Answer:
    """Keep a passkey that the browser has made."""
    me, form = own(call), read_form(("sealed", "label"))
    if mistakes := confirmed(call, me):
        return _own(call, 422, mistakes)
    label = form["label"][:60] or device() or "–"
    try:
        passkeys.keep(call.service.accounts, me, site_of(call), form["sealed"], form_value("credential"), label)
    except NotFound:
        return _own(call, 422, {"credential": NOT_GOOD})
    except Conflict:
        return _own(call, 409, {"credential": NO_MORE})
    return see_other(PAGE)


@routes.post(f"{PAGE}/remove", stands_on=PAGE, access=SIGNED_IN, page=error_page)
def remove(call: Call[HasAccounts]) -> Answer:
    """Take a passkey out of use."""
    passkeys.remove(call.service.accounts, own(call).id, read_form(("passkey",))["passkey"])
    return see_other(PAGE)


@routes.get(SIGN, access=PUBLIC, page=error_page)
def sign_page(call: Call[HasAccounts]) -> Answer:
    """The page to sign in with a passkey."""
    return _sign(call)


@routes.post(SIGN, access=PUBLIC, page=error_page, counts=(SIGN_INS,))
def sign(call: Call[HasAccounts]) -> Answer:
    """Sign in with a passkey, which needs no second factor: its owner was asked by the device."""
    refuse_foreign(flask.request.headers.get("Sec-Fetch-Site"))
    accounts, sealed = call.service.accounts, read_form(("sealed",))["sealed"]
    try:
        person = passkeys.signed_by(accounts, site_of(call), sealed, form_value("credential"))
        outcome = accounts.change(
            lambda work, people: signing_in.proceed(accounts, work, people.get(person), device(), is_sure=True)
        )
    except (NotFound, NotAllowed):
        guard_of(call).missed(SIGN_INS)
        return _sign(call, 401, {"credential": NOT_GOOD})
    if not isinstance(outcome, Opened):
        return _sign(call, 401, {"credential": NOT_GOOD})
    return enter(call, outcome.secret, DESK)


def _own(call: Call[HasAccounts], status: int = 200, mistakes: Mistakes | None = None) -> Answer:
    me, accounts = own(call), call.service.accounts
    asked, known = passkeys.ask_for_new(accounts, me, site_of(call)), passkeys.listed(accounts, me.id)
    return shown(
        call, "passkeys.html", status, asked=asked, known=known, mistakes=mistakes or {}, scripts=SCRIPTS, proof=proof_of(call, me)
    )


def _sign(call: Call[HasAccounts], status: int = 200, mistakes: Mistakes | None = None) -> Answer:
    asked = passkeys.ask_to_sign(call.service.accounts, site_of(call))
    return shown(call, "login-passkey.html", status, asked=asked, mistakes=mistakes or {}, scripts=SCRIPTS)
