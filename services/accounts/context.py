"""What accounts work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

from services.accounts.credentials.once import LASTS, Purpose, owner
from services.accounts.credentials.passwords import Passwords
from services.accounts.credentials.single_sign_on import FRESH, LEEWAY, SingleSignOn
from services.accounts.model import AccountHolder, Letter, Rules
from services.accounts.people import ChangingPeople, People
from services.contracts.catalogue.model import Catalogue
from services.runtime.store.database import EPOCH, Database, Transaction
from services.runtime.store.vault import SealBroken, Vault

T = TypeVar("T")
#: What a letter is about, by what its link is for.
ABOUT: Mapping[Purpose, Literal["invitation", "recovery", "sign_in"]] = {
    Purpose.INVITATION: "invitation", Purpose.RECOVERY: "recovery", Purpose.SIGN_IN: "sign_in",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Accounts:
    """The store of access, the vault for what is personal, the rules, and how a letter is sent for good."""

    access: Database
    vault: Vault
    rules: Rules
    post: Callable[[Letter], None]
    passwords: Passwords = field(default_factory=Passwords)
    single_sign_on: SingleSignOn | None = None

    def read(self, look: Callable[[People], T]) -> T:
        """Look something up."""
        with self.access.reading() as connection:
            return look(People(connection, self.vault))

    def change(self, unit: Callable[[Transaction, ChangingPeople], T]) -> T:
        """Change something, in one transaction."""
        return self.access.write(lambda work: unit(work, ChangingPeople(work, self.vault)))

    def owner(self, secret: str, purpose: Purpose) -> str | None:
        """Whose good one-time secret this is, without using it up; None for one that is not good."""
        with self.access.reading() as connection:
            return owner(connection, secret, purpose, self.access.clock.now())

    def lend(self, purpose: Purpose, **facts: str) -> str:
        """Facts that a browser brings back, sealed: nothing has to be kept of those who only look at a page."""
        return self.vault.seal({**facts, "for": purpose, "until": self._seconds + LASTS[purpose].total_seconds()})

    def lent(self, purpose: Purpose, sealed: str) -> Mapping[str, Any] | None:
        """The facts again; None for what was not lent for this purpose, or too long ago."""
        try:
            found = self.vault.open(sealed)
        except (SealBroken, ValueError):
            return None
        is_good = isinstance(found, dict) and found.get("for") == purpose and found.get("until", 0) > self._seconds
        return found if is_good else None

    def is_fresh(self, signed_on: datetime | None) -> bool:
        """Whether somebody signed in at the single sign-on so lately that it stands for a password."""
        return signed_on is not None and -LEEWAY <= self.access.clock.now() - signed_on < FRESH

    @property
    def _seconds(self) -> float:
        return (self.access.clock.now() - EPOCH).total_seconds()

    def write_to(self, person: AccountHolder, purpose: Purpose, path: str) -> bool:
        """Send somebody a letter with a link of this site; returns whether there is a way to."""
        if not (self.rules.public_url and person.is_reachable):
            return False
        self.post(Letter(person.id, ABOUT[purpose], person.name, self.rules.public_url + path, person.email, person.phone))
        return True


class HasAccounts(Protocol):
    """A service that has the accounts."""

    @property
    def accounts(self) -> Accounts:
        """The accounts."""

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue in use, for what departments and stations are called."""

    def is_in_office(self, deputy: str) -> bool:
        """Whether the register has a deputy with this code who is in office."""

    def deputy_name(self, code: str) -> str | None:
        """What a deputy of the register is called; None for a code that it does not have."""
