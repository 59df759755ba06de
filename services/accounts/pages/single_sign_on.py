"""The way to the provider of the place and back."""

from __future__ import annotations

from dataclasses import asdict

import flask
import structlog

from services.accounts import signing_in
from services.accounts.context import Accounts, HasAccounts
from services.accounts.model import AccountHolder
from services.accounts.once import LASTS, Purpose
from services.accounts.pages.entering import code_form, enter, sign_in_form
from services.accounts.pages.showing import DESK, device, guard_of, own_path, shown, site_of
from services.accounts.people import ChangingPeople
from services.accounts.signing_in import CodeNeeded, Outcome
from services.accounts.single_sign_on import Begun, NotLetIn, SingleSignOn
from services.contracts.callers import PUBLIC
from services.contracts.errors import NotAllowed, NotFound, Unavailable
from services.design.phrases import Phrase
from services.runtime.store.database import Transaction
from services.runtime.web.calls import Call
from services.runtime.web.pages import error_page, see_other
from services.runtime.web.routes import Answer, Routes
from services.runtime.web.throttle import SIGN_INS

log = structlog.get_logger()
AWAY, BACK, COOKIE = "/login/sso", "/login/sso/back", "huiying-sso"
NOT_LET_IN = Phrase("The single sign-on did not let you in, or you have no account here; please ask your administrator")
NO_ANSWER = Phrase("The single sign-on does not answer right now; please try again or use your password")
routes = Routes()


@routes.get(AWAY, access=PUBLIC, page=error_page, counts=(SIGN_INS,))
def away(call: Call[HasAccounts]) -> Answer:
    """Go to the provider."""
    accounts, to = call.service.accounts, own_path(str(call.query.get("to", "")))
    try:
        place, begun = _provider(accounts).begin(_back(call))
    except Unavailable:
        return sign_in_form(call, to, 503, "", {"sign_in": NO_ANSWER})
    response = see_other(place)
    kept = accounts.lend(Purpose.SINGLE, **asdict(begun), to=to)
    # Lax, since it is the provider that sends the browser back.
    response.set_cookie(
        COOKIE, kept, max_age=int(LASTS[Purpose.SINGLE].total_seconds()), path=BACK, secure=guard_of(call).is_secure(),
        httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


@routes.get(BACK, access=PUBLIC, page=error_page, counts=(SIGN_INS,))
def back(call: Call[HasAccounts]) -> Answer:
    """Back from the provider: the person invited under the claim is signed in."""
    accounts = call.service.accounts
    try:
        begun, to = _begun(accounts, flask.request.cookies.get(COOKIE, ""))
        state, code = str(call.query.get("state", "")), str(call.query.get("code", ""))
        named = _provider(accounts).finish(_back(call), begun, state, code)
        outcome = accounts.change(lambda work, people: _let_in(accounts, work, people, named))
    except (NotLetIn, NotAllowed) as error:
        log.warning("single_sign_on_refused", reason=str(error))
        return _forgotten(sign_in_form(call, DESK, 403, "", {"sign_in": NOT_LET_IN}))
    except Unavailable:
        return _forgotten(sign_in_form(call, DESK, 503, "", {"sign_in": NO_ANSWER}))
    if isinstance(outcome, CodeNeeded):
        return _forgotten(code_form(call, to, outcome.step))
    # A page that goes on by itself: a redirect that another site began would not bring the strict cookie along.
    entered = enter(call, outcome.secret, to)
    to = "/account/second-factor" if outcome.limited else to
    response = shown(call, "signed-in.html", to=to, onward=f"0; url={to}")
    for cookie in entered.headers.getlist("Set-Cookie"):
        response.headers.add("Set-Cookie", cookie)
    return _forgotten(response)


def _let_in(accounts: Accounts, work: Transaction, people: ChangingPeople, named: str) -> Outcome:
    person: AccountHolder | None = people.known_as(named)
    if person is None:
        raise NotLetIn("nobody is invited under this claim")
    if person.state == "invited":
        people.change(person.id, state="active")
    return signing_in.proceed(accounts, work, people.get(person.id), device())


def _begun(accounts: Accounts, kept: str) -> tuple[Begun, str]:
    if (lent := accounts.lent(Purpose.SINGLE, kept)) is None:
        raise NotLetIn("nothing was begun in this browser, or too long ago")
    return Begun(lent["state"], lent["nonce"], lent["verifier"]), own_path(lent["to"])


def _provider(accounts: Accounts) -> SingleSignOn:
    if accounts.single_sign_on is None:
        raise NotFound("There is no single sign-on here.")
    return accounts.single_sign_on


def _back(call: Call[HasAccounts]) -> str:
    return site_of(call) + BACK


def _forgotten(response: flask.Response) -> flask.Response:
    response.delete_cookie(COOKIE, path=BACK)
    return response
