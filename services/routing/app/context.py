"""What every view works with, and the table of routes."""

from __future__ import annotations

from dataclasses import dataclass

from services.contracts.catalogue import Catalogue
from services.routing.domain import Router
from services.runtime.access import STAFF, Role
from services.runtime.database import Database
from services.runtime.http import Routes

routes = Routes()
HANDLING = frozenset({Role.DEPARTMENT, Role.ADMIN})
READING = STAFF | {Role.HEAD}
APPROVING = frozenset({Role.HEAD, Role.ADMIN})
RULING = frozenset({Role.SUPERVISOR, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Routing:
    """What views and message handlers work with."""

    database: Database
    catalogue: Catalogue
    router: Router
