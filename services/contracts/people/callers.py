"""Who calls: the roles of people and tokens, which of them may do what, and what is known of a caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Literal

from services.contracts.errors import Invalid, NotAllowed
from services.contracts.people.grants import GRANTABLE, SOURCE, Grant, grant_of

#: The parts of an address that are a key to what they name, and so stand in no record.
SECRET_PARTS: Final = frozenset({"receipt", "qr"})
#: Who owns the senders that are not a department's.
OFFICE_OWNER: Final = "-"


class Role(StrEnum):
    """What somebody, or the token of a program, acts as."""

    REVIEWER = "reviewer"
    DEPARTMENT = "department"
    HEAD = "head"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    DEPUTY = "deputy"
    STATION = "station"
    INFORMANT = "informant"
    SCRAPER = "scraper"


#: What a role can act for.
Party = Literal["department", "station", "deputy"]
PARTIES: Final[tuple[Party, ...]] = ("department", "station", "deputy")


@dataclass(frozen=True, slots=True)
class RoleRule:
    """What a role needs: `of` names what it acts for, if it acts for one; `signs_in` says whether people have it."""

    of: Party | None = None
    signs_in: bool = True


#: A role is one row.
RULES: Final[Mapping[Role, RoleRule]] = {
    Role.REVIEWER: RoleRule(),
    Role.DEPARTMENT: RoleRule(of="department"),
    Role.HEAD: RoleRule(of="department"),
    Role.SUPERVISOR: RoleRule(),
    Role.ADMIN: RoleRule(),
    Role.DEPUTY: RoleRule(of="deputy"),
    Role.STATION: RoleRule(of="station"),
    Role.INFORMANT: RoleRule(of="station"),
    Role.SCRAPER: RoleRule(signs_in=False),
}
#: Who acts for one department: its staff, and its head, who approves its replies where that is asked for.
OF_A_DEPARTMENT: Final = frozenset(role for role, rule in RULES.items() if rule.of == "department")
#: Marks a route that anybody may call.
PUBLIC: Final[frozenset[Role]] = frozenset()
OFFICE: Final = frozenset({Role.REVIEWER, Role.SUPERVISOR, Role.ADMIN})
#: Those who review, handle or supervise cases; the other roles see what was entrusted to them and nothing else.
STAFF: Final = OFFICE | OF_A_DEPARTMENT
SCRAPE: Final = frozenset({Role.SCRAPER, Role.ADMIN})
#: The roles of people, who can sign in at pages.
SIGNED_IN: Final = frozenset(role for role, rule in RULES.items() if rule.signs_in)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a role, the department, station or deputy it acts for, and what its grant or token names of channels and sender
    (None: what the role has). For the record, the token's id, or the person's id and name."""

    role: Role | None = None
    department: str | None = None
    token: str | None = None
    channels: frozenset[str] | None = None
    source: str | None = None
    station: str | None = None
    person: str | None = None
    name: str | None = None
    deputy: str | None = None

    @property
    def grant(self) -> Grant:
        """What this caller may say of an opinion that it sends."""
        granted = grant_of(self.role, self.channels, self.source)
        return replace(granted, deputy=self.deputy, station=self.station) if self.deputy or self.station else granted

    @property
    def principal(self) -> str | None:
        """An identity for this caller, the same for each of its requests; None for nobody."""
        acting = f"{self.role} {self.party or '-'}" if self.role else None
        return f"{self.person} {acting}" if self.person else self.token or acting

    @property
    def party(self) -> str | None:
        """Whom this caller acts for, whatever that is."""
        return self.department or self.station or self.deputy

    @property
    def who(self) -> str:
        """The id of the person or of the token, for what is written down of a decision."""
        return self.person or self.token or ""

    def own_only(self, asked: Sequence[str] | None) -> Sequence[str] | None:
        """The departments that a list is narrowed to, None for all: who acts for one sees its own.

        Raises `NotAllowed` when a department asks for another's, rather than answer with what was not asked for.
        """
        if self.party is None:
            return asked
        if self.department is None:
            raise NotAllowed("This list is for departments and the office.")
        if asked is not None and set(asked) != {self.department}:
            raise NotAllowed("A department sees its own only.", {"department": [f"leave it out, or ask for {self.department}"]})
        return (self.department,)


NOBODY: Final = Caller()


def somebody(person: str, name: str, role: str, party: str | None, channels: Sequence[str] | None) -> Caller:
    """A person who acts by a grant; `party` is what the role acts for."""
    named = None if channels is None else frozenset(channels)
    return Caller(Role(role), channels=named, person=person, name=name, **acting_for(role, party))


def acting_for(role: str, party: str | None) -> dict[Party, str | None]:
    """A party by what it is to a role: a department, a station or a deputy; nothing for a role that there is no more."""
    of = RULES[Role(role)].of if role in list(Role) else None
    return {of: party} if of else {}


def named_party(row: Mapping[str, object]) -> dict[str, object]:
    """A row of the store of access, with what its role acts for under the name of what that is."""
    acts_for = acting_for(str(row["role"]), str(row["party"]) if row["party"] else None)
    return {name: value for name, value in row.items() if name != "party"} | {of: acts_for.get(of) for of in PARTIES}


@dataclass(frozen=True, slots=True)
class TokenGrants:
    """The grants that a new token names; None means those of its role."""

    channels: tuple[str, ...] = ()
    source: str | None = None


NOTHING_NAMED: Final = TokenGrants()


def check_token(role: str, party: str | None, named: TokenGrants) -> None:
    """Raises `Invalid` for a token that cannot be made; `party` is what the role acts for."""
    of = RULES[Role(role)].of if role in list(Role) else None
    check_grant(role, {of or "department": party}, named.channels)
    if named.source is not None and not SOURCE.fullmatch(named.source):
        raise Invalid("Name the source with small letters, digits and dashes.", {"source": [SOURCE.pattern]})


def check_grant(role: str, acts_for: Mapping[Party, str | None], channels: Sequence[str]) -> None:
    """Raises `Invalid` for a role that does not go with what it is to act for, and for a channel that there is not."""
    if role not in list(Role):
        raise Invalid("There is no such role.", {"role": [f"one of {', '.join(Role)}"]})
    needed = RULES[Role(role)].of
    for of in PARTIES:
        if (needed == of) != (acts_for.get(of) is not None):
            roles = ", ".join(each for each in Role if RULES[each].of == of)
            raise Invalid(f"A role that acts for a {of}, and no other, names it.", {of: [f"needed for {roles} only"]})
    unknown = [channel for channel in channels if channel not in GRANTABLE]
    if unknown:
        raise Invalid(f"There is no channel '{unknown[0]}'.", {"channel": [f"one of {', '.join(GRANTABLE)}"]})


def check_owner(source: str, party: str | None, parties: Sequence[str | None]) -> None:
    """Raises `Invalid` for another party's sender: its answers hold the receipts of its cases.

    `parties` are those that the tokens which name the sender act for; those named as the roles are the office's.
    """
    owners = {each or OFFICE_OWNER for each in parties} | ({OFFICE_OWNER} if source in list(Role) else set())
    if owners - {party or OFFICE_OWNER}:
        raise Invalid("This source is somebody else's; choose another name.", {"source": ["the name of another sender"]})
