"""第一责任人: the deputy who takes an opinion up, hears what becomes of it, and tells the voter what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict
from services.contracts.messages.duties import OpinionFedback, OpinionTaken
from services.contracts.messages.values import Contact
from services.contracts.people.duties import OPEN_CARES, CareMove, CareState, Duty, move_care
from services.intake.domain.actors import DEPUTY
from services.intake.domain.constituency.owing import Owed, Party
from services.intake.domain.opinion import Opinion
from services.intake.domain.timeline import STAFF

#: The line that says to whom it was given instead.
PASSED_ON = "care.passed_on"


@dataclass(slots=True)
class Care:
    """A deputy's care of an opinion, or the station's that has to find one (`deputy` is None).

    `owes` is what is to be done by `due`; None while there is nothing to do but wait. `how` is how the voter was told last.
    `answered_sequence` is the number of routing's message that brought the last reply, or took it back.
    """

    id: str
    opinion: str
    deputy: str | None
    name: str | None
    station: str | None
    state: CareState
    asked: datetime
    at: datetime
    owes: Duty | None = None
    due: datetime | None = None
    how: Contact | None = None
    answered_sequence: int = 0

    @classmethod
    def ask(cls, opinion: Opinion, care_id: str, party: Party, catalogue: Catalogue) -> Care:
        """Ask a deputy, or a station to find one."""
        if not cls.is_wanted(opinion):
            raise Conflict(f"The opinion is {opinion.state}: there is nothing to take up any more.")
        deputy = party.code if party.holder == "deputy" else None
        station = party.code if party.holder == "station" else None
        now = opinion.now
        care = cls(care_id, opinion.id, deputy, party.name, station, CareState.ASKED, now, now)
        care._owe("take", opinion, catalogue, now)
        return care

    @staticmethod
    def is_wanted(opinion: Opinion) -> bool:
        """Whether there is anything to take up, or to tell the voter."""
        return not opinion.state.is_closed or opinion.state.is_answered

    @property
    def party(self) -> Party:
        """Whose it is."""
        return Party("deputy", self.deputy, self.name) if self.deputy else Party("station", self.station, self.name)

    @property
    def is_open(self) -> bool:
        """Whether somebody owes something, or may come to."""
        return self.state in OPEN_CARES

    @property
    def by_when(self) -> dict[str, str]:
        """What a letter says of the day by which it is to be done."""
        return {"due": self.due.isoformat()} if self.due else {}

    def take(self, opinion: Opinion, catalogue: Catalogue) -> None:
        """认领: the deputy is the first responsible person; a reply that is there already waits to be fed back."""
        on_time = self._in_time(opinion)
        self._move(CareMove.TAKE, opinion)
        self._settle(opinion, done=True)
        opinion.publish(OpinionTaken(self.deputy or "", on_time, opinion.topic))
        opinion.record(OpinionTaken.TYPE, DEPUTY, {**self.party.facts, "on_time": on_time})
        if opinion.state.is_answered:
            self._owe("feedback", opinion, catalogue, opinion.now)

    def pass_on(self, opinion: Opinion, care_id: str, to: Party, catalogue: Catalogue) -> Care:
        """转交: to another deputy, or back to the station; returns the care of the next one."""
        self._move(CareMove.PASS, opinion)
        self._settle(opinion, done=False)
        return self._followed(opinion, care_id, to, catalogue, self.party.holder)

    def replace(self, opinion: Opinion, care_id: str, to: Party, catalogue: Catalogue, by: str) -> Care:
        """Ask somebody else instead, which is not the doing of the one who was asked before; returns the care of the next one."""
        self.end(opinion)
        return self._followed(opinion, care_id, to, catalogue, by)

    def feed_back(self, opinion: Opinion, how: Contact) -> None:
        """反馈: the voter was told what was answered; possible once there is a reply that stands."""
        if not opinion.state.is_answered:
            raise Conflict("There is no reply yet that could be fed back to the voter.")
        on_time = self._in_time(opinion)
        self._move(CareMove.FEED_BACK, opinion)
        self._settle(opinion, done=True)
        self.how = how
        opinion.publish(OpinionFedback(self.deputy or "", how, on_time, opinion.topic))
        opinion.record(OpinionFedback.TYPE, DEPUTY, {**self.party.facts, "contact": how, "on_time": on_time})

    def hear_reply(self, opinion: Opinion, sequence: int, at: datetime, catalogue: Catalogue) -> bool:
        """A reply was given: it is to be fed back, once more where one was fed back before. Returns whether that is new."""
        if sequence <= self.answered_sequence:
            return False
        self.answered_sequence = sequence
        if self.state is CareState.ASKED:
            return False
        self._settle(opinion, done=False)
        self._move(CareMove.ANSWER, opinion)
        self._owe("feedback", opinion, catalogue, at)
        return True

    def hear_reopened(self, opinion: Opinion, sequence: int) -> None:
        """The reply stands no longer: what was to be fed back waits for the next one."""
        if sequence > self.answered_sequence:
            self.answered_sequence = sequence
            if self.owes == "feedback":
                self._settle(opinion, done=False)

    def end(self, opinion: Opinion) -> None:
        """The case left the way, or its persons were erased: nobody is to be told anything any more."""
        self._settle(opinion, done=False)
        self._move(CareMove.END, opinion)

    def _followed(self, opinion: Opinion, care_id: str, to: Party, catalogue: Catalogue, by: str) -> Care:
        opinion.record(PASSED_ON, by, to.facts, audience=STAFF)
        following = Care.ask(opinion, care_id, to, catalogue)
        following.answered_sequence = self.answered_sequence
        return following

    def _move(self, move: CareMove, opinion: Opinion) -> None:
        self.state, self.at = move_care(self.state, move), opinion.now

    def _in_time(self, opinion: Opinion) -> bool:
        return self.due is None or opinion.now <= self.due

    def _owe(self, duty: Duty, opinion: Opinion, catalogue: Catalogue, since: datetime) -> None:
        self.owes, self.due = duty, Owed(self.id, duty).set(opinion, self.party, catalogue, since)

    def _settle(self, opinion: Opinion, *, done: bool) -> None:
        if self.owes is not None:
            Owed(self.id, self.owes).end(opinion, done=done)
        self.owes = self.due = None
