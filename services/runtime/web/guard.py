"""What happens before and after a view: authentication, throttling, authorization and the entry in the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import flask

from services.contracts.errors import NotAllowed, NotFound, NotSignedIn
from services.contracts.people.callers import NOBODY, SECRET_PARTS, Caller
from services.runtime.web.access.audit import AuditEntry, AuditLog, line_for, printable, subjects_of
from services.runtime.web.access.sessions import FORM_KEY, BrowserSession, Sessions, cookie_name, give_cookie, refuse_forged
from services.runtime.web.access.throttle import WORK, WRONG_TOKENS, Allowance, Limit, Throttle
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.problems import status_for
from services.runtime.web.requests import FORM, MULTIPART, current, form_value
from services.runtime.web.routes import Route

#: How many bytes of a body count as a unit of work.
BYTES_A_UNIT = 100_000


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: the caller, the session if there is one, and what the address counts as (None: not counted)."""

    caller: Caller
    session: BrowserSession | None
    address: str | None


class RequestGuard:
    """Authenticates, throttles, authorizes and records every request of one application."""

    def __init__(
        self, service: str, authenticator: TokenAuthenticator, throttle: Throttle | None, audit_log: AuditLog | None
    ) -> None:
        self._service, self._authenticator, self._audit_log = service, authenticator, audit_log
        self._throttle = throttle or Throttle(Allowance())
        self._sessions = Sessions(authenticator)

    @contextmanager
    def guarded(self, route: Route, path: Mapping[str, str]) -> Iterator[GuardedRequest]:
        """Let a request in, count it, and record how it ends. Raises `NotSignedIn`, `NotAllowed`, `TooMany`, `Unavailable`."""
        guarded = GuardedRequest(route, self.identify(route), self._throttle)
        flask.g.session, flask.g.said, flask.g.photos = guarded.principal.session, (), route.takes_photos
        line = self._line(route, guarded.principal.caller, path) if self._audit_log else None
        guarded.is_recorded = line is not None
        line_id = self._audit_log.begin(line) if self._audit_log and line else None
        try:
            authorize(route, guarded.principal)
            guarded.count()
            yield guarded
        except Exception as error:
            guarded.status = status_for(error)
            if isinstance(error, NotFound):
                guarded.count_miss()
            raise
        finally:
            if self._audit_log and line and line_id:
                self._audit_log.end(line_id, line, guarded.status, _subjects(line, guarded))

    def identify(self, route: Route) -> Principal:
        """Who calls: by token in the header, or on pages that are not for everybody by session."""
        address, header = self.address(), current().headers.get("Authorization")
        if header:
            try:
                return Principal(self._authenticator.caller(header), None, address)
            except NotSignedIn:
                self._throttle.count(WRONG_TOKENS, address)
                raise
        if route.page and not route.is_public and (secret := self.cookie()):
            session = self._sessions.find(secret)
            return Principal(session.caller, session, address)
        # Without a header the authenticator may still know the caller by other means.
        return Principal(NOBODY if route.is_public else self._authenticator.caller(header), None, address)

    def charge(self, principal: Principal, cost: int) -> None:
        """Count work; those with a token are not counted. Raises `TooMany`."""
        if principal.caller is NOBODY:
            self._throttle.count(WORK, principal.address, cost)

    def standings(self) -> dict[str, str]:
        """The headers that tell how much more this address may ask for, where the request was counted."""
        counted = flask.g.get("counted")
        return self._throttle.standings(*counted) if counted else {}

    def address(self) -> str | None:
        """What the address of this request counts as."""
        request = current()
        return self._throttle.key(request.remote_addr, request.headers.get("X-Forwarded-For"))

    def cookie(self) -> str | None:
        """The secret of the session's cookie, when there is one."""
        return flask.request.cookies.get(cookie_name(self.is_secure()))

    def is_secure(self) -> bool:
        """Whether the browser came by https, as far as a proxy that is trusted says."""
        request = current()
        forwarded = request.headers.get("X-Forwarded-Proto") == "https" and self._throttle.trusts(request.remote_addr)
        return request.is_secure or forwarded

    def session(self) -> BrowserSession | None:
        """The session of this request, also on a page that is for everybody; None when there is none or it has ended."""
        try:
            return self._sessions.find(secret) if (secret := self.cookie()) else None
        except NotSignedIn:
            return None

    def sign_out(self) -> None:
        """End the session of this request."""
        if secret := self.cookie():
            self._sessions.end(secret)

    def renew(self, response: flask.Response, secret: str) -> None:
        """Give the browser another secret for its session, in place of the one it had."""
        self.look_again()
        give_cookie(response, secret, self.is_secure())

    def look_again(self) -> None:
        """Look the session of this request up again when it is next asked for."""
        if secret := self.cookie():
            self._sessions.forget(secret)

    def say(self, subject: str) -> None:
        """Say in the audit trail what the address of this request does not tell, beside what it tells and what was said before."""
        flask.g.said = (*flask.g.said, printable(subject))

    def missed(self, limit: Limit) -> None:
        """Count a wrong guess against the address of this request; raises `TooMany`."""
        self._throttle.missed(limit, self.address())

    def _line(self, route: Route, caller: Caller, path: Mapping[str, str]) -> AuditEntry | None:
        if caller is NOBODY or not route.is_recorded:
            return None
        subject = next((printable(value) for name, value in path.items() if name not in SECRET_PARTS), None)
        return line_for(caller, flask.g.request_id, self._service, route.method, route.path, subject)


class GuardedRequest:
    """One request that was let in: what is counted for it, and how it ended."""

    def __init__(self, route: Route, principal: Principal, throttle: Throttle) -> None:
        self.principal, self.status, self.subjects = principal, 500, list[str]()
        self.is_recorded = False
        self._route, self._throttle = route, throttle

    def count(self) -> None:
        """Count what the route says is counted; those with a token are not. Raises `TooMany`."""
        if self.principal.caller is not NOBODY:
            return
        address, limits = self.principal.address, self._route.counts
        cost = self._route.cost + (current().content_length or 0) // BYTES_A_UNIT
        flask.g.counted = ((*limits, WORK) if cost or self._route.charges else limits, address)
        self._throttle.count(WORK, address, cost)
        for limit in limits:
            if limit.misses:
                self._throttle.before(limit, address)
            elif not limit.by:
                self._throttle.count(limit, address)

    def count_body(self, body: object) -> None:
        """Count what the route counts by a field of the body or of the form; raises `TooMany`."""
        limits = [limit for limit in self._route.counts if limit.by]
        if not limits or self.principal.caller is not NOBODY or self.principal.address is None:
            return
        is_form = flask.request.mimetype in (FORM, MULTIPART)
        for limit in limits:
            given = (form_value(name) if is_form else _field(body, name) for name in limit.by)
            named = next(filter(None, given), None)
            if named is not None:
                self._throttle.count(limit, named)

    def count_miss(self) -> None:
        """Count that there is no such thing, where the route counts that; raises `TooMany`."""
        if self.principal.caller is NOBODY:
            for limit in self._route.counts:
                if limit.misses:
                    self._throttle.missed(limit, self.principal.address)

    def answered(self, status: int, answer: object) -> None:
        """Note the status and the subjects of the answer; a 404 counts as a miss."""
        if status == 404:
            self.count_miss()
        self.status = status
        if self.is_recorded and "<" not in self._route.path:
            self.subjects = subjects_of(self._route.method, answer)


def authorize(route: Route, principal: Principal) -> None:
    """Raises `NotSignedIn` or `NotAllowed` unless the route is open to the principal and a form belongs to this session."""
    caller = principal.caller
    if not route.is_public and caller.role not in route.access:
        if caller is NOBODY:
            raise NotSignedIn("This needs a token: send 'Authorization: Bearer <token>'.")
        raise NotAllowed(f"This is for {', '.join(sorted(route.access))}; your role is {caller.role}.")
    if principal.session is not None and principal.session.limited and not route.own:
        raise NotAllowed("Set up your second factor first, at /account.")
    if principal.session is not None and route.method not in ("GET", "HEAD"):
        refuse_forged(principal.session, form_value(FORM_KEY), flask.request.headers.get("Sec-Fetch-Site"))


def _subjects(line: AuditEntry, guarded: GuardedRequest) -> list[str]:
    """What a request was about: what its address tells and what was said, however it ended; else what only its answer tells."""
    said: Sequence[str] = flask.g.said
    return list(dict.fromkeys((line.subject, *said) if line.subject else said)) if said else guarded.subjects


def _field(body: object, name: str) -> str | None:
    """A field of a body as its schema has made it."""
    value: str | None = body.get(name) if isinstance(body, Mapping) else getattr(body, name, None)
    return value
