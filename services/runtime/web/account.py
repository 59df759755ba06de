"""Signing in with an access token, signing out, and the page that says who is signed in and where they can go."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import flask

from services.contracts.callers import PUBLIC, SIGNED_IN, Caller, Role
from services.contracts.errors import NotSignedIn
from services.contracts.words import Words
from services.design.phrases import Phrase
from services.design.templates import Templates
from services.runtime.web.calls import Call
from services.runtime.web.guard import RequestGuard
from services.runtime.web.pages import error_page, html, see_other
from services.runtime.web.requests import read_form
from services.runtime.web.routes import Answer, Routes
from services.runtime.web.sessions import Session, give_cookie, refuse_foreign, take_cookie

ACCOUNT = "/office"
#: Where signing in may redirect to: a plain path of this site.
_OWN_PATH = re.compile(r"/(?:[A-Za-z0-9_-][A-Za-z0-9/_.-]*)?")
NO_TOKEN = Phrase("Please enter your access token")
WRONG = Phrase("This token is unknown, has expired or was revoked. Please ask your administrator.")
NO_PERSON = Phrase("This token is for programs; it cannot be used to sign in.")
SIGNED_IN_UNTIL = Phrase("Signed in until")
#: A row about who is signed in.
Fact = tuple[Words | Phrase, object]


class AccountPages:
    """`/login`, `/logout` and the account page.

    `templates` have the texts of the service: `facts` says who a caller is, as rows of a label and a value; `hint` says who need
    not sign in.
    """

    def __init__(self, templates: Templates, facts: Callable[[Caller], Sequence[Fact]], hint: Phrase) -> None:
        self._templates, self._facts, self._hint = templates, facts, hint

    def routes(self) -> Routes:
        """The routes of these pages."""
        routes = Routes()
        routes.get("/login", access=PUBLIC, page=error_page)(self.ask_token)
        routes.post("/login", access=PUBLIC, page=error_page)(self.sign_in)
        routes.get("/logout", access=PUBLIC, page=error_page)(self.back_to_account)
        routes.post("/logout", access=frozenset(Role), page=error_page)(self.sign_out)
        routes.get(ACCOUNT, access=SIGNED_IN, page=error_page)(self.account)
        return routes

    def ask_token(self, call: Call[object]) -> Answer:
        """The form to sign in; redirects those who are signed in already."""
        to = own_path(str(call.query.get("to", "")))
        return see_other(to) if guard_of(call).session() else self._form(to)

    def sign_in(self, call: Call[object]) -> Answer:
        """Open a session with an access token, which is pasted once."""
        refuse_foreign(flask.request.headers.get("Sec-Fetch-Site"))
        form, guard = read_form(("token", "to")), guard_of(call)
        to = own_path(form["to"])
        if not form["token"]:
            return self._form(to, 422, NO_TOKEN)
        try:
            secret, session = guard.sign_in(form["token"])
        except NotSignedIn:
            return self._form(to, 401, WRONG)
        if session.caller.role not in SIGNED_IN:
            return self._form(to, 403, NO_PERSON)
        response = see_other(to)
        give_cookie(response, secret, guard.is_secure())
        return response

    def back_to_account(self, _: Call[object]) -> Answer:
        """GET on the sign-out address: goes back to the account page. Signing out takes a POST, so no link can do it."""
        return see_other(ACCOUNT)

    def sign_out(self, call: Call[object]) -> Answer:
        """End the session."""
        guard = guard_of(call)
        guard.sign_out()
        response = see_other("/login")
        take_cookie(response, guard.is_secure())
        return response

    def account(self, call: Call[object]) -> Answer:
        """The account page: who is signed in, until when, and links to other pages."""
        session = session_of(call)
        facts = [*self._facts(call.caller), *([(SIGNED_IN_UNTIL, session.until)] if session else [])]
        return html(self._templates, "account.html", role=call.caller.role, facts=facts, session=session)

    def _form(self, to: str, status: int = 200, mistake: Phrase | None = None) -> flask.Response:
        return html(self._templates, "login.html", status, to=to, mistake=mistake, hint=self._hint)


def guard_of(call: Call[object]) -> RequestGuard:
    """The guard that let the request in; views that need it are only served behind one."""
    if call.guard is None:
        raise RuntimeError("this view is only served behind a request guard")
    return call.guard


def session_of(call: Call[object]) -> Session | None:
    """The session of the caller of a page; None for a caller with a token."""
    return call.principal.session if call.principal else None


def own_path(text: str) -> str:
    """A path of this site, or the account page for anything else: signing in never redirects to another site."""
    return text if _OWN_PATH.fullmatch(text) and "//" not in text else ACCOUNT
