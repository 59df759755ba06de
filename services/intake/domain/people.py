"""The persons of an opinion, who may see their contact data, and who gets letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.contracts.errors import Invalid
from services.contracts.people.contacts import NotReachable, mailbox, telephone
from services.intake.domain.location import Location, Spot

#: The field of a form and of the API in which either of the two stands.
CONTACT = "contact"
#: The fields of an opinion with personal data: the submitters, the people who passed it on, the deputy who answers for it, and
#: where it is, which may be somebody's home.
PERSONAL = frozenset({"submitter", "cosigners", "relay", "deputy", "location"})
OFFICE_ROLES = frozenset({"reviewer", "supervisor", "admin"})
CONTACT_SEEN_BY_DEPARTMENT = frozenset({"public", "department"})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who submitted or signed an opinion, as far as they said who they are."""

    kind: str
    name: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class RelayStep:
    """Somebody who passed the opinion on, and in which role."""

    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Persons:
    """Everybody an opinion names beside its co-signers: who submitted it, who passed it on, the deputy who answers for it.

    And where it is.
    """

    submitter: Person | None = None
    relay: tuple[RelayStep | str, ...] | None = None
    deputy: str | None = None
    location: Location | None = None

    @property
    def about(self) -> Spot | None:
        """About where it is, as everybody may know it."""
        return self.location.about if self.location else None

    @property
    def address(self) -> str | None:
        """Where it is in words, which may be somebody's home."""
        return self.location.address if self.location else None

    def words(self, cosigners: Sequence[Person]) -> list[str]:
        """What citizens said of themselves and of those who passed it on, which no public text may repeat. Deputies are public."""
        people = [*cosigners, *([self.submitter] if self.submitter else [])]
        told = [word for each in people for word in (each.name, each.phone, each.email)]
        return [word for word in (*told, *(each if isinstance(each, str) else each.name for each in self.relay or ())) if word]


@dataclass(frozen=True, slots=True)
class Signer:
    """A co-signer and the receipt that is theirs alone."""

    receipt: str
    person: Person


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody who gets the reply of `case`: their own receipt, the title of the opinion that they know, their contact data.

    One who `supports` it is told of the reply and does not rate it.
    """

    case: str
    receipt: str
    title: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    supports: bool = False

    @property
    def is_reachable(self) -> bool:
        """Whether a letter could reach them."""
        return bool(self.email or self.phone)


def may_see_contact(visibility: str, role: str | None) -> bool:
    """The office sees contact data; departments on the case only with the submitter's consent; nobody without a role."""
    return role in OFFICE_ROLES or (role is not None and visibility in CONTACT_SEEN_BY_DEPARTMENT)


def reached_by(text: str) -> Person:
    """Somebody of whom a telephone number or an e-mail address is known; raises `Invalid` for neither."""
    try:
        return Person("citizen", email=mailbox(text)) if "@" in text else Person("citizen", phone=str(telephone(text)))
    except NotReachable as error:
        raise Invalid("Send one telephone number or one e-mail address.", {CONTACT: [str(error)]}) from error
