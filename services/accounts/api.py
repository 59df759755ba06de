"""Accounts for administrators, over the API."""

from __future__ import annotations

from collections.abc import Mapping

from services.accounts import managing
from services.accounts.context import HasAccounts
from services.accounts.managing import Sent
from services.accounts.model import AccountHolder, Granted, NewGrant
from services.accounts.schemas import Account, AccountName, AccountSent, AccountsPage, GrantBody, Invitation
from services.contracts.errors import Invalid
from services.contracts.people.callers import Role
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import Page, page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

ADMIN = frozenset({Role.ADMIN})
ONE = f"{API}/accounts/<account_id>"
routes = Routes()


@routes.get(f"{API}/accounts", access=ADMIN, query=Page, answers={200: AccountsPage})
def list_accounts(call: Call[HasAccounts]) -> Answer:
    """List accounts, the newest first, without contact data."""
    before, limit = read_cursor(call.query["cursor"]), call.query["limit"]
    found = call.service.accounts.read(lambda people: people.page(before, limit))
    return 200, page([_summary(person) for person in found], limit)


@routes.post(f"{API}/accounts", access=ADMIN, body=Invitation, answers={200: AccountSent})
def invite_account(call: Call[HasAccounts]) -> Answer:
    """Invite somebody, or send another invitation to somebody who has not accepted; a letter carries the link where it can.

    Where no letter can be sent the answer has the link, which is shown this once: the same Idempotency-Key once more is a conflict.
    """
    check_place(call, call.body.asked)
    key = call.idempotency_key.name("POST /accounts") if call.idempotency_key else ""
    return 200, _sent(managing.invite(call.service.accounts, call.body, key))


@routes.get(ONE, access=ADMIN, answers={200: Account}, personal=True)
def read_account(call: Call[HasAccounts]) -> Answer:
    """One account with contact data."""
    return 200, shape(call.service.accounts.read(lambda people: people.get(call.path["account_id"])))


@routes.post(f"{ONE}/name", access=ADMIN, body=AccountName, answers={200: Account})
def rename_account(call: Call[HasAccounts]) -> Answer:
    """Call somebody by another name; the audit trail keeps the name that they had at the time."""
    return 200, shape(managing.rename(call.service.accounts, call.path["account_id"], call.body["name"]))


@routes.post(f"{ONE}/grants", access=ADMIN, body=GrantBody, answers={200: Account})
def grant_role(call: Call[HasAccounts]) -> Answer:
    """Grant another role; one that is there already stays as it is."""
    check_place(call, call.body)
    return 200, shape(managing.grant(call.service.accounts, call.path["account_id"], call.body))


@routes.post(f"{ONE}/grants/<grant_id>/end", access=ADMIN, answers={200: Account})
def end_role(call: Call[HasAccounts]) -> Answer:
    """End a role and the sessions that act by it."""
    person, granted = call.path["account_id"], call.path["grant_id"]
    return 200, shape(managing.end_grant(call.service.accounts, person, granted, call.caller.person))


@routes.post(f"{ONE}/suspend", access=ADMIN, answers={200: Account})
def suspend_account(call: Call[HasAccounts]) -> Answer:
    """Let somebody in no longer; their sessions end within seconds."""
    return 200, shape(managing.suspend(call.service.accounts, call.path["account_id"], call.caller.person))


@routes.post(f"{ONE}/resume", access=ADMIN, answers={200: Account})
def resume_account(call: Call[HasAccounts]) -> Answer:
    """Let somebody in again who was suspended."""
    return 200, shape(managing.resume(call.service.accounts, call.path["account_id"]))


@routes.post(f"{ONE}/sign-out", access=ADMIN, answers={200: Account})
def sign_out_account(call: Call[HasAccounts]) -> Answer:
    """End all sessions of somebody."""
    return 200, shape(managing.sign_out(call.service.accounts, call.path["account_id"]))


@routes.post(f"{ONE}/reset", access=ADMIN, answers={200: AccountSent})
def reset_account(call: Call[HasAccounts]) -> Answer:
    """End password, second factor, passkeys and sessions of somebody, who gets a link to choose new ones."""
    return 200, _sent(managing.reset(call.service.accounts, call.path["account_id"]))


@routes.post(f"{ONE}/erasure", access=ADMIN, answers={200: Account})
def erase_account(call: Call[HasAccounts]) -> Answer:
    """Forget everything of somebody but the id, which stays in the audit trail."""
    return 200, shape(managing.erase(call.service.accounts, call.path["account_id"], call.caller.person))


def check_place(call: Call[HasAccounts], asked: NewGrant) -> None:
    """Raises `Invalid` for a department or a station that the catalogue does not have, or a deputy not in office."""
    catalogue = call.service.catalogue
    if asked.department is not None and asked.department not in catalogue.departments:
        raise Invalid("The catalogue has no such department.", {"department": ["the code of a department"]})
    if asked.station is not None and asked.station not in catalogue.stations:
        raise Invalid("The catalogue has no such station.", {"station": ["the code of a station"]})
    if asked.deputy is not None and not call.service.is_in_office(asked.deputy):
        raise Invalid("The register has no such deputy in office.", {"deputy": ["the code of a deputy in office"]})


def grant_shape(given: Granted) -> Mapping[str, object]:
    """A role as the API shows it, with what it acts for."""
    return {
        "id": given.id, "role": given.role, "department": given.department, "station": given.station,
        "deputy": given.deputy, "channels": None if given.channels is None else list(given.channels),
    }  # fmt: skip


def _summary(person: AccountHolder) -> Mapping[str, object]:
    return {
        "id": person.id, "sign_in": person.sign_in, "name": person.name, "state": person.state, "created": person.created,
        "seen": person.seen, "second_factor": person.totp is not None, "grants": [grant_shape(each) for each in person.grants],
    }  # fmt: skip


def shape(person: AccountHolder) -> Mapping[str, object]:
    """An account as the API shows it."""
    reach = {"email": person.email, "phone": person.phone, "external": person.external, "passkeys": person.passkeys}
    return {**_summary(person), **reach}


def _sent(sent: Sent) -> Mapping[str, object]:
    return {"account": shape(sent.person), "link": sent.link}
