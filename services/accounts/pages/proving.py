"""Proving once more that it is the owner of the account: by the password, or by a fresh single sign-on for who has none."""

from __future__ import annotations

from enum import StrEnum

from services.accounts import managing
from services.accounts.context import HasAccounts
from services.accounts.model import AccountHolder
from services.accounts.pages.entering import TOO_OFTEN
from services.accounts.pages.showing import Mistakes, guard_of
from services.contracts.errors import NotFound, TooMany
from services.design.phrases import Phrase
from services.runtime.web.calls import Call
from services.runtime.web.requests import form_value

NO_PASSWORD = Phrase("Please enter your present password")
WRONG_PASSWORD = Phrase("This is not your present password")
TOO_LONG_AGO = Phrase("You signed in too long ago for this; please sign in again, then fill in the form")
NO_PERSON = "This page is about the account of somebody; a token has none."
#: What the audit trail says of a form that took no password.
BY_SIGN_ON = "confirmed by single sign-on"


class Proof(StrEnum):
    """What a form that changes the account wants of its owner."""

    #: The password, typed.
    TYPED = "typed"
    SIGNED_ON = "signed_on"
    SIGN_ON_AGAIN = "sign_on_again"


def own(call: Call[HasAccounts]) -> AccountHolder:
    """The person whose session this is; raises `NotFound` for a token, which has no account."""
    person = call.caller.person
    if person is None:
        raise NotFound(NO_PERSON)
    return call.service.accounts.read(lambda people: people.get(person))


def proof_of(call: Call[HasAccounts], me: AccountHolder) -> Proof:
    """What somebody has to prove it by: who has a password gives it, however they came in."""
    accounts, session = call.service.accounts, call.session
    if me.password is not None or me.external is None or session is None or accounts.single_sign_on is None:
        return Proof.TYPED
    is_fresh = accounts.is_fresh(accounts.read(lambda people: people.vouched(session.id)))
    return Proof.SIGNED_ON if is_fresh else Proof.SIGN_ON_AGAIN


def confirmed(call: Call[HasAccounts], me: AccountHolder) -> Mistakes:
    """What is wrong with the proof in a form that wants one; empty when it is right."""
    proof = proof_of(call, me)
    if proof is Proof.SIGN_ON_AGAIN:
        return {"present": TOO_LONG_AGO}
    if proof is Proof.SIGNED_ON:
        guard_of(call).say(BY_SIGN_ON)
        return {}
    given = form_value("present")
    if not given:
        # A form that comes back after a lost session never has it: that is no try in vain.
        return {"present": NO_PASSWORD}
    try:
        if managing.is_own_password(call.service.accounts, me, given):
            return {}
    except TooMany as error:
        return {"present": TOO_OFTEN.filled(seconds=error.seconds)}
    return {"present": WRONG_PASSWORD}


def administrator_proof(call: Call[HasAccounts]) -> Proof | None:
    """What an administrator proves before what lets somebody in or cannot be taken back; None for a token, which has none."""
    return proof_of(call, own(call)) if call.caller.person else None


def administrator_confirmed(call: Call[HasAccounts]) -> Mistakes:
    """What is wrong with that proof; empty when it is right."""
    return confirmed(call, own(call)) if call.caller.person else {}
