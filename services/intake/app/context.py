"""What the views work with, and the table they fill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from services.accounts.context import Accounts
from services.contracts.catalogue.model import Catalogue
from services.contracts.people.callers import Role
from services.design.maps import MapSource
from services.intake.gateway.capacity import Capacity
from services.intake.store.constituency.registers import deputy_name, find_deputy
from services.runtime.process.catalogue import InUse
from services.runtime.process.signing import Ed25519Signer
from services.runtime.store.database import Database
from services.runtime.store.vault import Vault

REVIEWERS = frozenset({Role.REVIEWER, Role.ADMIN})
ADMIN = frozenset({Role.ADMIN})
#: Who makes, prints and puts up codes.
KEEPERS = frozenset({Role.ADMIN, Role.STATION})


@dataclass(frozen=True, slots=True)
class Intake:
    """The context of views, consumers and periodic jobs; the vault seals and opens personal data, the signer signs promises.
    Visitors are reminded so long ahead of the session that they booked."""

    database: Database
    place: InUse[Catalogue]
    vault: Vault
    capacity: Capacity
    accounts: Accounts
    signer: Ed25519Signer | None = None
    map_source: MapSource | None = None
    share_font: Path | None = None
    reminded_ahead: timedelta = timedelta(hours=48)

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue in use."""
        return self.place.catalogue

    def is_in_office(self, deputy: str) -> bool:
        """Whether the register has a deputy with this code who is in office."""
        with self.database.reading() as connection:
            found = find_deputy(connection, deputy)
        return found is not None and found.is_in_office

    def deputy_name(self, code: str) -> str | None:
        """What a deputy of the register is called; None for a code that it does not have."""
        with self.database.reading() as connection:
            return deputy_name(connection, code)
