"""Who calls: the roles of tokens, which of them may do what, and what is known of a caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.contracts.errors import Invalid, NotAllowed
from services.contracts.grants import GRANTABLE, SOURCE, Grant, grant_of

#: Under what name tokens and the audit trail keep whom a caller acts for.
PARTY: Final = "department"
#: The parts of an address that are a key to what they name, and so stand in no record.
SECRET_PARTS: Final = frozenset({"receipt"})
#: Who owns the senders that are not a department's.
OFFICE_OWNER: Final = "-"


class Role(StrEnum):
    """What a token is for."""

    REVIEWER = "reviewer"
    DEPARTMENT = "department"
    HEAD = "head"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    SCRAPER = "scraper"


#: Who acts for one department: its staff, and its head, who approves its replies where that is asked for.
OF_A_DEPARTMENT: Final = frozenset({Role.DEPARTMENT, Role.HEAD})
#: Marks a route that anybody may call.
PUBLIC: Final[frozenset[Role]] = frozenset()
OFFICE: Final = frozenset({Role.REVIEWER, Role.SUPERVISOR, Role.ADMIN})
STAFF: Final = OFFICE | {Role.DEPARTMENT}
SCRAPE: Final = frozenset({Role.SCRAPER, Role.ADMIN})
#: The roles of people, who can sign in at pages.
SIGNED_IN: Final = STAFF | OF_A_DEPARTMENT


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a role, the department it acts for if it is one, the token's id for the record, and what the token names of
    channels and sender (None: what the role has)."""

    role: Role | None = None
    department: str | None = None
    token: str | None = None
    channels: frozenset[str] | None = None
    source: str | None = None

    @property
    def grant(self) -> Grant:
        """What this caller may say of an opinion that it sends."""
        return grant_of(self.role, self.channels, self.source)

    @property
    def principal(self) -> str | None:
        """An identity for this caller, the same for each of its requests; None without a token."""
        return self.token or (f"{self.role} {self.department or '-'}" if self.role else None)

    @property
    def record(self) -> tuple[str, str, str | None]:
        """What the audit trail keeps: the token, the role, and the department."""
        return self.token or "-", str(self.role), self.department

    def own_only(self, asked: Sequence[str] | None) -> Sequence[str] | None:
        """The departments that a list is narrowed to, None for all: who acts for one sees its own.

        Raises `NotAllowed` when a department asks for another's, rather than answer with what was not asked for.
        """
        if self.department is None:
            return asked
        if asked is not None and set(asked) != {self.department}:
            raise NotAllowed("A department sees its own only.", {"department": [f"leave it out, or ask for {self.department}"]})
        return (self.department,)


NOBODY: Final = Caller()


@dataclass(frozen=True, slots=True)
class TokenGrants:
    """The grants that a new token names; None means those of its role."""

    channels: tuple[str, ...] = ()
    source: str | None = None


NOTHING_NAMED: Final = TokenGrants()


def check_token(role: str, department: str | None, named: TokenGrants) -> None:
    """Raises `Invalid` for a token that cannot be made."""
    if role not in list(Role):
        raise Invalid("There is no such role.", {"role": [f"one of {', '.join(Role)}"]})
    if (role in OF_A_DEPARTMENT) != (department is not None):
        raise Invalid(
            "The token of a department or of its head, and no other, names its department.",
            {"department": ["needed for roles department and head only"]},
        )
    unknown = [channel for channel in named.channels if channel not in GRANTABLE]
    if unknown:
        raise Invalid(f"There is no channel '{unknown[0]}'.", {"channel": [f"one of {', '.join(GRANTABLE)}"]})
    if named.source is not None and not SOURCE.fullmatch(named.source):
        raise Invalid("Name the source with small letters, digits and dashes.", {"source": [SOURCE.pattern]})


def check_owner(source: str, department: str | None, parties: Sequence[str | None]) -> None:
    """Raises `Invalid` for another party's sender: its answers hold the receipts of its cases.

    `parties` are those that the tokens which name the sender act for; those named as the roles are the office's.
    """
    owners = {party or OFFICE_OWNER for party in parties} | ({OFFICE_OWNER} if source in list(Role) else set())
    if owners - {department or OFFICE_OWNER}:
        raise Invalid("This source is somebody else's; choose another name.", {"source": ["the name of another sender"]})
