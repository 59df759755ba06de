"""Coming in: sign-in by password or by a link, its second step, forgotten passwords, and invitations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import flask

from services.accounts import managing
from services.accounts.context import HasAccounts
from services.accounts.credentials import attempts
from services.accounts.credentials.once import Purpose
from services.accounts.credentials.passwords import NOT_THE_SAME, mistake_in
from services.accounts.model import sign_in_name
from services.accounts.pages.showing import DESK, LOGIN, Mistakes, device, guard_of, own_path, shown
from services.accounts.signing import signing_in
from services.accounts.signing.signing_in import CodeNeeded, Outcome, WrongSignIn
from services.contracts.errors import Invalid, NotAllowed, NotFound, Refusal, TooMany, Unavailable
from services.contracts.people.callers import PUBLIC, Role
from services.design.phrases import Phrase
from services.runtime.input.queries import texts
from services.runtime.web.access.sessions import give_cookie, refuse_foreign, take_cookie
from services.runtime.web.access.throttle import LINKS, SIGN_INS
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, see_other
from services.runtime.web.requests import form_value, read_form
from services.runtime.web.routes import Answer, Routes

NO_NAME = Phrase("Please enter your sign-in name")
NO_PASSWORD = Phrase("Please enter your password")
NO_CODE = Phrase("Please enter the code")
WRONG = Phrase("The sign-in name or the password is not right")
WRONG_CODE = Phrase("The code is not right or has been used; wait for the next one")
TOO_OFTEN = Phrase("Too many tries; please wait %(seconds)s seconds and try again")
BUSY = Phrase("Many people are signing in at this moment; please try again")
NOT_LET_IN = Phrase("This account cannot be used to sign in now; please ask your administrator")
TOO_LATE = Phrase("Signing in took too long; please begin again")
SENT = Phrase("If there is such an account and we know how to reach its owner, a letter with a link is on its way.")
#: What people may have sent to them when they cannot sign in.
WANTED: Final = {"password": Purpose.RECOVERY, "link": Purpose.SIGN_IN}
CHOOSING: Final = {"/invitation": Purpose.INVITATION, "/recovery": Purpose.RECOVERY}
routes = Routes()


@routes.get(LOGIN, access=PUBLIC, page=error_page)
def ask(call: Call[HasAccounts]) -> Answer:
    """The form to sign in; redirects those who are signed in already."""
    to = own_path(str(call.query.get("to", "")))
    return see_other(to) if guard_of(call).session() else sign_in_form(call, to)


@routes.post(LOGIN, access=PUBLIC, page=error_page, counts=(SIGN_INS,))
def sign_in(call: Call[HasAccounts]) -> Answer:
    """Sign in by name and password."""
    refuse_foreign(flask.request.headers.get("Sec-Fetch-Site"))
    form, password = read_form(("sign_in", "to")), form_value("password")
    name, to = form["sign_in"], own_path(form["to"])
    missing: Mistakes = {"sign_in": NO_NAME} if not name else {"password": NO_PASSWORD} if not password else {}
    if missing:
        return sign_in_form(call, to, 422, name, missing)
    try:
        return _proceed(call, signing_in.by_password(call.service.accounts, name, password, device()), to)
    except WrongSignIn:
        return _wrong(call, lambda status, words: sign_in_form(call, to, status, name, {"password": words}), WRONG)
    except (TooMany, NotAllowed, Unavailable) as error:
        return _later(sign_in_form(call, to, *_words(error, name)), error)


@routes.post("/login/code", stands_on=LOGIN, access=PUBLIC, page=error_page, counts=(SIGN_INS,))
def second_step(call: Call[HasAccounts]) -> Answer:
    """The second step: a code of the second factor."""
    refuse_foreign(flask.request.headers.get("Sec-Fetch-Site"))
    form = read_form(("step", "code", "to"))
    to, step = own_path(form["to"]), form["step"]
    if not form["code"]:
        return code_form(call, to, step, 422, NO_CODE)
    try:
        return _proceed(call, signing_in.with_code(call.service.accounts, step, form["code"], device()), to)
    except NotFound:
        return sign_in_form(call, to, 401, "", {"sign_in": TOO_LATE})
    except WrongSignIn:
        return _wrong(call, lambda status, words: code_form(call, to, step, status, words), WRONG_CODE)
    except TooMany as error:
        return _later(code_form(call, to, step, 429, TOO_OFTEN.filled(seconds=error.seconds)), error)


@routes.get("/login/link", access=PUBLIC, query=texts("key"), page=error_page)
def link_page(call: Call[HasAccounts]) -> Answer:
    """The page of a one-time link. Opening it does nothing yet: programs that look through mail open links, too."""
    key = call.query["key"]
    good = call.service.accounts.owner(key, Purpose.SIGN_IN) is not None
    return shown(call, "sign-in-link.html", 200 if good else 404, key=key, good=good)


@routes.post("/login/link", access=PUBLIC, page=error_page, counts=(SIGN_INS,))
def by_link(call: Call[HasAccounts]) -> Answer:
    """Sign in by a one-time link, which is used up."""
    refuse_foreign(flask.request.headers.get("Sec-Fetch-Site"))
    key = read_form(("key",))["key"]
    try:
        return _proceed(call, signing_in.by_link(call.service.accounts, key, device()), DESK)
    except NotFound:
        return shown(call, "sign-in-link.html", 404, key="", good=False)
    except NotAllowed:
        return sign_in_form(call, DESK, 403, "", {"sign_in": NOT_LET_IN})


@routes.get("/forgot", access=PUBLIC, page=error_page)
def forgot(call: Call[HasAccounts]) -> Answer:
    """The page for those who cannot sign in."""
    return _forgot(call)


@routes.post("/forgot", access=PUBLIC, page=error_page, counts=(LINKS,))
def send(call: Call[HasAccounts]) -> Answer:
    """Send a link to the owner of an account; the answer is the same where there is none."""
    refuse_foreign(flask.request.headers.get("Sec-Fetch-Site"))
    form, accounts = read_form(("sign_in", "wanted")), call.service.accounts
    if not form["sign_in"]:
        return _forgot(call, 422, {"sign_in": NO_NAME}, form["wanted"])
    try:
        accounts.access.write(lambda work: attempts.begin(work, f"letter {sign_in_name(form['sign_in'])}"))
    except TooMany as error:
        words = TOO_OFTEN.filled(seconds=error.seconds)
        return _later(_forgot(call, 429, {"sign_in": words}, form["wanted"], form["sign_in"]), error)
    managing.send_link(accounts, form["sign_in"], WANTED.get(form["wanted"], Purpose.RECOVERY))
    return shown(call, "forgot.html", mistakes={}, given="", wanted="password", sent=SENT)


@routes.get("/invitation", access=PUBLIC, query=texts("key"), page=error_page)
@routes.get("/recovery", access=PUBLIC, query=texts("key"), page=error_page)
def choose_page(call: Call[HasAccounts]) -> Answer:
    """The page of an invitation, or of a link for a new password."""
    return _choose(call, call.query["key"])


@routes.post("/invitation", access=PUBLIC, page=error_page, counts=(SIGN_INS,))
@routes.post("/recovery", access=PUBLIC, page=error_page, counts=(SIGN_INS,))
def choose(call: Call[HasAccounts]) -> Answer:
    """Choose a password, by which the link is used up; then sign in."""
    refuse_foreign(flask.request.headers.get("Sec-Fetch-Site"))
    key, password = read_form(("key",))["key"], form_value("password")
    accounts, purpose = call.service.accounts, CHOOSING[flask.request.path]
    mistake = mistake_in(password)
    if mistake is None and password != form_value("again"):
        return _choose(call, key, {"again": NOT_THE_SAME})
    if mistake is not None:
        return _choose(call, key, {"password": mistake})
    try:
        person = managing.choose_password(accounts, key, purpose, password)
    except Invalid as error:
        return _choose(call, key, {"password": Phrase(error.errors["password"][0])})
    except NotFound:
        return _choose(call, "")
    return _proceed(call, accounts.change(lambda work, people: signing_in.proceed(accounts, work, person, device())), DESK)


@routes.post("/logout", stands_on=DESK, access=frozenset(Role), page=error_page, own=True)
def sign_out(call: Call[HasAccounts]) -> Answer:
    """End the session."""
    guard = guard_of(call)
    guard.sign_out()
    response = see_other(LOGIN)
    take_cookie(response, guard.is_secure())
    return response


def enter(call: Call[HasAccounts], secret: str, to: str) -> flask.Response:
    """Give the cookie of a new session; the one before it in this browser ends."""
    guard = guard_of(call)
    guard.sign_out()
    response = see_other(to)
    give_cookie(response, secret, guard.is_secure())
    return response


def _proceed(call: Call[HasAccounts], outcome: Outcome, to: str) -> flask.Response:
    if isinstance(outcome, CodeNeeded):
        return code_form(call, to, outcome.step)
    return enter(call, outcome.secret, "/account/second-factor" if outcome.limited else to)


def sign_in_form(
    call: Call[HasAccounts], to: str, status: int = 200, given: str = "", mistakes: Mistakes | None = None
) -> flask.Response:
    """The form to sign in, with mistakes beside the fields and what was typed but the password."""
    has_provider = call.service.accounts.single_sign_on is not None
    return shown(call, "login.html", status, to=to, given=given, mistakes=mistakes or {}, has_provider=has_provider)


def code_form(call: Call[HasAccounts], to: str, step: str, status: int = 200, mistake: Phrase | None = None) -> flask.Response:
    """The form of the second step."""
    return shown(call, "login-code.html", status, to=to, step=step, mistakes={"code": mistake} if mistake else {})


def _forgot(
    call: Call[HasAccounts], status: int = 200, mistakes: Mistakes | None = None, wanted: str = "password", given: str = ""
) -> flask.Response:
    return shown(call, "forgot.html", status, mistakes=mistakes or {}, given=given, wanted=wanted, sent=None)


def _choose(call: Call[HasAccounts], key: str, mistakes: Mistakes | None = None) -> flask.Response:
    purpose, accounts = CHOOSING[flask.request.path], call.service.accounts
    owner = accounts.owner(key, purpose)
    person = accounts.read(lambda people: people.get(owner)) if owner else None
    status = 404 if person is None else 422 if mistakes else 200
    return shown(call, "choose-password.html", status, key=key, person=person, purpose=purpose, mistakes=mistakes or {})


def _wrong(call: Call[HasAccounts], form: Callable[[int, Phrase], flask.Response], words: Phrase) -> flask.Response:
    try:
        guard_of(call).missed(SIGN_INS)
    except TooMany as error:
        return _later(form(429, TOO_OFTEN.filled(seconds=error.seconds)), error)
    return form(401, words)


def _words(error: Refusal, name: str) -> tuple[int, str, Mistakes]:
    if isinstance(error, TooMany):
        return 429, name, {"sign_in": TOO_OFTEN.filled(seconds=error.seconds)}
    if isinstance(error, Unavailable):
        return 503, name, {"sign_in": BUSY}
    return 403, name, {"sign_in": NOT_LET_IN}


def _later(response: flask.Response, error: Refusal) -> flask.Response:
    if isinstance(error, TooMany | Unavailable):
        response.headers["Retry-After"] = str(error.seconds)
    return response
