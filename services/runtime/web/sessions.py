"""Sessions of people at pages: opened with an access token, kept in the store of the tokens, carried by a cookie.

A session ends after `HOURS`, at signing out, or when its token does. The cookie holds a secret of which the store has the
hash only. Pages take sessions; the API takes tokens in a header and never a cookie, so no other site can make a browser use it.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import flask
import sqlalchemy as sa

from services.contracts.callers import Caller
from services.contracts.errors import NotAllowed, NotSignedIn
from services.runtime.store.database import Instant, Transaction
from services.runtime.web.access import CALLER, TokenAuthenticator, TtlCache, caller_of, digest, refuse_ended, tables, tokens

HOURS = 8
#: Rows of ended sessions are kept this long, so that it can be seen who was signed in.
KEPT = timedelta(days=90)
#: The field of a form that proves that the form came from a page of ours.
FORM_KEY = "csrf"
sessions = sa.Table(
    "sessions",
    tables,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("token", sa.String(36), nullable=False),
    sa.Column("opened", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("ended", Instant),
    sa.Index("sessions_until", "until"),
)


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in until when, and the key that every form of theirs has to carry."""

    caller: Caller
    until: datetime
    form_key: str


class Sessions:
    """Opens, finds and ends sessions; caches what it found for a few seconds, as the token authenticator does."""

    def __init__(self, authenticator: TokenAuthenticator) -> None:
        self._authenticator = authenticator
        self._known: TtlCache[Session] = TtlCache()

    def open(self, token: str) -> tuple[str, Session]:
        """Sign in with an access token; returns the cookie's secret and the session. Raises `NotSignedIn`."""
        caller, secret = self._authenticator.behind(token), secrets.token_urlsafe(32)

        def unit(work: Transaction) -> datetime:
            until = work.now + timedelta(hours=HOURS)
            work.execute(sessions.delete().where(sessions.c.until < work.now - KEPT))
            work.add(sessions, {"hash": digest(secret), "token": caller.token, "opened": work.now, "until": until})
            return until

        return secret, Session(caller, self._authenticator.database.write(unit), _form_key(secret))

    def find(self, secret: str) -> Session:
        """The session behind a cookie; raises `NotSignedIn` when it has ended, or its token has."""
        key = digest(secret)
        return self._known.get(key, lambda: self._look_up(key, secret))

    def end(self, secret: str) -> None:
        """Sign out: the cookie is invalid from now on."""
        key = digest(secret)

        def unit(work: Transaction) -> None:
            work.execute(sessions.update().where(sessions.c.hash == key, sessions.c.ended.is_(None)).values(ended=work.now))

        self._authenticator.database.write(unit)
        self._known.forget(key)

    def _look_up(self, key: str, secret: str) -> Session:
        columns = (*CALLER, tokens.c.revoked, tokens.c.expires, sessions.c.until)
        query = sa.select(*columns).join_from(sessions, tokens, sessions.c.token == tokens.c.id)
        with self._authenticator.database.reading() as connection:
            row = connection.execute(query.where(sessions.c.hash == key, sessions.c.ended.is_(None))).one_or_none()
        now = self._authenticator.database.clock.now()
        if row is None or row.until <= now:
            raise NotSignedIn("You are signed out; sign in again.")
        refuse_ended(row.revoked, row.expires, now)
        self._authenticator.mark_used(row.id)
        return Session(caller_of(row), row.until, _form_key(secret))


def _form_key(secret: str) -> str:
    # Made from the cookie's secret, which no other site can read, so nothing has to be stored.
    return hmac.new(secret.encode(), b"form", "sha256").hexdigest()


def cookie_name(secure: bool) -> str:
    """Over https the prefix makes browsers refuse the cookie from anybody but this very host."""
    return "__Host-huiying" if secure else "huiying"


def give_cookie(response: flask.Response, secret: str, secure: bool) -> None:
    """Let the browser keep the session until it closes; other sites cannot make it send this, and no script can read it."""
    response.set_cookie(cookie_name(secure), secret, secure=secure, httponly=True, samesite="Strict")


def take_cookie(response: flask.Response, secure: bool) -> None:
    """Let the browser forget the session."""
    response.delete_cookie(cookie_name(secure), secure=secure, httponly=True, samesite="Strict")


def refuse_forged(session: Session, given: str, fetch_site: str | None) -> None:
    """Raises `NotAllowed` for a form that did not come from a page of this session."""
    if not hmac.compare_digest(session.form_key.encode(), given.encode()):
        raise NotAllowed("This form did not come from a page of this session. Go back, reload the page and send it again.")
    refuse_foreign(fetch_site)


def refuse_foreign(fetch_site: str | None) -> None:
    """Raises `NotAllowed` for a form that a browser says another site made it send (`Sec-Fetch-Site`)."""
    if fetch_site in ("cross-site", "same-site"):
        raise NotAllowed("Another site sent this form. Open the page here and send it from there.")
