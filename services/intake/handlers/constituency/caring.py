"""What deputies, informants, stations and the presidium do with an opinion that was entrusted to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.messages.values import Contact
from services.contracts.people.duties import CareState
from services.intake.domain.actors import OFFICE, STATION
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
            care_id = self.store.duties.new_id()
            if standing.deputy is None:
                following = standing.pass_on(opinion, care_id, deputy, self.catalogue)
            else:
                following = standing.replace(opinion, care_id, deputy, self.catalogue, OFFICE if station is None else STATION)
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
        """Begin a relay with the informants of the station that the opinion came by; the deputy, where one is named, is told once
        they have confirmed it."""
        opinion = self.store.load(opinion_id)
        if opinion.station != station:
            raise NotFound(UNKNOWN)
        relay = self.store.duties.relay(opinion, self.catalogue)
        informant = Party("informant", station)
        hop = relay.start(informant, confirmed_by, deputy.code if deputy and confirmed_by is None else None)
        if deputy is not None and confirmed_by is not None:
            hop = relay.pass_on(informant, deputy)
        self._tell_hop(opinion, relay.waiting)
        self.store.duties.save_relay(relay)
        self.store.save(opinion)
        return hop

    def confirm(self, opinion_id: str, party: Party, who: str) -> Hop:
        """Confirm the hop that names this party, and tell the deputy who was named for the next one, if still in office."""
        opinion = self.store.load(opinion_id)
        relay = self.store.duties.relay(opinion, self.catalogue)
        is_new = relay.waiting is not None
        hop = relay.confirm(party, who)
        deputy = self.store.duties.register.deputy(hop.then) if is_new and hop.then else None
        if deputy is not None and deputy.is_in_office:
            self._tell_hop(opinion, relay.pass_on(party, Party("deputy", deputy.code, deputy.name)))
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

    def give_back(self, deputy: str) -> None:
        """What a deputy owes who is not in office any more goes back to the stations that it came by; without a station nobody
        takes care of it until the office asks somebody else."""
        changed, asked = [], []
        for opinion in self.store.load_many(self.store.duties.owed_by(deputy)).values():
            care = self.store.duties.care(opinion.id)
            if care is not None and care.deputy == deputy and care.is_open:
                following = self.returned(opinion, care)
                changed += [care, *following]
                asked += [(opinion, each) for each in following]
            relay = self.store.duties.relay(opinion, self.catalogue)
            relay.return_from(Party("deputy", deputy))
            self.store.duties.save_relay(relay)
            self.store.save(opinion)
        self.store.duties.save(*changed)
        self.telling.ask(self.store, asked)

    def returned(self, opinion: Opinion, care: Care) -> list[Care]:
        """The care of the station, where there is one, in place of that of a deputy who is not in office any more."""
        if opinion.station is None or not Care.is_wanted(opinion):
            care.end(opinion)
            return []
        station = Party("station", opinion.station)
        return [care.replace(opinion, self.store.duties.new_id(), station, self.catalogue, OFFICE)]

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
