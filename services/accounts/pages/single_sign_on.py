"""The way to the provider of the place and back."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import flask
import structlog

from services.accounts.context import Accounts, HasAccounts
from services.accounts.credentials.once import LASTS, Purpose
from services.accounts.credentials.single_sign_on import Begun, NotLetIn, SignedOn, SingleSignOn
from services.accounts.model import AccountHolder
from services.accounts.pages.entering import code_form, enter, sign_in_form
from services.accounts.pages.proving import Proof, own, proof_of
from services.accounts.pages.showing import ACCOUNT, DESK, device, guard_of, own_path, shown, site_of
from services.accounts.people import ChangingPeople
from services.accounts.signing import signing_in
from services.accounts.signing.signing_in import CodeNeeded, Outcome
from services.contracts.errors import NotAllowed, NotFound, Unavailable
from services.contracts.people.callers import PUBLIC, SIGNED_IN
from services.design.phrases import Phrase
from services.runtime.input.queries import texts
from services.runtime.store.database import Transaction
from services.runtime.web.access.sessions import vouch
from services.runtime.web.access.throttle import SIGN_INS
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, see_other
from services.runtime.web.routes import Answer, Routes

log = structlog.get_logger()
AWAY, BACK, COOKIE = "/login/sso", "/login/sso/back", "huiying-sso"
NOT_LET_IN = Phrase("The single sign-on did not let you in, or you have no account here; please ask your administrator")
NO_ANSWER = Phrase("The single sign-on does not answer right now; please try again or use your password")
NOT_CONFIRMED = Phrase("The single sign-on did not confirm that it is you; nothing was changed")
NO_ANSWER_NOW = Phrase("The single sign-on does not answer right now; please try again later")
AGAIN = f"{ACCOUNT}/again"
routes = Routes()


@dataclass(frozen=True, slots=True)
class Trip:
    """A way to the provider and back: where it leads, and for whose session, where that is there already."""

    begun: Begun
    to: str
    person: str = ""
    session: str = ""


@routes.get(AWAY, access=PUBLIC, page=error_page, counts=(SIGN_INS,))
def away(call: Call[HasAccounts]) -> Answer:
    """Go to the provider."""
    accounts, to = call.service.accounts, own_path(str(call.query.get("to", "")))
    try:
        place, begun = _provider(accounts).begin(_back(call))
    except Unavailable:
        return sign_in_form(call, to, 503, "", {"sign_in": NO_ANSWER})
    return _sent(call, place, Trip(begun, to))


@routes.get(AGAIN, access=SIGNED_IN, page=error_page, own=True)
def again(call: Call[HasAccounts]) -> Answer:
    """Go to the provider out of a session, to prove once more that it is its owner."""
    accounts, me, session, to = call.service.accounts, own(call), call.session, own_path(str(call.query.get("to", "")))
    if session is None or proof_of(call, me) is Proof.TYPED:
        raise NotFound("This account proves itself by its password.")
    try:
        place, begun = _provider(accounts).begin(_back(call), again=True)
    except Unavailable:
        return _onward(call, to, 503, NO_ANSWER_NOW)
    return _sent(call, place, Trip(begun, to, me.id, session.id))


@routes.get(BACK, access=PUBLIC, query=texts("state", "code"), page=error_page, counts=(SIGN_INS,))
def back(call: Call[HasAccounts]) -> Answer:
    """Back from the provider: the person invited under the claim is signed in, or has proved once more who it is."""
    accounts, trip = call.service.accounts, _trip(call.service.accounts, flask.request.cookies.get(COOKIE, ""))
    try:
        state, code = str(call.query.get("state", "")), str(call.query.get("code", ""))
        if trip is None:
            raise NotLetIn("nothing was begun in this browser, or too long ago")
        came = _provider(accounts).finish(_back(call), trip.begun, state, code)
        if trip.session:
            accounts.change(lambda work, people: _prove(accounts, work, people, trip, came))
            return _forgotten(_onward(call, trip.to))
        outcome = accounts.change(lambda work, people: _let_in(accounts, work, people, came))
    except (NotLetIn, NotAllowed) as error:
        log.warning("single_sign_on_refused", reason=str(error))
        return _forgotten(_failed(call, trip, 403, NOT_CONFIRMED, NOT_LET_IN))
    except Unavailable:
        return _forgotten(_failed(call, trip, 503, NO_ANSWER_NOW, NO_ANSWER))
    if isinstance(outcome, CodeNeeded):
        return _forgotten(code_form(call, trip.to, outcome.step))
    entered = enter(call, outcome.secret, trip.to)
    response = _onward(call, "/account/second-factor" if outcome.limited else trip.to)
    for cookie in entered.headers.getlist("Set-Cookie"):
        response.headers.add("Set-Cookie", cookie)
    return _forgotten(response)


def _let_in(accounts: Accounts, work: Transaction, people: ChangingPeople, came: SignedOn) -> Outcome:
    person: AccountHolder | None = people.known_as(came.named)
    if person is None:
        raise NotLetIn("nobody is invited under this claim")
    if person.state == "invited":
        people.change(person.id, state="active")
    return signing_in.proceed(accounts, work, people.get(person.id), device(), vouched=came.at)


def _prove(accounts: Accounts, work: Transaction, people: ChangingPeople, trip: Trip, came: SignedOn) -> None:
    known = people.known_as(came.named)
    if known is None or known.id != trip.person:
        raise NotLetIn("the provider named somebody else than whose session it is")
    # A provider that was not asked to, since somebody changed the address on the way, names an earlier time or none.
    if came.at is None or not accounts.is_fresh(came.at):
        raise NotLetIn("the provider did not ask again")
    if not vouch(work, trip.session, known.id, came.at):
        raise NotLetIn("the session has ended meanwhile")


def _sent(call: Call[HasAccounts], place: str, trip: Trip) -> flask.Response:
    response = see_other(place)
    facts = {**asdict(trip.begun), "to": trip.to, "person": trip.person, "session": trip.session}
    # Lax, since it is the provider that sends the browser back.
    response.set_cookie(
        COOKIE, call.service.accounts.lend(Purpose.SINGLE, **facts), max_age=int(LASTS[Purpose.SINGLE].total_seconds()),
        path=BACK, secure=guard_of(call).is_secure(), httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


def _trip(accounts: Accounts, kept: str) -> Trip | None:
    if (lent := accounts.lent(Purpose.SINGLE, kept)) is None:
        return None
    begun = Begun(lent["state"], lent["nonce"], lent["verifier"])
    return Trip(begun, own_path(lent["to"]), lent["person"], lent["session"])


def _onward(call: Call[HasAccounts], to: str, status: int = 200, mistake: Phrase | None = None) -> flask.Response:
    # A page that goes on by itself: a redirect that another site began would not bring the strict cookie along.
    return shown(call, "signed-in.html", status, to=to, onward=f"0; url={to}", mistake=mistake)


def _failed(call: Call[HasAccounts], trip: Trip | None, status: int, in_session: Phrase, at_sign_in: Phrase) -> flask.Response:
    if trip is not None and trip.session:
        return _onward(call, trip.to, status, in_session)
    return sign_in_form(call, DESK, status, "", {"sign_in": at_sign_in})


def _provider(accounts: Accounts) -> SingleSignOn:
    if accounts.single_sign_on is None:
        raise NotFound("There is no single sign-on here.")
    return accounts.single_sign_on


def _back(call: Call[HasAccounts]) -> str:
    return site_of(call) + BACK


def _forgotten(response: flask.Response) -> flask.Response:
    response.delete_cookie(COOKIE, path=BACK)
    return response
