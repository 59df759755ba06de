"""转递: who carried an opinion here, hop by hop: voter → informant (民情信息员) → deputy → presidium.

A hop is told to the one whom it names and counts once that one has confirmed it. One that was given to somebody else before
anybody confirmed it is missed: it is no hop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, cast

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict, Invalid, NotAllowed
from services.contracts.messages.duties import OpinionRelayed
from services.contracts.people.duties import HopMove, HopState, move_hop
from services.intake.domain.constituency.owing import Owed, Party
from services.intake.domain.opinion import Opinion

#: Who carries an opinion, one after the other.
CARRIERS: Final = ("informant", "deputy", "presidium")
Carrier = Literal["informant", "deputy", "presidium"]
CONFIRMED = (HopState.TAKEN, HopState.PASSED)


@dataclass(slots=True)
class Hop:
    """One hop: whom it names, since when and until when it may be confirmed, when (`at`) and by whom (`confirmed_by`) it was.

    `then` is the deputy who is told as soon as it is confirmed.
    """

    id: str
    opinion: str
    number: int
    holder: Carrier
    code: str | None
    name: str | None
    state: HopState
    told: datetime
    due: datetime
    at: datetime | None = None
    confirmed_by: str | None = None
    then: str | None = None

    @property
    def party(self) -> Party:
        """Whom it names."""
        return Party(self.holder, self.code, self.name)

    @property
    def owed(self) -> Owed:
        """The duty to confirm it."""
        return Owed(self.id, "relay")

    def miss(self, opinion: Opinion) -> None:
        """Nobody confirms it any more: it was given to somebody else, or the case ended."""
        self.state, self.at = move_hop(self.state, HopMove.MISS), opinion.now
        self.owed.end(opinion, done=False)

    @property
    def is_confirmed(self) -> bool:
        """Whether it is a hop."""
        return self.state in CONFIRMED


@dataclass(slots=True)
class RelayChain:
    """The chain of one opinion. `new_id` makes ids; what is added to `hops` or changed of them is to be saved."""

    opinion: Opinion
    catalogue: Catalogue
    new_id: Callable[[], str]
    hops: list[Hop] = field(default_factory=list)

    @property
    def chain(self) -> Sequence[Hop]:
        """The hops that somebody confirmed, in order."""
        return [hop for hop in self.hops if hop.is_confirmed]

    @property
    def waiting(self) -> Hop | None:
        """The hop that was told and waits to be confirmed."""
        return next((hop for hop in self.hops if hop.state is HopState.TOLD), None)

    def start(self, station: Party, confirmed_by: str | None, then: str | None = None) -> Hop:
        """Begin with the informants of a station; one who begins it themselves has confirmed it with that.

        `then` is the deputy who is to be told once they have confirmed it.
        """
        self._check_open()
        if self.chain or self.waiting:
            raise Conflict("This opinion is being relayed already; confirm or pass on the hop that stands last.")
        hop = self._tell(station)
        hop.then = then
        if confirmed_by is not None:
            self._confirm(hop, confirmed_by)
        return hop

    def confirm(self, party: Party, who: str) -> Hop:
        """Confirm the hop that waits; what this one confirmed last is confirmed once only."""
        waiting = self.waiting
        if waiting is None or not waiting.party.is_same(party):
            last = self.chain[-1] if self.chain else None
            if last is not None and last.party.is_same(party):
                return last
            raise NotAllowed("No hop of this opinion waits for you.")
        self._confirm(waiting, who)
        return waiting

    def pass_on(self, party: Party, deputy: Party | None) -> Hop:
        """Tell the next one: an informant names the deputy, a deputy passes on to the presidium.

        Naming another deputy while the one before has not confirmed leaves that hop missed.
        """
        self._check_open()
        last = self._passing
        if last is None or not last.party.is_same(party):
            raise NotAllowed("Only who confirmed the last hop passes the opinion on.")
        target = self._next(last, deputy)
        waiting = self.waiting
        if waiting is not None and waiting.party.is_same(target):
            return waiting
        if waiting is not None:
            waiting.miss(self.opinion)
        if last.state is HopState.TAKEN:
            last.state = move_hop(last.state, HopMove.PASS)
        return self._tell(target)

    def return_from(self, deputy: Party) -> None:
        """A deputy has left office: what waits for them, or was not passed on by them, is passed on again by the one before."""
        waiting, last = self.waiting, self._passing
        if waiting is not None and waiting.party.is_same(deputy):
            waiting.miss(self.opinion)
        elif last is not None and last.state is HopState.TAKEN and last.party.is_same(deputy):
            # They had it, so it stays a hop.
            last.state = move_hop(last.state, HopMove.PASS)
            last = self._before(last.holder)
        else:
            return
        if last is not None and last.state is HopState.PASSED:
            last.state = move_hop(last.state, HopMove.RETURN)

    @property
    def _passing(self) -> Hop | None:
        """The hop whose holder passes the opinion on, or has passed it on to the one that waits.

        It is not the last of the chain where a deputy had it who has left office since.
        """
        if self.waiting is not None:
            return self._before(self.waiting.holder)
        found = [hop for hop in self.chain if hop.state is HopState.TAKEN] or self.chain
        return found[-1] if found else None

    def _before(self, holder: Carrier) -> Hop | None:
        """The last confirmed hop of those who carry an opinion before others."""
        earlier = CARRIERS[: CARRIERS.index(holder)]
        return next((hop for hop in reversed(self.chain) if hop.holder in earlier), None)

    def _next(self, last: Hop, deputy: Party | None) -> Party:
        following = CARRIERS[CARRIERS.index(last.holder) + 1 :]
        if not following:
            raise Conflict("The presidium is the last hop.")
        if following[0] == "presidium":
            if deputy is not None:
                raise Invalid("A deputy passes on to the presidium; leave the deputy out.", {"deputy": ["leave it out"]})
            return Party("presidium")
        if deputy is None:
            raise Invalid("Name the deputy whom it is passed on to.", {"deputy": ["the code of an active deputy"]})
        return deputy

    def _tell(self, party: Party) -> Hop:
        now, hop_id = self.opinion.now, self.new_id()
        due = Owed(hop_id, "relay").set(self.opinion, party, self.catalogue, now)
        holder = cast(Carrier, party.holder)
        hop = Hop(hop_id, self.opinion.id, len(self.hops) + 1, holder, party.code, party.name, HopState.TOLD, now, due)
        self.hops.append(hop)
        return hop

    def _confirm(self, hop: Hop, who: str) -> None:
        opinion, number, on_time = self.opinion, len(self.chain) + 1, self.opinion.now <= hop.due
        hop.state, hop.at, hop.confirmed_by = move_hop(hop.state, HopMove.CONFIRM), opinion.now, who or None
        hop.owed.end(opinion, done=True)
        deputy = hop.code if hop.holder == "deputy" else None
        station = hop.code if hop.holder == "informant" else None
        opinion.publish(OpinionRelayed(number, hop.holder, deputy, station, on_time, opinion.topic))
        opinion.record(OpinionRelayed.TYPE, hop.holder, {"hop": number, **hop.party.facts, "on_time": on_time})

    def _check_open(self) -> None:
        if self.opinion.state.is_closed:
            raise Conflict(f"The opinion is {self.opinion.state}: there is nothing to relay any more.")
