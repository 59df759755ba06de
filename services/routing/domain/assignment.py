"""交办: one department's task for one opinion. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue, Difficulty
from services.contracts.commands import Reply
from services.contracts.lifecycle import CoState, Move, State
from services.contracts.messages.assignments import AssignmentCreated, AssignmentSigned
from services.contracts.messages.values import Learned, Message, OpinionText, Outcome, Promise, ReplyItem, Role, Why
from services.routing.domain.commanding import DepartmentCommand, verbs_of
from services.routing.domain.roles import LEAD, answer_kind, moves_of

if TYPE_CHECKING:
    from services.routing.domain.case import Case
    from services.routing.domain.moves.promising import TrackedPromise

#: From when to when something lasted.
Span = tuple[datetime, datetime]
#: What the deadline of the answer is counted with: a kind of duration of the assignment's difficulty.
CountedWith = Literal["reply", "co_opinion", "rework"]


@dataclass(frozen=True, slots=True)
class Task:
    """A department that is to handle a case, in what role, and why it is this one."""

    department: str
    role: Role
    why: Why


@dataclass(frozen=True, slots=True)
class Carried:
    """What a case takes along from one department to the next. `raised` counts the levels that counting has raised it."""

    level: str
    key: bool = False
    leader: str | None = None
    raised: int = 0
    transfers: int = 0
    round: int = 1


@dataclass(slots=True)
class Assignment:
    """One department's task; `lead` is the lead department where this is another one.

    `opened` is when the round began, `counted` the duration that its deadline is counted with, `waited` the pauses since then:
    what a deadline is counted from when the calendar changes. `terms` are the durations of its difficulty by kind, as they were
    when it was given. `made` is what its department has added in a round: the round, how often by verb, and how many characters.
    `model` is the version of the model that has decided alone; of an opinion whose text was `erased`, nothing is learned.
    """

    id: str
    opinion: str
    title: str
    content: str
    area: str | None
    station: str | None
    topic: str | None
    department: str
    role: Role
    lead: str | None
    difficulty: str
    rule: str
    confidence: float
    state: State | CoState
    round: int
    created: datetime
    updated: datetime
    sign_by: datetime
    object_by: datetime
    contact_by: datetime
    reply_by: datetime
    original_reply_by: datetime
    provisional: bool
    level: str | None
    key: bool
    leader: str | None
    raised: int
    transfers: int
    opened: datetime | None
    counted: CountedWith | None
    terms: Mapping[str, str] | None
    made: Mapping[str, int] | None = None
    signed: datetime | None = None
    contacted: datetime | None = None
    proposed: str | None = None
    objection: str | None = None
    extensions: int = 0
    asked_until: datetime | None = None
    asked_reason: str | None = None
    pauses: int = 0
    paused: datetime | None = None
    paused_until: datetime | None = None
    waited: tuple[Span, ...] | None = None
    draft: Reply | None = None
    replied: datetime | None = None
    reply: str | None = None
    outcome: Outcome | None = None
    on_time: bool | None = None
    promise: Promise | None = None
    items: tuple[ReplyItem, ...] | None = None
    evaluate_by: datetime | None = None
    awaited: int | None = None
    concluded: datetime | None = None
    learned: Learned | None = None
    model: int | None = None
    erased: bool = False

    @property
    def is_lead(self) -> bool:
        """Whether its department answers for the case."""
        return self.role == LEAD

    @property
    def awaits_head(self) -> bool:
        """Whether a reply is drafted that the head of its department has to decide on."""
        return self.state == State.DRAFTED

    @property
    def objects(self) -> bool:
        """Whether its department says that it is another one's, and a ruling on that is due."""
        return self.state == State.OBJECTED

    @property
    def text(self) -> OpinionText:
        """The opinion, as departments read it."""
        return OpinionText(self.opinion, self.title, self.content, self.topic, self.area, self.station)

    @property
    def why(self) -> Why:
        """Why it was given to this department."""
        return Why(self.rule, self.confidence, self.learned)

    @property
    def deadlines(self) -> dict[str, datetime]:
        """The deadlines of the department, by kind."""
        if self.is_lead:
            return {"sign": self.sign_by, "object": self.object_by, "contact": self.contact_by, "reply": self.reply_by}
        return {"sign": self.sign_by, "object": self.object_by, answer_kind(self.role): self.reply_by}

    @property
    def next_due(self) -> tuple[str, datetime]:
        """What its department has to do next and by when, as a kind of deadline: to sign, and then to answer."""
        if self.state.awaits_signature and self.signed is None:
            return "sign", self.sign_by
        return answer_kind(self.role), self.reply_by

    @property
    def allowed(self) -> tuple[Move, ...]:
        """The moves that are possible now, of all roles."""
        return moves_of(self.role, self.state)

    def act(self, case: Case, command: DepartmentCommand) -> None:
        """A command of its department. Raises `Conflict` for what the life cycle does not have, `Invalid`."""
        raise NotImplementedError

    def verbs_in(self, catalogue: Catalogue) -> tuple[str, ...]:
        """The verbs that its department may send in its state."""
        return verbs_of(self.role, self.state, drafts=self.drafts_in(catalogue))

    def verbs_now(self, catalogue: Catalogue, promised: Sequence[TrackedPromise]) -> tuple[str, ...]:
        """The verbs that its department can send now, with these promises: only what is promised can be kept."""
        verbs = self.verbs_in(catalogue)
        return verbs if any(each.can_be_kept for each in promised) else tuple(verb for verb in verbs if verb != Move.KEEP)

    def drafts_in(self, catalogue: Catalogue) -> bool:
        """Whether the department's head has to approve a reply before it goes out."""
        return stored.department(catalogue, self.department).head_approval

    def deadline(self, kind: str) -> datetime:
        """The deadline of a kind that its role has."""
        return self.contact_by if kind == "contact" else self.deadlines[kind]

    def move_deadline(self, kind: str, instant: datetime) -> None:
        """Put a deadline of a kind that its role has elsewhere."""
        if kind == answer_kind(self.role):
            self.reply_by = instant
        elif kind == "sign":
            self.sign_by = instant
        elif kind == "object":
            self.object_by = instant
        else:
            self.contact_by = instant

    def difficulty_in(self, catalogue: Catalogue) -> Difficulty:
        """The terms that it was given, which hold whatever becomes of the catalogue."""
        return stored.difficulty(catalogue, self.difficulty, self.terms)

    def carried(self, catalogue: Catalogue) -> Carried:
        """What its case takes along to another department."""
        level = stored.level(catalogue, self.level)
        return Carried(level, self.key, self.leader, self.raised, self.transfers, self.round)

    def sign_with(self, now: datetime) -> list[Message]:
        """Who does something without having signed has signed with it; returns what is to be published of that."""
        if self.signed is not None:
            return []
        self.signed = now
        return [self.signature(now)]

    def signature(self, now: datetime) -> AssignmentSigned:
        """What is published of a signature."""
        return AssignmentSigned(self.id, self.department, self.sign_by, now <= self.sign_by, self.role)

    def as_created(self) -> AssignmentCreated:
        """What is published when it is given."""
        return AssignmentCreated(
            self.id, self.text, self.department, self.role, self.difficulty, self.deadlines, self.why, self.provisional,
            self.level, self.key, self.leader, self.lead,
        )  # fmt: skip
