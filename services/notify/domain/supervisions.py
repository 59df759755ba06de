"""督办 and 督政议事会: supervisions, the meetings that deal with them, and what they come to, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeAlias

from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.messages.supervision import SupervisionResolved, SupervisionScheduled
from services.contracts.messages.values import Message, Promise
from services.contracts.words.vocabulary import BY_HAND
from services.notify.domain.ladder import Deadline

SupervisionState: TypeAlias = Literal["open", "scheduled", "resolved"]
#: A summons (约见), a new promise, criticism, or nothing more to do.
SupervisionResult: TypeAlias = Literal["summons", "promise", "criticism", "closed"]


@dataclass(slots=True)
class Supervision:
    """A case under supervision because of one deadline; `rung` is the last one that raised it, `meeting` what deals with it.

    What is to be published about it is in `messages` until the store has it.
    """

    id: str
    opinion: str
    assignment: str
    department: str
    kind: str
    version: int
    rung: str
    title: str | None
    due: datetime
    raised: datetime
    state: SupervisionState = "open"
    meeting: str | None = None
    result: SupervisionResult | None = None
    note: str | None = None
    promise: Promise | None = None
    resolved: datetime | None = None
    resolved_by: str | None = None
    reason: str | None = None
    raised_by: str | None = None
    messages: list[Message] = field(default_factory=list, compare=False)

    @classmethod
    def about(cls, deadline: Deadline, rung: str, name: str, now: datetime) -> Supervision:
        """A new one, called `name`, for a deadline that has come to a rung."""
        return cls(
            name, deadline.opinion, deadline.assignment, deadline.department, deadline.kind, deadline.version, rung,
            deadline.title, deadline.due, now,
        )  # fmt: skip

    @classmethod
    def by_hand(cls, deadline: Deadline, reason: str, by: str | None, name: str, now: datetime) -> Supervision:
        """A new one that somebody has raised, whatever the ladder says."""
        return replace(cls.about(deadline, BY_HAND, name, now), reason=reason, raised_by=by)

    def raise_to(self, deadline: Deadline, rung: str) -> None:
        """Go on as the same one when the deadline comes to another rung."""
        self.rung, self.version, self.due = rung, deadline.version, deadline.due

    def check_unresolved(self) -> None:
        """Raises `Conflict` when it has a result."""
        if self.state == "resolved":
            raise Conflict(f"The supervision is resolved: {self.result}. A result is recorded once.")

    def resolve(self, result: SupervisionResult, note: str, promise: Promise | None, by: str | None, now: datetime) -> None:
        """Record what it came to. Raises `Invalid`, and `Conflict` when that was done before."""
        self.check_unresolved()
        if (result == "promise") != (promise is not None):
            raise Invalid(
                "A promise comes with the result 'promise', and with no other.", {"promise": ["what, due and who, or nothing"]}
            )
        if promise is not None:
            check_future("promise.due", promise.due, now)
        self.state, self.result, self.note, self.promise = "resolved", result, note, promise
        self.resolved, self.resolved_by = now, by
        self.messages.append(SupervisionResolved(self.assignment, self.department, self.id, result, note, self.meeting, promise))


@dataclass(slots=True)
class Meeting:
    """A meeting and the supervisions on its agenda, by id: also those that have been put off to a later one since."""

    id: str
    title: str
    at: datetime
    created: datetime
    created_by: str | None = None
    agenda: set[str] = field(default_factory=set, compare=False)

    def looks_at(self, now: datetime) -> datetime:
        """The instant that its agenda speaks of: now, and for ever its own once it has begun."""
        return min(now, self.at)

    def deals_with(self, supervision: Supervision) -> bool:
        """Whether no other meeting has got the supervision since, so that its result is this meeting's."""
        return supervision.meeting == self.id

    def take(self, supervision: Supervision) -> None:
        """Put a supervision on the agenda, also when another meeting had it. Raises `Conflict`."""
        supervision.check_unresolved()
        if supervision.id in self.agenda:
            raise Conflict("The supervision is on the agenda of this meeting already.")
        self.agenda.add(supervision.id)
        supervision.state, supervision.meeting = "scheduled", self.id
        about = (supervision.assignment, supervision.department, supervision.id)
        supervision.messages.append(SupervisionScheduled(*about, self.id, self.title, self.at))


def chosen_for_meeting(found: Mapping[str, Supervision], chosen: Sequence[str]) -> list[Supervision]:
    """The supervisions that were chosen by id; raises `Invalid` that says what is wrong with which."""
    wrong: dict[str, list[str]] = {}
    for place, each in enumerate(chosen):
        if each not in found:
            wrong[f"supervisions.{place}"] = ["there is no such supervision"]
        elif found[each].state == "resolved":
            wrong[f"supervisions.{place}"] = ["it is resolved already"]
        elif each in chosen[:place]:
            wrong[f"supervisions.{place}"] = ["it stands here twice"]
    if wrong:
        raise Invalid("Some of the supervisions cannot be dealt with.", wrong)
    return [found[each] for each in chosen]


def known_supervision(found: Supervision | None) -> Supervision:
    """The supervision; raises `NotFound` where there is none."""
    if found is None:
        raise NotFound("There is no such supervision.")
    return found


def supervisable(found: Deadline | None, *, has_ended: bool, is_supervised: bool) -> Deadline:
    """The deadline of an assignment that can be put under supervision; raises `Invalid`, and `Conflict` that says why not."""
    if found is None:
        raise Invalid("There is no such assignment.", {"assignment": ["no department has such an assignment to answer"]})
    if has_ended:
        raise Conflict("The department has nothing left to answer here: it has answered, or the case is no longer with it.")
    if is_supervised:
        raise Conflict("It is under supervision already; record a result there first.")
    return found


def check_future(name: str, at: datetime, now: datetime) -> None:
    """Raises `Invalid` for the field `name` when it lies in the past."""
    if at <= now:
        raise Invalid("This has to lie in the future.", {name: [f"after {now.isoformat(timespec='seconds')}"]})
