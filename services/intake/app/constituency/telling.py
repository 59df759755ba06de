"""Whom those who have to do with an opinion are, by their accounts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from services.accounts.model import AccountHolder
from services.contracts.people.duties import Holder
from services.intake.app.context import Intake
from services.intake.handlers.constituency.caring import Entrusting
from services.intake.handlers.constituency.telling import Correspondence
from services.intake.store.writing import IntakeStore

#: Where everybody finds what was entrusted to them.
DESK: Final = "/entrusted"
#: The role in which people act for a holder; the presidium is the office's.
ROLES: Final[Mapping[Holder, str]] = {
    "deputy": "deputy", "station": "station", "informant": "informant", "presidium": "supervisor",
}  # fmt: skip


def entrusting(intake: Intake, store: IntakeStore) -> Entrusting:
    """What it takes to entrust an opinion within a transaction."""
    return Entrusting(store, intake.catalogue, correspondence(intake))


def correspondence(intake: Intake) -> Correspondence:
    """What it takes to write to those to whom opinions are entrusted."""

    def people_of(holder: Holder, codes: Collection[str | None]) -> Mapping[str | None, Sequence[AccountHolder]]:
        return intake.accounts.read(lambda people: people.acting_for(ROLES[holder], codes))

    site = intake.accounts.rules.public_url
    return Correspondence(people_of, site + DESK if site else None)
