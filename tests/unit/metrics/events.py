"""Tells stories in events, as the other services would."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.contracts.catalogue.check import load_catalogue
from services.contracts.envelope import Event
from services.contracts.messages.assignments import (
    AssignmentAdvised,
    AssignmentAmended,
    AssignmentCancelled,
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentDrafted,
    AssignmentExtended,
    AssignmentMarked,
    AssignmentObjected,
    AssignmentPaused,
    AssignmentProgressed,
    AssignmentRaised,
    AssignmentReassigned,
    AssignmentRechecked,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentRescheduled,
    AssignmentResumed,
    AssignmentRuled,
    AssignmentSigned,
)
from services.contracts.messages.duties import DutyEnded, DutySet, OpinionFedback, OpinionTaken
from services.contracts.messages.opinions import (
    OpinionAccepted,
    OpinionDeclined,
    OpinionDetailed,
    OpinionEvaluated,
    OpinionMerged,
    OpinionReturned,
    OpinionSubmitted,
    OpinionSupported,
    OpinionWithdrawn,
)
from services.contracts.messages.supervision import (
    CardIssued,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
    ReminderSent,
    SupervisionRaised,
    SupervisionResolved,
)
from services.contracts.messages.values import Message, OpinionText, Outcome, Rating, Why
from services.contracts.topology import PUBLISHES
from services.runtime.clock import ZONE

COUNTY = load_catalogue(Path(__file__).parent / "county.yml")
#: A Monday.
START = datetime(2026, 11, 2, 9, 0, tzinfo=ZONE)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def saying(message: Message) -> str:
    word = message.TYPE.partition(".")[0]
    return next(f"/{service}" for service, words in PUBLISHES.items() if word in words)


@dataclass
class Case:
    """One opinion and its events so far; `at` is when the next one happens, `letter` names its assignment."""

    id: str
    department: str = "water"
    topic: str | None = "rivers"
    at: datetime = START
    letter: str = "a"
    round: int = 1
    events: list[Event] = field(default_factory=list)
    sequences: Counter[str] = field(default_factory=Counter)

    @property
    def assignment(self) -> str:
        return f"{self.id}-{self.letter}"

    @property
    def own(self) -> dict[str, Any]:
        return {"assignment": self.assignment, "department": self.department}

    def publish(self, message: Message) -> "Case":
        source = saying(message)
        self.sequences[source] += 1
        number = self.sequences[source]
        self.events.append(Event(f"{self.id}{source}{number}", source, self.id, self.at, number, message))
        return self

    def later(self, step: timedelta) -> "Case":
        self.at += step
        return self

    def submitted(self, channel="web", area="town", station="central", told=None, **coded):
        return self.publish(OpinionSubmitted(channel, "t", self.topic, area, station, told, **coded))

    def accepted(self, decision="automatic", channel="web"):
        text = OpinionText(self.id, "t", "c", self.topic, "town", "central")
        return self.publish(OpinionAccepted(text, channel, decision, self.topic))

    def declined(self) -> "Case":
        return self.publish(OpinionDeclined("unclear", "Say more", self.topic))

    def returned(self) -> "Case":
        return self.publish(OpinionReturned("q", self.topic))

    def detailed(self) -> "Case":
        return self.publish(OpinionDetailed("c", self.topic))

    def supported(self, number=1, change="given", department="water"):
        return self.publish(OpinionSupported(number, change, department, self.topic))

    def merged(self, into="o1"):
        return self.publish(OpinionMerged(into, True, self.topic))

    def withdrawn(self) -> "Case":
        return self.publish(OpinionWithdrawn(True, None, self.topic))

    def assigned(self, sign=DAY, reply=7 * DAY, contact=None, level=None, key=False, leader=None):
        deadlines = {"sign": self.at + sign, "reply": self.at + reply}
        if contact is not None:
            deadlines["contact"] = self.at + contact
        return self._created(self.assignment, self.department, "lead", deadlines, level=level, key=key, leader=leader)

    def joined(self, role="co_handler", department="petitions", due=3 * DAY):
        """Another department takes part; what follows about it is told with the same role."""
        kind = "co_opinion" if role == "co_handler" else "reply"
        deadlines = {"sign": self.at + DAY, kind: self.at + due}
        return self._created(f"{self.id}-{role}", department, role, deadlines, lead=self.department)

    def _created(self, assignment, department, role, deadlines, **more):
        text = OpinionText(self.id, "t", "c", self.topic, "town", "central")
        return self.publish(AssignmentCreated(assignment, text, department, role, "simple", deadlines, Why("given", 1.0), **more))

    def of(self, role, department="petitions"):
        return {"assignment": f"{self.id}-{role}", "department": department, "role": role}

    def advised(self, role="co_handler", on_time=True):
        said = {"lead": self.department, "content": "c", "deadline": self.at, "on_time": on_time}
        return self.publish(AssignmentAdvised(**self.of(role), **said))

    def co_signed(self, role="co_handler", on_time=False):
        return self.publish(AssignmentSigned(**self.of(role), deadline=self.at, on_time=on_time))

    def released(self, why="answered", role="co_handler"):
        return self.publish(AssignmentCancelled(**self.of(role), why=why))

    def contacted(self, contact="phone", on_time=True):
        return self.publish(AssignmentProgressed(**self.own, content="c", contact=contact, on_time=on_time))

    def drafted(self) -> "Case":
        return self.publish(AssignmentDrafted(**self.own))

    def amended(self) -> "Case":
        return self.publish(AssignmentAmended(**self.own, reason="r"))

    def marked(self, key=True, leader="l"):
        return self.publish(AssignmentMarked(**self.own, key=key, leader=leader, reason="r"))

    def raised(self, level="city"):
        return self.publish(AssignmentRaised(**self.own, level=level, reason="r"))

    def rechecked(self, held=True):
        return self.publish(AssignmentRechecked(**self.own, held=held, note="n"))

    def rescheduled(self, **deadlines: timedelta) -> "Case":
        moved = {kind: self.at + step for kind, step in (deadlines or {"reply": 9 * DAY}).items()}
        return self.publish(AssignmentRescheduled(**self.own, deadlines=moved, provisional=False, reason="r"))

    def signed(self, on_time=True):
        return self.publish(AssignmentSigned(**self.own, deadline=self.at, on_time=on_time))

    def objected(self, proposed="petitions"):
        return self.publish(AssignmentObjected(**self.own, reason="r", proposed=proposed))

    def ruled(self, granted=True, about="objection"):
        return self.publish(AssignmentRuled(**self.own, about=about, granted=granted, reason="r"))

    def reassigned(self, to="petitions"):
        return self.publish(AssignmentReassigned(**self.own, to=to, reason="r"))

    def handed_over(self, to="petitions"):
        """An objection is upheld: what follows is about the other department's assignment."""
        self.ruled().reassigned(to)
        self.department, self.letter = to, chr(ord(self.letter) + 1)
        return self.assigned()

    def extended(self, reply=10 * DAY):
        return self.publish(AssignmentExtended(**self.own, original=self.at, deadlines={"reply": self.at + reply}, reason="r"))

    def paused(self) -> "Case":
        return self.publish(AssignmentPaused(**self.own, reason="r", until=self.at + DAY))

    def resumed(self, reply=7 * DAY, **others):
        due = {kind: self.at + left for kind, left in {**others, "reply": reply}.items()}
        return self.publish(AssignmentResumed(**self.own, deadlines=due))

    def cancelled(self, why="withdrawn"):
        return self.publish(AssignmentCancelled(**self.own, why=why))

    def replied(self, outcome="solved", on_time=True):
        said = {"content": "c", "outcome": Outcome(outcome), "deadline": self.at, "on_time": on_time}
        return self.publish(AssignmentReplied(**self.own, **said, evaluate_by=self.at + 20 * DAY))

    def evaluated(self, result="satisfied", process=None, rater=None, revision=False):
        rated = Rating(process) if process else None
        given = {"result": Rating(result), "process": rated, "topic": self.topic, "rater": rater, "revision": revision}
        return self.publish(OpinionEvaluated(**self.own, **given, round=self.round))

    def taken(self) -> "Case":
        return self.publish(OpinionTaken("wang", True, self.topic))

    def owed(self, of="take", due=DAY):
        return self.publish(DutySet(f"{self.id}-care", of, "deputy", "t", self.at + due, "wang"))

    def settled(self, of="take", done=True):
        return self.publish(DutyEnded(f"{self.id}-care", of, done))

    def fed_back(self) -> "Case":
        return self.publish(OpinionFedback("wang", "visit", True, self.topic))

    def reopened(self, reply=7 * DAY, cause="dissatisfied"):
        self.round += 1
        return self.publish(AssignmentReopened(**self.own, round=self.round, deadlines={"reply": self.at + reply}, cause=cause))

    def concluded(self, outcome="solved", on_time=True, rated=True):
        return self.publish(AssignmentConcluded(**self.own, outcome=Outcome(outcome), on_time=on_time, rated=rated))

    def promised(self, due=DAY, name="p"):
        return self.publish(PromiseMade(**self.own, what="w", due=self.at + due, promise=f"{self.id}-{name}"))

    def kept(self, on_time=True, name="p"):
        about: dict[str, Any] = {"promise": f"{self.id}-{name}", "what": "w", "evidence": "e", "due": self.at}
        return self.publish(PromiseKept(**self.own, **about, on_time=on_time, evaluate_by=self.at + 20 * DAY))

    def broken(self, name="p"):
        return self.publish(PromiseBroken(**self.own, promise=f"{self.id}-{name}", what="w", due=self.at))

    def reminded(self, rung="half"):
        return self.publish(ReminderSent(**self.own, rung=rung, of="reply", deadline=self.at))

    def carded(self, card="red"):
        return self.publish(CardIssued(**self.own, rung=card, of="reply", card=card, deadline=self.at))

    def supervised(self, rung="supervise", supervision="s"):
        about = {"rung": rung, "of": "reply", "deadline": self.at, "supervision": f"{self.id}-{supervision}"}
        return self.publish(SupervisionRaised(**self.own, **about))

    def resolved(self, result="closed", supervision="s"):
        return self.publish(SupervisionResolved(**self.own, supervision=f"{self.id}-{supervision}", result=result, note="n"))


def small_history() -> list[Event]:
    """Nine opinions: solved, done again, promised, overdue with a red card, declined, handed over, waiting, taken back, merged."""
    solved = Case("o1").submitted().accepted().assigned().later(HOUR).signed().later(2 * DAY).replied()
    solved.later(DAY).evaluated("satisfied", "basically_satisfied").concluded()
    again = Case("o2").submitted("station").accepted(channel="station").assigned().later(3 * DAY).signed(False).replied()
    again.later(DAY).evaluated("dissatisfied", "satisfied").later(HOUR).reopened().later(4 * DAY).replied("in_progress", False)
    again.later(DAY).evaluated("basically_satisfied").concluded("in_progress", False)
    promised = Case("o3", "petitions", "other").submitted("hotline").accepted(channel="hotline").assigned().later(DAY).signed()
    promised.reminded().replied("planned").promised(10 * DAY).later(20 * DAY).concluded("planned", rated=False)
    overdue = Case("o4", at=START + 30 * DAY).submitted().accepted("reviewer").assigned().later(4 * DAY).reminded()
    overdue.later(4 * DAY).carded()
    declined = Case("o5", topic=None).submitted(area=None, station=None).later(HOUR).declined()
    handed = Case("o6").submitted().accepted().assigned().later(HOUR).objected().later(DAY).handed_over().later(DAY).signed()
    waiting = Case("o7").submitted().accepted().assigned().later(DAY).signed().objected().later(HOUR).ruled(False)
    waiting.paused().later(9 * DAY).resumed().later(8 * DAY).ruled(True, "extension").extended()
    back = Case("o8").submitted().accepted().assigned().later(2 * DAY).withdrawn().later(HOUR).cancelled()
    merged = Case("o9").submitted("deputy").returned().later(DAY).detailed().accepted("reviewer", "deputy").assigned()
    merged.later(DAY).merged().cancelled("merged")
    return [e for case in (solved, again, promised, overdue, declined, handed, waiting, back, merged) for e in case.events]


def whole_history() -> list[Event]:
    """The small story and five more: handled by several, promised and kept, broken, looked at again, key, raised and supervised."""
    joint = Case("o10").submitted().accepted().assigned(contact=DAY, level="county").joined().joined("separate").later(HOUR)
    joint.signed().contacted().later(HOUR).co_signed().advised().later(DAY).drafted().later(HOUR).amended().later(HOUR).drafted()
    joint.later(HOUR).replied().later(DAY).advised("separate", False).evaluated(rater="r1").evaluated("dissatisfied", rater="r2")
    joint.later(DAY).evaluated("basically_satisfied", rater="r2", revision=True).concluded()
    kept = Case("o11").submitted().accepted().assigned(contact=DAY).joined().later(2 * DAY).signed(False).replied("planned")
    kept.released().promised(10 * DAY).promised(12 * DAY, "q").later(9 * DAY).kept().evaluated().later(4 * DAY).kept(False, "q")
    kept.later(DAY).concluded("planned").later(DAY).evaluated("basically_satisfied", "satisfied", revision=True)
    broken = Case("o12", "petitions", "other").submitted().accepted().assigned().later(DAY).signed().replied("planned")
    broken.promised(5 * DAY).later(3 * DAY).concluded("planned", rated=False).later(3 * DAY).broken().reopened(cause="promise")
    looked = Case("o13").submitted().accepted().owed().taken().settled().assigned().later(DAY).signed().replied()
    looked.owed("feedback").later(DAY).evaluated().concluded().later(HOUR).fed_back().settled("feedback").owed("relay")
    looked.later(5 * DAY).rechecked().later(10 * DAY).rechecked(False).reopened(cause="look_back").later(DAY).replied("deferred")
    key = Case("o14").submitted().accepted().assigned(level="town", key=True).later(DAY).signed().marked(True, "l").later(DAY)
    key.marked(False, "l").rescheduled(reply=3 * DAY, sign=DAY).later(DAY).raised("county").later(DAY).paused().later(HOUR)
    key.rescheduled(reply=DAY).later(DAY).resumed()
    key.carded("yellow").carded().supervised().later(HOUR).supervised("criticise").later(HOUR).resolved("summons")
    return small_history() + [event for case in (joint, kept, broken, looked, key) for event in case.events]
