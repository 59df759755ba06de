"""What administrators do with accounts, and what people do with their own password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from services.accounts.context import Accounts
from services.accounts.credentials import attempts, once
from services.accounts.credentials.once import Purpose
from services.accounts.credentials.passwords import mistake_in
from services.accounts.model import AccountHolder, Invited, NewGrant, check_invited, sign_in_name
from services.accounts.people import ChangingPeople
from services.accounts.tables import passkeys, recovery_codes
from services.contracts.errors import Conflict, Invalid, NotFound
from services.runtime.store.database import Transaction
from services.runtime.web.access.sessions import end_sessions

#: The page where a link leads, by what it is for.
PATHS = {Purpose.INVITATION: "/invitation", Purpose.RECOVERY: "/recovery", Purpose.SIGN_IN: "/login/link"}

INVITED: Final = (
    "Somebody was invited with this key already. See GET /accounts; a new key sends another invitation, and ends the link of "
    "the one before."
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A person and the link made for them: None where a letter carries it, else to be shown this once."""

    person: AccountHolder
    link: str | None


def invite(accounts: Accounts, invited: Invited, key: str = "") -> Sent:
    """Invite somebody, or once more who has not come yet; a request with a `key` does so once. Raises `Invalid`, `Conflict`."""
    check_invited(invited)

    def unit(work: Transaction, people: ChangingPeople) -> str:
        if key:
            once.first_time(work, key, INVITED)
        return people.add(invited)

    return _with_link(accounts, Purpose.INVITATION, unit)


def reset(accounts: Accounts, person: str) -> Sent:
    """End the password, second factor, passkeys and sessions of somebody, who gets a link to choose new ones."""

    def unit(work: Transaction, people: ChangingPeople) -> str:
        known = people.get(person)
        if known.state not in ("active", "invited"):
            raise Conflict(f"This account is {known.state}.")
        people.change(person, password=None, totp=None, totp_step=None)
        for table in (passkeys, recovery_codes):
            work.execute(table.delete().where(table.c.person == person))
        end_sessions(work, person)
        once.void(work, person)
        return person

    invited = accounts.read(lambda people: people.get(person)).state == "invited"
    return _with_link(accounts, Purpose.INVITATION if invited else Purpose.RECOVERY, unit)


def send_link(accounts: Accounts, sign_in: str, purpose: Purpose) -> None:
    """Send somebody who can be reached a link; for others, and for names that there are not, nothing happens."""
    person = accounts.read(lambda people: people.named(sign_in))
    if person is not None and person.state == "active" and person.is_reachable and accounts.rules.public_url:
        secret = accounts.change(lambda work, _: once.make(work, purpose, person.id))
        accounts.write_to(person, purpose, path_of(purpose, secret))


def path_of(purpose: Purpose, secret: str) -> str:
    """The path of a link. Its secret stands in the query, which no log holds."""
    return f"{PATHS[purpose]}?key={quote(secret)}"


def choose_password(accounts: Accounts, secret: str, purpose: Purpose, password: str) -> AccountHolder:
    """Choose a password by a link that is used up by it. Raises `NotFound` for a bad link, `Invalid` for a bad password."""
    owner = accounts.owner(secret, purpose)
    if owner is None:
        raise NotFound("This link has been used or has expired.")
    _refuse_weak(accounts.read(lambda people: people.get(owner)), password)
    kept = accounts.passwords.hash(password)

    def unit(work: Transaction, people: ChangingPeople) -> AccountHolder:
        known = people.get(once.use(work, secret, purpose) or "")
        if known.state not in ("invited", "active"):
            raise Conflict(f"This account is {known.state}.")
        people.change(known.id, password=kept, state="active")
        _begin_anew(work, known, None)
        return people.get(known.id)

    return accounts.change(unit)


def change_password(accounts: Accounts, person: AccountHolder, password: str, session: str | None) -> None:
    """Change the own password; all other sessions end. Raises `Invalid`."""
    _refuse_weak(person, password)
    kept = accounts.passwords.hash(password)

    def unit(work: Transaction, people: ChangingPeople) -> None:
        people.change(person.id, password=kept)
        _begin_anew(work, person, session)

    accounts.change(unit)


def is_own_password(accounts: Accounts, person: AccountHolder, password: str) -> bool:
    """Whether somebody who is signed in knows their password; raises `TooMany`."""
    tried = f"own {person.id}"
    accounts.access.write(lambda work: attempts.begin(work, tried))
    if not accounts.passwords.matches(password, person.password):
        return False
    accounts.access.write(lambda work: attempts.succeeded(work, tried))
    return True


def rename(accounts: Accounts, person: str, name: str) -> AccountHolder:
    """Call somebody by another name from now on; what the trail has stays as it was. Raises `NotFound`, `Conflict`."""

    def unit(_: Transaction, people: ChangingPeople) -> AccountHolder:
        if people.get(person).state == "erased":
            raise Conflict("This account is erased.")
        people.change(person, name=name)
        return people.get(person)

    return accounts.change(unit)


def grant(accounts: Accounts, person: str, asked: NewGrant) -> AccountHolder:
    """Grant somebody a role; raises `Invalid`, `NotFound`, `Conflict`."""
    asked.check()

    def unit(work: Transaction, people: ChangingPeople) -> AccountHolder:
        known = people.get(person)
        if known.state == "erased":
            raise Conflict("This account is erased.")
        people.grant(person, asked)
        if asked.role in accounts.rules.needs_second and all(each.role != asked.role for each in known.grants):
            # They have to sign in again, as the role demands.
            end_sessions(work, person)
        return people.get(person)

    return accounts.change(unit)


def end_grant(accounts: Accounts, person: str, granted: str, by: str | None) -> AccountHolder:
    """End one role of somebody; raises `NotFound`, and `Conflict` for the own one."""

    def unit(_: Transaction, people: ChangingPeople) -> AccountHolder:
        _refuse_own(person, by)
        people.end_grant(person, granted)
        return people.get(person)

    return accounts.change(unit)


def suspend(accounts: Accounts, person: str, by: str | None) -> AccountHolder:
    """Let somebody in no longer, and end their sessions; raises `NotFound`, `Conflict`."""
    return _moved(accounts, person, "suspended", ("active", "invited"), by)


def resume(accounts: Accounts, person: str) -> AccountHolder:
    """Let somebody in again who was suspended; raises `NotFound`, `Conflict`."""
    return _moved(accounts, person, "active", ("suspended",), None)


def sign_out(accounts: Accounts, person: str) -> AccountHolder:
    """End all sessions of somebody."""

    def unit(work: Transaction, people: ChangingPeople) -> AccountHolder:
        found = people.get(person)
        end_sessions(work, person)
        return found

    return accounts.change(unit)


def erase(accounts: Accounts, person: str, by: str | None) -> AccountHolder:
    """Forget everything of somebody but their id. Raises `NotFound`, and `Conflict` for the own account."""

    def unit(work: Transaction, people: ChangingPeople) -> AccountHolder:
        _refuse_own(person, by)
        people.get(person)
        once.void(work, person)
        people.erase(person)
        return people.get(person)

    erased = accounts.change(unit)
    accounts.access.tidy()
    return erased


def _moved(accounts: Accounts, person: str, to: str, allowed: tuple[str, ...], by: str | None) -> AccountHolder:
    def unit(work: Transaction, people: ChangingPeople) -> AccountHolder:
        _refuse_own(person, by)
        known = people.get(person)
        if known.state not in allowed:
            raise Conflict(f"This account is {known.state}.")
        # Somebody who never chose a password is still invited.
        people.change(person, state="invited" if to == "active" and known.password is None and known.external is None else to)
        end_sessions(work, person)
        once.void(work, person)
        return people.get(person)

    return accounts.change(unit)


def _refuse_own(person: str, by: str | None) -> None:
    if person == by:
        raise Conflict("This is your own account; another administrator has to do it.")


def _refuse_weak(person: AccountHolder, password: str) -> None:
    if mistake := mistake_in(password, person.sign_in or "", person.name):
        raise Invalid("Choose another password.", {"password": [mistake.english]})


def _begin_anew(work: Transaction, person: AccountHolder, session: str | None) -> None:
    end_sessions(work, person.id, but=session)
    once.void(work, person.id)
    for tried in (f"password {sign_in_name(person.sign_in or '')}", f"own {person.id}"):
        attempts.succeeded(work, tried)


def _with_link(accounts: Accounts, purpose: Purpose, unit: Callable[[Transaction, ChangingPeople], str]) -> Sent:
    def whole(work: Transaction, people: ChangingPeople) -> tuple[AccountHolder, str]:
        person = people.get(unit(work, people))
        return person, once.make(work, purpose, person.id)

    person, secret = accounts.change(whole)
    path = path_of(purpose, secret)
    return Sent(person, None if accounts.write_to(person, purpose, path) else path)
