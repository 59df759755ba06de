"""What the views work with, and the table they fill."""

from __future__ import annotations

from dataclasses import dataclass

from services.contracts.catalogue import Catalogue
from services.runtime.access import Role
from services.runtime.database import Database
from services.runtime.http import Routes

routes = Routes()
REVIEWERS = frozenset({Role.REVIEWER, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Intake:
    """What the views work with."""

    database: Database
    catalogue: Catalogue
