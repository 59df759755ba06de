"""Secrets that are good once and for a short time: links in letters, the way from one step of signing in to the next."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.accounts.tables import links
from services.contracts.errors import Conflict, NotFound
from services.runtime.store.database import INSERTS, Transaction
from services.runtime.web.access.tokens import digest


class Purpose(StrEnum):
    """What a one-time secret is for."""

    INVITATION = "invitation"
    RECOVERY = "recovery"
    SIGN_IN = "sign_in"
    CODE = "code"
    PASSKEY = "passkey"
    NEW_PASSKEY = "new_passkey"
    SET_UP = "set_up"
    SINGLE = "single"
    #: A form or an Idempotency-Key with which a secret is made, which is shown once: sending it twice makes one.
    FORM = "form"


LASTS: Mapping[Purpose, timedelta] = {
    Purpose.INVITATION: timedelta(days=3),
    Purpose.RECOVERY: timedelta(minutes=30),
    Purpose.SIGN_IN: timedelta(minutes=15),
    Purpose.CODE: timedelta(minutes=5),
    Purpose.PASSKEY: timedelta(minutes=5),
    Purpose.NEW_PASSKEY: timedelta(minutes=5),
    Purpose.SET_UP: timedelta(minutes=15),
    Purpose.SINGLE: timedelta(minutes=10),
    Purpose.FORM: timedelta(days=1),
}
#: Those of these kinds end when another one is made for the same person.
ONE_AT_A_TIME = frozenset({Purpose.INVITATION, Purpose.RECOVERY, Purpose.SIGN_IN})


def make(work: Transaction, purpose: Purpose, person: str | None) -> str:
    """A new secret, for one person or for anybody who brings it back."""
    secret = secrets.token_urlsafe(32)
    work.execute(links.delete().where(links.c.until < work.now - timedelta(days=1)))
    if purpose in ONE_AT_A_TIME and person:
        void(work, person, purpose)
    row = {"hash": digest(secret), "purpose": purpose, "person": person, "until": work.now + LASTS[purpose], "used": None}
    work.add(links, row)
    return secret


def owner(work: Transaction | Connection, secret: str, purpose: Purpose, now: object) -> str | None:
    """Whose good secret this is, without using it up; None for one that is not good."""
    query = sa.select(links.c.person).where(
        links.c.hash == digest(secret), links.c.purpose == purpose, links.c.used.is_(None), links.c.until > now
    )
    found: str | None = work.execute(query).scalar()
    return found


def use(work: Transaction, secret: str, purpose: Purpose) -> str | None:
    """Use a secret up; returns whose it was. Raises `NotFound` for one that is not good, or no longer."""
    person = owner(work, secret, purpose, work.now)
    change = links.update().where(
        links.c.hash == digest(secret), links.c.purpose == purpose, links.c.used.is_(None), links.c.until > work.now
    )
    if work.execute(change.values(used=work.now)).rowcount != 1:
        raise NotFound("This link has been used or has expired.")
    return person


def spend(work: Transaction, secret: str, purpose: Purpose) -> None:
    """Use up a secret that was kept nowhere until now; raises `NotFound` for one that was used before."""
    row = {"hash": digest(secret), "purpose": purpose, "person": None, "until": work.now + LASTS[purpose], "used": work.now}
    new = INSERTS[work.connection.dialect.name](links).on_conflict_do_nothing()
    if work.execute(new, row).rowcount != 1:
        raise NotFound("This has been used before.")


def first_time(work: Transaction, key: str, said: str) -> None:
    """Let what makes a secret, which is shown once, be done once under a key; raises `Conflict` that says `said` from then on."""
    try:
        spend(work, key, Purpose.FORM)
    except NotFound as error:
        raise Conflict(said) from error


def void(work: Transaction, person: str, purpose: Purpose | None = None) -> None:
    """End all secrets of somebody, or those of one purpose."""
    change = links.update().where(links.c.person == person, links.c.used.is_(None))
    work.execute((change if purpose is None else change.where(links.c.purpose == purpose)).values(used=work.now))
