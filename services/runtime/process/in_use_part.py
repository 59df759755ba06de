"""What each service has on the page of the catalogue: which version it works by, and what that lacks of what it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, Protocol

from services.contracts.catalogue.against import Use
from services.contracts.catalogue.model import Catalogue
from services.contracts.fragments import fragment
from services.design.templates import SHARED
from services.runtime.process.catalogue import InUse
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes


class HasPlace(Protocol):
    """The context of any service."""

    @property
    def place(self) -> InUse[Any]:
        """The catalogue in use."""

    @property
    def catalogue(self) -> Catalogue:
        """The same, as it is now."""


class Lacks(NamedTuple):
    """What the catalogue in use lacks: codes that open cases name, and queues that should be there.

    `queues` is None where the broker could not be asked.
    """

    codes: Sequence[Use] = ()
    queues: Sequence[str] | None = ()


NOTHING: Final = Lacks()


def in_use_part(service: str, lacks: Callable[[Any], Lacks] = lambda _: NOTHING) -> Routes:
    """The route of that part of a service; `lacks` tells from its context what is missing."""
    routes, part = Routes(), fragment("catalogue", service)

    @routes.get(part.path, access=part.roles, page=error_page)
    def show(call: Call[HasPlace]) -> Answer:
        """Which version this service works by, beside the one that the page is about."""
        held = call.service.place
        version = held.version
        written = version.written.astimezone(call.service.catalogue.calendar.zone) if version else None
        digest = version.digest if version else "none"
        return html(
            SHARED, "catalogue-part.html", part=part, version=digest, written=written, is_same=digest == call.path["version"],
            refused=held.is_refused(), lacks=lacks(call.service),
        )  # fmt: skip

    return routes
