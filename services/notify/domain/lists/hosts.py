"""The session that lists are of, as far as they need to know it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.callers import Caller, Role
from services.contracts.errors import NotAllowed
from services.notify.domain.lists.frozen import Scope


@dataclass(frozen=True, slots=True)
class Host:
    """A session: what it is called, where and when it is, and whether the public knows of it."""

    id: str
    kind: str
    title: str
    station: str | None
    plan: str | None
    at: datetime
    state: str
    is_public: bool

    @property
    def scope(self) -> Scope:
        """Whose lists these are."""
        return Scope(self.id)


def check_own(caller: Caller, station: str | None) -> None:
    """Raises `NotAllowed` for what is another station's than the caller's; the office has them all."""
    if caller.role is Role.STATION and caller.station != station:
        raise NotAllowed("A station has the lists of its own sessions only.")
