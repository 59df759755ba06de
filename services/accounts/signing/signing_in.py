"""Signing in: by password, by a link from a letter, with a second factor where there is one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from services.accounts.context import Accounts
from services.accounts.credentials import attempts, once
from services.accounts.credentials.once import Purpose
from services.accounts.model import AccountHolder, sign_in_name
from services.accounts.people import ChangingPeople
from services.accounts.signing.second import spend
from services.contracts.errors import HuiyingError, NotAllowed, NotFound, NotSignedIn
from services.runtime.store.database import Transaction
from services.runtime.web.access.sessions import NewSession, open_session, sessions
from services.runtime.web.access.tokens import digest


class WrongSignIn(HuiyingError):
    """The name or the password is not right; which of them is not said."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Signed in: the secret of the session's cookie."""

    secret: str
    limited: bool = False


@dataclass(frozen=True, slots=True)
class CodeNeeded:
    """The first factor is right; the second one has to come with this secret."""

    step: str


Outcome = Opened | CodeNeeded


def by_password(accounts: Accounts, sign_in: str, password: str, device: str) -> Outcome:
    """Sign in by name and password. Raises `WrongSignIn`, in the same time for names that there are not, and `TooMany`."""
    tried = f"password {sign_in_name(sign_in)}"
    accounts.access.write(lambda work: attempts.begin(work, tried))
    person = accounts.read(lambda people: people.named(sign_in))
    kept = person.password if person is not None and person.state == "active" else None
    if not accounts.passwords.matches(password, kept) or person is None:
        raise WrongSignIn("The name or the password is not right.")

    def unit(work: Transaction, people: ChangingPeople) -> Outcome:
        known = people.get(person.id)
        if known.password != kept:
            # Changed while it was looked at, which takes a third of a second.
            raise WrongSignIn("The name or the password is not right.")
        attempts.succeeded(work, tried)
        return proceed(accounts, work, known, device)

    return accounts.change(unit)


def by_link(accounts: Accounts, secret: str, device: str) -> Outcome:
    """Sign in by a one-time link; raises `NotFound` for one that is not good."""

    def unit(work: Transaction, people: ChangingPeople) -> Outcome:
        return proceed(accounts, work, people.get(once.use(work, secret, Purpose.SIGN_IN) or ""), device)

    return accounts.change(unit)


def with_code(accounts: Accounts, step: str, code: str, device: str) -> Outcome:
    """The second step: a code of the second factor. Raises `NotFound` where the first step is too long ago, and `WrongSignIn`."""
    person = accounts.owner(step, Purpose.CODE)
    if person is None:
        raise NotFound("Signing in took too long; begin again.")
    tried = f"code {person}"
    accounts.access.write(lambda work: attempts.begin(work, tried))

    def unit(work: Transaction, people: ChangingPeople) -> Outcome | None:
        known = people.get(person)
        if not spend(work, accounts.vault, known, code):
            return None
        once.use(work, step, Purpose.CODE)
        attempts.succeeded(work, tried)
        return proceed(accounts, work, known, device, is_sure=True)

    outcome = accounts.change(unit)
    if outcome is None:
        raise WrongSignIn("The code is not right.")
    return outcome


def proceed(
    accounts: Accounts, work: Transaction, person: AccountHolder, device: str, *, is_sure: bool = False,
    vouched: datetime | None = None,
) -> Outcome:  # fmt: skip
    """Open a session, or ask for the second factor of somebody who has one; raises `NotAllowed` for who may do nothing here."""
    if person.state != "active":
        raise NotAllowed("This account may not be used.")
    if not person.grants:
        raise NotAllowed("No role is granted to this account.")
    if not is_sure and person.totp is not None:
        return CodeNeeded(once.make(work, Purpose.CODE, person.id))
    limited = not is_sure and accounts.rules.needs_more(person)
    if limited and person.passkeys:
        raise NotAllowed("Sign in with your passkey.")
    opening = NewSession(person.id, person.grants[0].id, device, accounts.rules.lasts, accounts.rules.idle, limited, vouched)
    return Opened(open_session(work, opening), limited)


def act_as(work: Transaction, session: str, grant: str) -> str:
    """Let a session act by another grant, under a new secret, which is returned."""
    secret = secrets.token_urlsafe(32)
    change = sessions.update().where(sessions.c.id == session, sessions.c.ended.is_(None))
    if work.execute(change.values(hash=digest(secret), acts_by=grant)).rowcount == 0:
        raise NotSignedIn("You are signed out; sign in again.")
    return secret
