"""Whose contact data who sees, and to whom letters go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: What of an opinion says who told it: the submitters, the chain of people who passed it on, the deputy who answers for it.
PERSONAL = frozenset({"submitter", "cosigners", "relay", "deputy"})
#: What may say it as well, such as the door somebody lives behind, and is otherwise for everybody who works on the case.
TELLING = frozenset({"location"})
OFFICE_ROLES = frozenset({"reviewer", "supervisor", "admin"})
CONTACT_SEEN_BY_DEPARTMENT = frozenset({"public", "department"})


def may_see_contact(visibility: str, role: str | None) -> bool:
    """The office sees whom to answer; whoever else works on the case, only when the submitter let them; nobody without a role."""
    return role in OFFICE_ROLES or (role is not None and visibility in CONTACT_SEEN_BY_DEPARTMENT)


def withheld(visibility: str, role: str | None) -> frozenset[str]:
    """What of an opinion is left blank for somebody: what says who told it, where the submitter confided in the congress alone."""
    return frozenset() if may_see_contact(visibility, role) else TELLING


def is_reachable(person: Mapping[str, Any] | None) -> bool:
    """Whether a letter could reach somebody."""
    return bool(person and (person.get("email") or person.get("phone")))
