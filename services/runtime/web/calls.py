"""One request as a view gets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from werkzeug.datastructures import ETags

from services.contracts.errors import Changed
from services.contracts.people.callers import Caller
from services.runtime.store.database import EPOCH, MICROSECOND
from services.runtime.store.idempotency import Key
from services.runtime.web.access.sessions import BrowserSession
from services.runtime.web.guard import Principal, RequestGuard

S_co = TypeVar("S_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Call(Generic[S_co]):
    """One request: the service it is for, who calls, what was parsed, and the guard that let it in, for pages with sessions."""

    service: S_co
    caller: Caller
    path: Mapping[str, str]
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: Key | None = None
    principal: Principal | None = None
    guard: RequestGuard | None = None
    if_match: ETags | None = None

    @property
    def session(self) -> BrowserSession | None:
        """The session of the caller; None for a caller with a token, and for nobody."""
        return self.principal.session if self.principal else None

    def expect(self, row: Mapping[str, Any] | None) -> None:
        """Raises `Changed` when If-Match names another version than that of a stored row, or there is no row."""
        if self.if_match and (row is None or not self.if_match.contains(tag_of(row))):
            raise Changed("Read it again: it is not what it was. Then send the new ETag as If-Match.")

    def charge(self, cost: int) -> None:
        """Count work beside the route's own, before it is done; raises `TooMany`."""
        if self.guard is not None and self.principal is not None:
            self.guard.charge(self.principal, cost)


def tag_of(row: Mapping[str, Any]) -> str:
    """The version of a stored row, for ETag and If-Match: when it was changed last; 0 for one of which nothing was said yet."""
    return format(((row["updated"] or EPOCH) - EPOCH) // MICROSECOND, "x")
