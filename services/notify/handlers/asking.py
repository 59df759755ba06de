"""Who may ask for what."""

from __future__ import annotations

from services.contracts.errors import NotAllowed


def own_only(department: str | None, asked: str | None) -> str | None:
    """The department a list is narrowed to: a department's caller sees its own. Raises `NotAllowed` for another's."""
    if department is not None and asked not in (None, department):
        raise NotAllowed("A department sees its own only.", {"department": [f"leave it out, or ask for {department}"]})
    return department or asked
