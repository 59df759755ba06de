"""Sessions of people at pages: opened by signing in, kept in the store of access, carried by a cookie.

A session acts by one grant of its person. It ends after its time, when it was idle for too long, at signing out, or when its
person or its grant may no longer act. The cookie holds a secret of which the store has the hash only. Pages take sessions; the API
takes tokens in a header and never a cookie, so no other site can make a browser use it.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import flask
import sqlalchemy as sa
import structlog

from services.contracts.errors import NotAllowed, NotSignedIn
from services.contracts.people.callers import Caller, somebody
from services.runtime.clock import new_id
from services.runtime.store.database import Instant, Transaction
from services.runtime.web.access.people import grants, persons
from services.runtime.web.access.tokens import TokenAuthenticator, TtlCache, UseRecord, digest, tables

log = structlog.get_logger()
#: Rows of ended sessions are kept this long, so that it can be seen who was signed in.
KEPT = timedelta(days=90)
#: The field of a form that proves that the form came from a page of ours.
FORM_KEY = "csrf"
#: `idle` is after how many seconds without a request it ends. A `limited` one opens nothing but its own account.
#: `vouched` is when its person signed in at the single sign-on, as that says, and came back into this very session.
sessions = sa.Table(
    "sessions",
    tables,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("id", sa.String(36), nullable=False, unique=True),
    sa.Column("person", sa.String(36), nullable=False),
    sa.Column("acts_by", sa.String(36), nullable=False),
    sa.Column("device", sa.String(60), nullable=False),
    sa.Column("limited", sa.Boolean, nullable=False),
    sa.Column("idle", sa.Integer, nullable=False),
    sa.Column("opened", Instant, nullable=False),
    sa.Column("seen", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("ended", Instant),
    sa.Column("vouched", Instant),
    sa.Index("sessions_person", "person"),
    sa.Index("sessions_until", "until"),
)


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """Who is signed in until when, and the key that every form of theirs has to carry."""

    id: str
    caller: Caller
    until: datetime
    form_key: str
    limited: bool = False


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to be opened: whose, with which grant, on what device, and how long it lasts."""

    person: str
    grant: str
    device: str
    lasts: timedelta
    idle: timedelta
    limited: bool = False
    vouched: datetime | None = None


def open_session(work: Transaction, opening: NewSession) -> str:
    """Open a session inside `work`; returns the cookie's secret, which nobody had before."""
    secret = secrets.token_urlsafe(32)
    work.execute(sessions.delete().where(sessions.c.until < work.now - KEPT))
    work.execute(persons.update().where(persons.c.id == opening.person).values(seen=work.now))
    row = {
        "hash": digest(secret), "id": new_id(), "person": opening.person, "acts_by": opening.grant, "device": opening.device,
        "limited": opening.limited, "idle": int(opening.idle.total_seconds()), "opened": work.now, "seen": work.now,
        "until": work.now + opening.lasts, "ended": None, "vouched": opening.vouched,
    }  # fmt: skip
    work.add(sessions, row)
    return secret


def end_sessions(work: Transaction, person: str, *, but: str | None = None, only: str | None = None) -> int:
    """End the sessions of somebody, or `only` one of them, or all `but` one; returns how many."""
    which = [sessions.c.person == person, sessions.c.ended.is_(None)]
    which += [sessions.c.id != but] if but else []
    which += [sessions.c.id == only] if only else []
    return int(work.execute(sessions.update().where(*which).values(ended=work.now)).rowcount)


def lift_limit(work: Transaction, session: str) -> None:
    """Open everything to a session that was limited."""
    work.execute(sessions.update().where(sessions.c.id == session).values(limited=False))


def vouch(work: Transaction, session: str, person: str, at: datetime) -> bool:
    """Note when the single sign-on heard from somebody; False where this is no open session of theirs."""
    which = (sessions.c.id == session, sessions.c.person == person, sessions.c.ended.is_(None), sessions.c.until > work.now)
    return bool(work.execute(sessions.update().where(*which).values(vouched=at)).rowcount)


class Sessions:
    """Finds and ends sessions; caches what it found for a few seconds, as the token authenticator does."""

    def __init__(self, authenticator: TokenAuthenticator) -> None:
        self._authenticator = authenticator
        self._known: TtlCache[BrowserSession] = TtlCache()
        self._use = UseRecord("session_use_not_recorded")

    def find(self, secret: str) -> BrowserSession:
        """The session behind a cookie; raises `NotSignedIn` when it has ended."""
        key = digest(secret)
        session = self._known.get(key, lambda: self._look_up(key, secret))
        self._use.mark(self._authenticator.database, key, lambda now, stale: _seen(key, now, stale))
        return session

    def forget(self, secret: str) -> None:
        """Look a session up again at its next request."""
        self._known.forget(digest(secret))

    def end(self, secret: str) -> None:
        """Sign out: the cookie is invalid from now on."""
        key = digest(secret)

        def unit(work: Transaction) -> None:
            work.execute(sessions.update().where(sessions.c.hash == key, sessions.c.ended.is_(None)).values(ended=work.now))

        self._authenticator.database.write(unit)
        self._known.forget(key)

    def _look_up(self, key: str, secret: str) -> BrowserSession:
        query = (
            sa.select(
                sessions.c.id, sessions.c.person, sessions.c.limited, sessions.c.idle, sessions.c.seen, sessions.c.until,
                persons.c.name, grants.c.role, grants.c.party, grants.c.channels,
            )
            .join_from(sessions, persons, sessions.c.person == persons.c.id)
            .join(grants, sa.and_(sessions.c.acts_by == grants.c.id, grants.c.person == persons.c.id))
            .where(sessions.c.hash == key, sessions.c.ended.is_(None), persons.c.state == "active", grants.c.ended.is_(None))
        )  # fmt: skip
        with self._authenticator.database.reading() as connection:
            row = connection.execute(query).one_or_none()
        now = self._authenticator.database.clock.now()
        if row is None or is_over(row.until, row.seen, row.idle, now):
            raise NotSignedIn("You are signed out; sign in again.")
        caller = somebody(row.person, row.name, row.role, row.party, row.channels)
        return BrowserSession(row.id, caller, row.until, _form_key(secret), row.limited)


def is_over(until: datetime, seen: datetime, idle: int, now: datetime) -> bool:
    """Whether a session has ended by itself: after its time, or `idle` seconds after its last request."""
    return min(until, seen + timedelta(seconds=idle)) <= now


def _seen(key: str, now: datetime, stale: datetime) -> sa.Update:
    return sessions.update().where(sessions.c.hash == key, sessions.c.seen < stale).values(seen=now)


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


def refuse_forged(session: BrowserSession, given: str, fetch_site: str | None) -> None:
    """Raises `NotAllowed` for a form that did not come from a page of this session."""
    if not hmac.compare_digest(session.form_key.encode(), given.encode()):
        raise NotAllowed("This form did not come from a page of this session. Go back, reload the page and send it again.")
    refuse_foreign(fetch_site)


def is_foreign(fetch_site: str | None) -> bool:
    """Whether a browser says that another site made it send this (`Sec-Fetch-Site`)."""
    return fetch_site in ("cross-site", "same-site")


def refuse_foreign(fetch_site: str | None) -> None:
    """Raises `NotAllowed` for a form that a browser says another site made it send (`Sec-Fetch-Site`)."""
    if is_foreign(fetch_site):
        raise NotAllowed("Another site sent this form. Open the page here and send it from there.")
