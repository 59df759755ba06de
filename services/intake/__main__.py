"""`python -m services.intake web|worker|migrate|settings`."""

from __future__ import annotations

import sys
from pathlib import Path

from services.contracts.catalogue import load_catalogue
from services.intake import app, pages
from services.intake.app import Intake
from services.intake.chores import chores
from services.intake.consumer import hearings
from services.intake.settings import Settings
from services.runtime.assembly import Assembly, run
from services.runtime.clock import Clock
from services.runtime.database import Database
from services.runtime.http import Routes
from services.runtime.vault import Vault


def build(settings: Settings, database: Database, _: Clock) -> Intake:
    """What this service works with."""
    return Intake(database, load_catalogue(settings.catalogue), Vault(settings.contact_keys))


ROUTES = Routes([*app.routes, *pages.routes])
ASSEMBLY = Assembly("intake", Settings, build, ROUTES, hearings, Path(__file__).parent / "migrations", chores)

if __name__ == "__main__":
    sys.exit(run(ASSEMBLY, sys.argv[1:]))
