"""The context of views and consumers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.contracts.catalogue.model import Catalogue
from services.contracts.people.callers import Role
from services.notify.domain.ladder import Ladder
from services.notify.domain.letters.recipients import Notifier, Recipients
from services.notify.domain.letters.submitters import SubmitterChannels
from services.notify.handlers.digests import ActingAs
from services.notify.handlers.staff_notifications import LOST_AFTER
from services.runtime.process.catalogue import InUse
from services.runtime.store.database import Database
from services.runtime.store.vault import Vault
from services.runtime.web.calls import Call

SUPERVISORS = frozenset({Role.SUPERVISOR, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Office:
    """The parts of notify that depend on the catalogue."""

    catalogue: Catalogue
    ladder: Ladder
    recipients: Recipients
    submitter_channels: SubmitterChannels


@dataclass(frozen=True, slots=True)
class Notify:
    """The context of views, consumers and periodic jobs; `ahead` is how far sessions of plans are made, `notices_kept` and
    `letters_kept` how long notices stay, and letters to submitters that have ended. `acting` says as what people may act, and
    `digest_stretch` is the least time between two digests."""

    database: Database
    place: InUse[Office]
    notifier: Notifier
    vault: Vault
    acting: ActingAs
    lost_after: timedelta = LOST_AFTER
    ahead: timedelta = timedelta(days=60)
    notices_kept: timedelta = timedelta(days=90)
    letters_kept: timedelta = timedelta(days=730)
    digest_stretch: timedelta = timedelta(minutes=30)

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue in use."""
        return self.place.catalogue

    @property
    def ladder(self) -> Ladder:
        """Its ladder."""
        return self.place.now.ladder

    @property
    def recipients(self) -> Recipients:
        """The channels of departments and people."""
        return self.place.now.recipients

    @property
    def submitter_channels(self) -> SubmitterChannels:
        """The channels to submitters."""
        return self.place.now.submitter_channels


def case_filters(call: Call[Notify]) -> dict[str, object]:
    """What a list is narrowed to, by column; a department's to its own. Raises `NotAllowed` for another's."""
    filters = {name: call.query[name] for name in ("department", "opinion", "assignment")}
    return filters | {"department": call.caller.own_only(filters["department"])}
