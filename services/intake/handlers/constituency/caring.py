"""What deputies, informants, stations and the presidium do with an opinion that was entrusted to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.messages.values import Contact
from services.contracts.people.duties import CareState
from services.intake.domain.constituency.care import Care
from services.intake.domain.constituency.owing import Party
from services.intake.domain.constituency.relay import Hop
from services.intake.domain.opinion import UNKNOWN, Opinion
from services.intake.handlers import notifying
from services.intake.handlers.constituency.telling import Correspondence, WantedLetter

if TYPE_CHECKING:
    from services.intake.store.writing import IntakeStore

NOT_YOURS = "There is no such opinion, or it was not entrusted to you."


@dataclass(frozen=True, slots=True)
class Entrusting:
    """What it takes to entrust an opinion and to tell of it."""

    store: IntakeStore
    catalogue: Catalogue
    telling: Correspondence

    def ask(self, opinion: Opinion, party: Party) -> Care:
        """Ask a deputy to take an opinion up, or a station to find one; to be saved with the opinion."""
        care = Care.ask(opinion, self.store.duties.new_id(), party, self.catalogue)
        self._tell_asked(opinion, care)
        return care

    def entrust(self, opinion_id: str, deputy: Party, station: str | None) -> Care:
        """The office, or the `station` that it came by, asks a deputy; one who was asked and has done nothing yet is asked no
        more. Asking the same one again changes nothing."""
        opinion = self.store.load(opinion_id)
        if station is not None and opinion.station != station:
            raise NotFound(UNKNOWN)
        standing = self.store.duties.care(opinion.id)
        if standing is not None and standing.is_open:
            if standing.party.is_same(deputy):
                return standing
            if standing.state is CareState.TAKEN:
                raise Conflict("A deputy has taken this opinion up already, and is the one to pass it on.")
            following = standing.pass_on(opinion, self.store.duties.new_id(), deputy, self.catalogue)
            self._tell_asked(opinion, following)
            return self._keep(opinion, standing, following)
        if standing is not None and standing.state is CareState.FED_BACK:
            raise Conflict("A deputy has taken this opinion up and fed back to the voter.")
        return self._keep(opinion, self.ask(opinion, deputy))

    def take(self, opinion_id: str, deputy: str) -> Care:
        """认领: the deputy who was asked takes it; taking it again changes nothing."""
        opinion, care = self._own(opinion_id, deputy)
        if care.state in (CareState.TAKEN, CareState.FED_BACK):
            return care
        care.take(opinion, self.catalogue)
        people = self.store.reachable([opinion.merged_into or opinion.id])
        notifying.write(self.store, opinion.id, "taken", people, deputy=care.name or care.deputy or "")
        return self._keep(opinion, care)

    def pass_on(self, opinion_id: str, deputy: str, to: Party | None) -> Care:
        """转交: to another deputy, or back to the station that the opinion came by; returns the care of the next one."""
        opinion, care = self._own(opinion_id, deputy, passed_on=True)
        if to is None and opinion.station is None:
            reason = "It came by no station to which it could be given back."
            raise Invalid("Name the deputy to whom it is passed on.", {"deputy": [reason]})
        target = to or Party("station", opinion.station)
        if care.party.is_same(target):
            return care
        if care.deputy != deputy:
            raise NotFound(NOT_YOURS)
        following = care.pass_on(opinion, self.store.duties.new_id(), target, self.catalogue)
        self._tell_asked(opinion, following)
        return self._keep(opinion, care, following)

    def feed_back(self, opinion_id: str, deputy: str, how: Contact) -> Care:
        """反馈: the deputy has told the voter what was answered; saying it again changes nothing."""
        opinion, care = self._own(opinion_id, deputy)
        if care.state is CareState.FED_BACK:
            return care
        care.feed_back(opinion, how)
        return self._keep(opinion, care)

    def start(self, opinion_id: str, station: str, confirmed_by: str | None, deputy: Party | None) -> Hop:
        """Begin a relay with the informants of the station that the opinion came by, and tell the deputy where one is named."""
        opinion = self.store.load(opinion_id)
        if opinion.station != station:
            raise NotFound(UNKNOWN)
        relay = self.store.duties.relay(opinion, self.catalogue)
        informant = Party("informant", station)
        hop = relay.start(informant, confirmed_by)
        if deputy is not None and confirmed_by is not None:
            hop = relay.pass_on(informant, deputy)
        self._tell_hop(opinion, relay.waiting)
        self.store.duties.save_relay(relay)
        self.store.save(opinion)
        return hop

    def confirm(self, opinion_id: str, party: Party, who: str) -> Hop:
        """Confirm the hop that names this party."""
        opinion = self.store.load(opinion_id)
        relay = self.store.duties.relay(opinion, self.catalogue)
        hop = relay.confirm(party, who)
        self.store.duties.save_relay(relay)
        self.store.save(opinion)
        return hop

    def relay_on(self, opinion_id: str, party: Party, deputy: Party | None) -> Hop:
        """Pass on to the next hop: an informant names the deputy, a deputy passes on to the presidium."""
        opinion = self.store.load(opinion_id)
        relay = self.store.duties.relay(opinion, self.catalogue)
        before = relay.waiting
        hop = relay.pass_on(party, deputy)
        if hop is not before:
            self._tell_hop(opinion, hop)
        self.store.duties.save_relay(relay)
        self.store.save(opinion)
        return hop

    def _own(self, opinion_id: str, deputy: str, *, passed_on: bool = False) -> tuple[Opinion, Care]:
        """An opinion with its last care. Raises `NotFound` unless it is this deputy's, or they `passed_on` it just before."""
        opinion = self.store.load(opinion_id)
        care = self.store.duties.care(opinion.id)
        if care is None or (care.deputy != deputy and not (passed_on and self.store.duties.passed_on_by(opinion.id, deputy))):
            raise NotFound(NOT_YOURS)
        return opinion, care

    def _tell_asked(self, opinion: Opinion, care: Care) -> None:
        self.telling.ask(self.store, [(opinion, care)])

    def _tell_hop(self, opinion: Opinion, hop: Hop | None) -> None:
        if hop is not None:
            self.telling.write(self.store, WantedLetter(opinion, "to_relay", hop.party, {"due": hop.due.isoformat()}))

    def _keep(self, opinion: Opinion, *changed: Care) -> Care:
        self.store.duties.save(*changed)
        self.store.save(opinion)
        return changed[-1]


def end_duties(store: IntakeStore, opinion: Opinion) -> None:
    """The opinion left the way, or its persons were erased: nobody owes anything on it any more. To be saved with the opinion."""
    care = store.duties.care(opinion.id)
    if care is not None and care.is_open:
        care.end(opinion)
        store.duties.save(care)
    hop = store.duties.waiting_hop(opinion.id)
    if hop is not None:
        hop.miss(opinion)
        store.duties.save_hop(hop)
