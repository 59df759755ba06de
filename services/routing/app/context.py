"""The context of views and consumers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.contracts.catalogue.model import Catalogue
from services.contracts.lifecycle import Move
from services.contracts.people.callers import Role
from services.routing.domain.choice import Router
from services.routing.gateway.learning import Learning
from services.runtime.process.catalogue import InUse
from services.runtime.store.database import Database
from services.runtime.web.calls import Call
from services.runtime.web.routes import Routes

routes = Routes()
HANDLING = frozenset({Role.DEPARTMENT, Role.ADMIN})
APPROVING = frozenset({Role.HEAD, Role.ADMIN})
RULING = frozenset({Role.SUPERVISOR, Role.ADMIN})
#: Only where more time has been asked for.
ON_EXTENSIONS: Final = frozenset({Move.GRANT, Move.REFUSE})
#: Who makes which moves of a case that departments do not make.
MOVES: Final[Sequence[tuple[frozenset[Role], frozenset[Move]]]] = (
    (frozenset({Role.REVIEWER, Role.ADMIN}), frozenset({Move.MERGE})),
    (APPROVING, frozenset({Move.APPROVE, Move.AMEND})),
    (RULING, ON_EXTENSIONS | {Move.UPHOLD, Move.DENY, Move.MARK, Move.RAISE, Move.RELEASE}),
)


@dataclass(frozen=True, slots=True)
class Routing:
    """The context of views and consumers."""

    database: Database
    place: InUse[Router]
    learning: Learning
    #: How many messages lie in each of these queues.
    depths: Callable[[Sequence[str]], Mapping[str, int]] = lambda _: {}
    #: The hour of the day at which the model is trained again.
    training_hour: int = 3

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue in use."""
        return self.place.catalogue

    @property
    def router(self) -> Router:
        """The router of the catalogue in use."""
        return self.place.now


def wanted_by(call: Call[Routing], names: Sequence[str]) -> dict[str, Any]:
    """What a list is narrowed to, by column (None for any); a department's to its own. Raises `NotAllowed` for another's."""
    wanted = {name: call.query[name] for name in names}
    return wanted | {"department": call.caller.own_only(wanted["department"])}
