"""Who may ask for what."""

from __future__ import annotations

from collections.abc import Sequence

from services.contracts.errors import NotAllowed


def own_only(department: str | None, asked: Sequence[str] | None) -> Sequence[str] | str | None:
    """The department a list is narrowed to: a department's caller sees its own. Raises `NotAllowed` for another's."""
    if department is not None and asked is not None and set(asked) != {department}:
        raise NotAllowed("A department sees its own only.", {"department": [f"leave it out, or ask for {department}"]})
    return department or asked
