"""Passkeys (WebAuthn): a device that signs a challenge of this site, and asks its owner before it does.

The library for it takes 4 MB, and is loaded when the first passkey is made or used.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import orjson
import sqlalchemy as sa

from services.accounts.context import Accounts
from services.accounts.credentials import once
from services.accounts.credentials.once import Purpose
from services.accounts.model import AccountHolder
from services.accounts.people import ChangingPeople
from services.accounts.tables import passkeys
from services.contracts.errors import Conflict, NotFound
from services.runtime.store.database import Transaction

T = TypeVar("T")
NAME, MOST = "Huiying", 10


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a browser is asked: the options for its API, and the challenge in them, sealed, to come back with the answer."""

    options: str
    sealed: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner sees it."""

    id: str
    label: str
    created: object
    used: object


def listed(accounts: Accounts, person: str) -> list[Passkey]:
    """The passkeys of somebody, the oldest first."""
    query = sa.select(passkeys).where(passkeys.c.person == person).order_by(passkeys.c.created)
    with accounts.access.reading() as connection:
        return [Passkey(row.id, row.label, row.created, row.used) for row in connection.execute(query)]


def ask_for_new(accounts: Accounts, person: AccountHolder, site: str) -> Challenge:
    """Ask a browser to make a passkey for somebody."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json, structs

    challenge = secrets.token_bytes(32)
    known = [structs.PublicKeyCredentialDescriptor(base64url_to_bytes(each.id)) for each in listed(accounts, person.id)]
    options = webauthn.generate_registration_options(
        rp_id=_host(site), rp_name=NAME, user_name=person.sign_in or person.id, user_id=person.id.encode(), challenge=challenge,
        user_display_name=person.name, exclude_credentials=known,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED, user_verification=structs.UserVerificationRequirement.REQUIRED
        ),
    )  # fmt: skip
    return Challenge(options_to_json(options), accounts.lend(Purpose.NEW_PASSKEY, challenge=bytes_to_base64url(challenge)))


def keep(accounts: Accounts, person: AccountHolder, site: str, sealed: str, credential: str, label: str) -> None:
    """Keep the passkey that a browser has made; raises `NotFound` for an answer that is not good, `Conflict` for too many."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

    challenge = _challenge(accounts, sealed, Purpose.NEW_PASSKEY)
    made = _verified(
        lambda: webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_host(site),
            expected_origin=site,
            require_user_verification=True,
        )
    )

    def unit(work: Transaction, people: ChangingPeople) -> None:
        once.spend(work, challenge, Purpose.NEW_PASSKEY)
        if people.get(person.id).passkeys >= MOST:
            raise Conflict(f"At most {MOST} passkeys.")
        row = {
            "id": bytes_to_base64url(made.credential_id), "person": person.id, "label": label,
            "key": made.credential_public_key, "signs": made.sign_count, "created": work.now, "used": None,
        }  # fmt: skip
        work.add(passkeys, row)

    accounts.change(unit)


def remove(accounts: Accounts, person: str, passkey: str) -> None:
    """Take a passkey out of use; raises `NotFound`."""

    def unit(work: Transaction, _: ChangingPeople) -> None:
        if work.execute(passkeys.delete().where(passkeys.c.id == passkey, passkeys.c.person == person)).rowcount == 0:
            raise NotFound("There is no such passkey.")

    accounts.change(unit)


def ask_to_sign(accounts: Accounts, site: str) -> Challenge:
    """Ask a browser to sign in with a passkey that it has for this site."""
    import webauthn
    from webauthn.helpers import bytes_to_base64url, options_to_json, structs

    challenge = secrets.token_bytes(32)
    options = webauthn.generate_authentication_options(
        rp_id=_host(site), challenge=challenge, user_verification=structs.UserVerificationRequirement.REQUIRED
    )
    return Challenge(options_to_json(options), accounts.lend(Purpose.PASSKEY, challenge=bytes_to_base64url(challenge)))


def signed_by(accounts: Accounts, site: str, sealed: str, credential: str) -> str:
    """Who signed; raises `NotFound` for an answer that is not good, or came before."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes

    challenge = _challenge(accounts, sealed, Purpose.PASSKEY)
    with accounts.access.reading() as connection:
        row = connection.execute(sa.select(passkeys).where(passkeys.c.id == _id_in(credential))).one_or_none()
    if row is None:
        raise NotFound("This passkey is not known here.")
    signed = _verified(
        lambda: webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_host(site),
            expected_origin=site,
            credential_public_key=row.key,
            credential_current_sign_count=row.signs,
            require_user_verification=True,
        )
    )

    def unit(work: Transaction, _: ChangingPeople) -> None:
        once.spend(work, challenge, Purpose.PASSKEY)
        change = passkeys.update().where(passkeys.c.id == row.id)
        work.execute(change.values(signs=signed.new_sign_count, used=work.now))

    accounts.change(unit)
    return str(row.person)


def _verified(verify: Callable[[], T]) -> T:
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        return verify()
    except (WebAuthnException, ValueError, KeyError) as error:
        raise NotFound("The answer of the passkey is not good.") from error


def _id_in(credential: str) -> str:
    try:
        return str(orjson.loads(credential)["id"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotFound("The answer of the passkey is not good.") from error


def _challenge(accounts: Accounts, sealed: str, purpose: Purpose) -> str:
    if (lent := accounts.lent(purpose, sealed)) is None:
        raise NotFound("This page was open for too long.")
    return str(lent["challenge"])


def _host(site: str) -> str:
    return urlsplit(site).hostname or ""
