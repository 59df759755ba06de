"""The second factor: codes that a phone shows (TOTP), and codes on paper for when the phone is gone."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import timedelta

import pyotp
import sqlalchemy as sa

from services.accounts.context import Accounts
from services.accounts.model import AccountHolder
from services.accounts.people import ChangingPeople
from services.accounts.tables import recovery_codes
from services.contracts.errors import Invalid
from services.contracts.words.text import value
from services.runtime.store.database import EPOCH, Transaction
from services.runtime.store.vault import SealBroken, Vault
from services.runtime.web.access.people import persons
from services.runtime.web.access.sessions import end_sessions, lift_limit
from services.runtime.web.access.tokens import digest

STEP = timedelta(seconds=30)
#: Codes of this many steps before and after are taken too: clocks differ.
AROUND = 1
CODES, LETTERS = 10, "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
ISSUER = "Huiying"


def new_secret() -> str:
    """A secret for an app that shows codes."""
    return pyotp.random_base32()


def address_of(secret: str, sign_in: str) -> str:
    """What such an app reads from a picture or takes as a link."""
    return pyotp.TOTP(secret).provisioning_uri(name=sign_in, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: timedelta) -> int | None:
    """The step that a code is of, among those that are taken now; None for a wrong one."""
    given, present, found = code.encode(), now // STEP, None
    for step in range(present - AROUND, present + AROUND + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).at(step * 30).encode(), given):
            found = step
    return found


def spend(work: Transaction, vault: Vault, person: AccountHolder, code: str) -> bool:
    """Whether a code of the app, or one on paper, is right; it is used up."""
    plain = re.sub(r"[\s-]", "", value(code)).upper()
    return _spend_shown(work, vault, person, plain) or _spend_paper(work, person, plain)


def _spend_shown(work: Transaction, vault: Vault, person: AccountHolder, code: str) -> bool:
    try:
        secret = vault.open(person.totp) if person.totp else None
    except SealBroken:
        return False
    step = step_of(secret, code, work.now - EPOCH) if secret else None
    if step is None:
        return False
    fresh = sa.or_(persons.c.totp_step.is_(None), persons.c.totp_step < step)
    change = persons.update().where(persons.c.id == person.id, fresh).values(totp_step=step)
    return bool(work.execute(change).rowcount)


def _spend_paper(work: Transaction, person: AccountHolder, code: str) -> bool:
    which = (recovery_codes.c.hash == _kept(person.id, code), recovery_codes.c.used.is_(None))
    return bool(work.execute(recovery_codes.update().where(*which).values(used=work.now)).rowcount)


def set_up(accounts: Accounts, person: AccountHolder, secret: str, code: str, session: str | None = None) -> list[str]:
    """Take a secret into use whose code somebody has just read; returns their codes for paper. Raises `Invalid`.

    `session`, where it was done, may do everything from now on; all others end.
    """
    plain = re.sub(r"\s", "", value(code))

    def unit(work: Transaction, people: ChangingPeople) -> list[str]:
        step = step_of(secret, plain, work.now - EPOCH)
        if step is None:
            raise Invalid("The code is not right.", {"code": ["as the app shows it now"]})
        people.change(person.id, totp=accounts.vault.seal(secret), totp_step=step)
        if session is not None:
            lift_limit(work, session)
            end_sessions(work, person.id, but=session)
        return _new_codes(work, person.id)

    return accounts.change(unit)


def remove(accounts: Accounts, person: str) -> None:
    """Take somebody's codes out of use, those on paper too."""

    def unit(work: Transaction, people: ChangingPeople) -> None:
        people.change(person, totp=None, totp_step=None)
        work.execute(recovery_codes.delete().where(recovery_codes.c.person == person))

    accounts.change(unit)


def _new_codes(work: Transaction, person: str) -> list[str]:
    made = ["".join(secrets.choice(LETTERS) for _ in range(12)) for _ in range(CODES)]
    work.execute(recovery_codes.delete().where(recovery_codes.c.person == person))
    for code in made:
        work.add(recovery_codes, {"hash": _kept(person, code), "person": person, "used": None})
    return ["-".join((code[:4], code[4:8], code[8:])) for code in made]


def _kept(person: str, code: str) -> str:
    # 58 random bits, with the person in front so that one table of hashes does not serve for all; tries are slowed down.
    return digest(f"{person} {code}")
