"""Accounts as they are handled: a person, what they may act as, and the rules of the place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from services.contracts.errors import Invalid
from services.contracts.people.callers import RULES, Party, Role, acting_for, check_grant
from services.contracts.words.text import value
from services.runtime.web.access.sessions import is_over

State = Literal["invited", "active", "suspended", "erased"]
#: A name to sign in with: letters of any script, digits, and what stands in mail addresses.
SIGN_IN: Final = re.compile(r"[\w.@+-]{2,60}")
SIGN_IN_WORDS: Final = "2 to 60 letters, digits and . @ + - _"


@dataclass(frozen=True, slots=True)
class Granted:
    """One role that somebody has, with what they act for in it."""

    id: str
    role: Role
    department: str | None = None
    station: str | None = None
    deputy: str | None = None
    channels: tuple[str, ...] | None = None

    @property
    def party(self) -> str | None:
        """What they act for in it."""
        return self.department or self.station or self.deputy


def granted(grant: str, role: str, party: str | None, channels: tuple[str, ...] | None) -> Granted:
    """A grant as it is kept; `party` is what the role acts for."""
    return Granted(grant, Role(role), channels=channels, **acting_for(role, party))


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A role that is to be granted."""

    role: str
    department: str | None = None
    station: str | None = None
    deputy: str | None = None
    channels: tuple[str, ...] = ()

    @property
    def party(self) -> str | None:
        """What it is to act for."""
        return self.department or self.station or self.deputy

    @property
    def acts_for(self) -> dict[Party, str | None]:
        """The same by what that is."""
        return {"department": self.department, "station": self.station, "deputy": self.deputy}

    def check(self) -> None:
        """Raises `Invalid` for what cannot be granted to a person."""
        check_grant(self.role, self.acts_for, self.channels)
        if not RULES[Role(self.role)].signs_in:
            raise Invalid("This role is for programs; make a token for it.", {"role": ["for programs only"]})


@dataclass(frozen=True, slots=True)
class NewToken(NewGrant):
    """A token that is to be made: a role as people have it or of programs only, a sender, and for how many days."""

    source: str | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who is to be invited: `external` is what the single sign-on calls them."""

    sign_in: str
    name: str
    asked: NewGrant
    email: str | None = None
    phone: str | None = None
    external: str | None = None


@dataclass(frozen=True, slots=True)
class AccountHolder:
    """Somebody with an account. Printing one shows neither their password nor their second factor."""

    id: str
    sign_in: str | None
    name: str
    state: State
    created: datetime
    seen: datetime | None = None
    email: str | None = None
    phone: str | None = None
    external: str | None = None
    grants: Sequence[Granted] = ()
    passkeys: int = 0
    password: str | None = field(default=None, repr=False)
    totp: str | None = field(default=None, repr=False)

    @property
    def is_reachable(self) -> bool:
        """Whether a letter can be sent to them."""
        return bool(self.email or self.phone)


@dataclass(frozen=True, slots=True)
class WantedAccounts:
    """Which accounts of a list: part of a name, with one of some roles, what is acted for, a state; those that never signed in or
    lack a second factor."""

    words: str = ""
    roles: tuple[str, ...] | None = None
    party: str | None = None
    state: str | None = None
    lacks: Literal["visit", "factor"] | None = None


ALL_ACCOUNTS: Final = WantedAccounts()


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to somebody with a link that is good once. Printing one shows neither."""

    person: str
    about: Literal["invitation", "recovery", "sign_in"]
    name: str = field(repr=False)
    link: str = field(repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner sees it; `idle` is after how many seconds without a request it ends."""

    id: str
    device: str
    opened: datetime
    seen: datetime
    until: datetime
    idle: int

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended by itself."""
        return is_over(self.until, self.seen, self.idle, now)


@dataclass(frozen=True, slots=True)
class Rules:
    """How accounts are handled at this place; `needs_second` are the roles that need a second factor."""

    public_url: str = ""
    lasts: timedelta = timedelta(hours=8)
    idle: timedelta = timedelta(hours=1)
    needs_second: frozenset[Role] = frozenset()

    def needs_more(self, person: AccountHolder) -> bool:
        """Whether a password is not enough for somebody, who has no second factor to go with it."""
        return person.totp is None and any(grant.role in self.needs_second for grant in person.grants)


def sign_in_name(text: str) -> str:
    """A name to sign in with, in the one form in which it is kept and compared."""
    return value(text).casefold()


def check_invited(invited: Invited) -> None:
    """Raises `Invalid` for somebody who cannot be invited."""
    if not SIGN_IN.fullmatch(sign_in_name(invited.sign_in)):
        raise Invalid("Choose another name to sign in with.", {"sign_in": [SIGN_IN_WORDS]})
    invited.asked.check()
