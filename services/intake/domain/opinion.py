"""An opinion from its submission to the rating of its reply. Its moves change it and add what is to be published and recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from services.contracts.catalogue.model import Catalogue, Reason
from services.contracts.errors import Conflict, Invalid
from services.contracts.lifecycle import Move, State, advance, allowed_moves
from services.contracts.messages.merging import OpinionJoined, OpinionParted, OpinionUnmerged
from services.contracts.messages.opinions import (
    OpinionAccepted,
    OpinionDeclined,
    OpinionDetailed,
    OpinionEvaluated,
    OpinionMerged,
    OpinionReturned,
    OpinionSubmitted,
    OpinionWithdrawn,
)
from services.contracts.messages.values import CoOpinion, Handling, Message, OpinionText, Outcome, ReplyItem, SpotAnswer
from services.intake.domain.actors import OFFICE, POLICY, SUBMITTER
from services.intake.domain.constituency.linking import LinkedDeputy
from services.intake.domain.erasing import ERASED, ERASED_CONTENT, ERASED_TITLE
from services.intake.domain.publication import publishing
from services.intake.domain.receipt.rating import GivenRating, Question, Rated, check_evaluation, given_to, moved_by_holder
from services.intake.domain.receipt.receipts import rater_of
from services.intake.domain.reviewing import Terms, is_accepted, reason_of, terms_of
from services.intake.domain.sessions.where import AtSession
from services.intake.domain.submission.submission import LONGEST_CONTENT, Submission
from services.intake.domain.timeline import STAFF, Facts, TimelineEntry

UNKNOWN = "There is no such opinion. Check the id or the receipt."


@dataclass(frozen=True, slots=True)
class DepartmentReply:
    """The department's answer: demand by demand where there are several, with the opinions of its co-handlers."""

    content: str
    outcome: Outcome | None
    evaluate_by: datetime | None
    items: tuple[ReplyItem, ...] | None
    co_opinions: tuple[CoOpinion, ...] | None


@dataclass(slots=True)
class Opinion:
    """An opinion: its text, its state, who handles it, and its reply.

    `published_sequence` is the number of the last message about it. `told` is when it was first reported elsewhere, as written
    there. `chosen`, `co_handlers` and `handling` are as the reviewer said; `level`, `difficulty`, `key` and `leader` are as they
    stand. A merged opinion gets the reply of the one that it was `merged_into`. `answered_sequence` and `asked_sequence` are the
    numbers of routing's messages that brought the reply, and that asked for a rating of it last; `decided_answer` is the former as
    the office last decided on its `publication`. `code_kind` is the kind of the code by which it came, `campaign` the one that it
    counts for, `deputy_code` the deputy of the register who brought it, `session` where it was said, if at one. `now` is the moment
    of the transaction.
    """

    id: str
    receipt: str
    title: str
    content: str
    channel: str
    visibility: str
    state: State
    submitted: datetime
    updated: datetime
    topic: str | None
    area: str | None
    station: str | None
    told: str | None
    external_id: str | None
    source: str | None
    published_sequence: int = 0
    waiting_since: datetime | None = None
    merged_into: str | None = None
    department: str | None = None
    assignment: str | None = None
    level: str | None = None
    difficulty: str | None = None
    key: bool = False
    leader: str | None = None
    chosen: str | None = None
    co_handlers: tuple[str, ...] | None = None
    handling: Handling | None = None
    reply: str | None = None
    outcome: Outcome | None = None
    items: tuple[ReplyItem, ...] | None = None
    co_opinions: tuple[CoOpinion, ...] | None = None
    evaluate_by: datetime | None = None
    round: int = 1
    asked_sequence: int = 0
    answered_sequence: int = 0
    publication: publishing.PublicationState | None = None
    decided_answer: int = 0
    code_kind: str | None = None
    campaign: str | None = None
    deputy_code: str | None = None
    supporters: int = 0
    session: str | None = None
    now: datetime = field(kw_only=True)
    events: list[tuple[int, Message]] = field(default_factory=list)
    timeline: list[TimelineEntry] = field(default_factory=list)

    @classmethod
    def submit(
        cls, submission: Submission, opinion_id: str, receipt: str, now: datetime, *, source: str | None, automatic: bool,
        about: Facts,
        deputy: LinkedDeputy | None = None, session: AtSession | None = None,
    ) -> Opinion:  # fmt: skip
        """A new opinion, let in at once where it came by a channel that needs no review."""
        told = submission.submitted_at
        opinion = cls(
            opinion_id, receipt, submission.title, submission.content, submission.channel, submission.visibility, State.SUBMITTED,
            now, now, submission.topic, submission.area, submission.station,
            told.isoformat() if told else None, submission.external_id, source if submission.external_id else None,
            code_kind=submission.code_kind, campaign=submission.campaign, deputy_code=deputy.code if deputy else None,
            session=session.session if session else None, now=now,
        )  # fmt: skip
        opinion.record(OpinionSubmitted.TYPE, SUBMITTER, {"channel": opinion.channel, **about})
        place = opinion.area, opinion.station, told, opinion.code_kind, opinion.campaign
        through = opinion.deputy_code, (deputy.groups or None) if deputy else None
        opinion.publish(OpinionSubmitted(opinion.channel, opinion.title, opinion.topic, *place, *through, *(session or ())))
        if automatic:
            opinion.state = advance(opinion.state, Move.ACCEPT)
            opinion.record(OpinionAccepted.TYPE, POLICY, {})
            opinion.publish(OpinionAccepted(opinion.text, opinion.channel, "automatic", opinion.topic, session=opinion.session))
        else:
            opinion.waiting_since = now
        return opinion

    def publish(self, message: Message) -> None:
        """Add a message about this opinion, under the next number."""
        self.published_sequence += 1
        self.events.append((self.published_sequence, message))

    def record(self, what: str, by: str, facts: Facts, *, audience: str | None = None) -> None:
        """Add a line to the timeline; `audience` is None for everybody, `STAFF`, or the one receipt that reads it."""
        self.timeline.append(TimelineEntry(self.now, what, by, facts, audience))

    @property
    def text(self) -> OpinionText:
        """The opinion as departments read it."""
        return OpinionText(self.id, self.title, self.content, self.topic, self.area, self.station)

    def accept(self, catalogue: Catalogue, wished: Terms, *, again: bool, answer: SpotAnswer | None = None) -> None:
        """Accept it on the reviewer's terms; `again`: it had been accepted before, and merged in between; `answer`: on the spot."""
        state = advance(self.state, Move.ACCEPT)
        terms = terms_of(catalogue, wished, self.topic)
        moved = {"topic": terms.topic} if terms.topic != self.topic else {}
        said = {"level": terms.level, "difficulty": terms.difficulty, "key": terms.key, "leader": terms.leader}
        self.state, self.topic, self.chosen, self.co_handlers = state, terms.topic, terms.department, terms.co_handlers
        self.level, self.difficulty, self.handling = terms.level, terms.difficulty, terms.handling
        self.key, self.leader = terms.key, terms.leader
        self.record(OpinionAccepted.TYPE, OFFICE, {**{name: value for name, value in said.items() if value}, **moved})
        self.publish(
            OpinionAccepted(
                self.text, self.channel, "reviewer", terms.topic, terms.level, terms.difficulty, terms.department,
                terms.co_handlers, terms.handling, terms.key, terms.leader, again, answer, self.session,
            )
        )  # fmt: skip

    def return_(self, question: str) -> None:
        """Ask the submitter for more."""
        self.state, self.waiting_since = advance(self.state, Move.RETURN), self.now
        self.record(OpinionReturned.TYPE, OFFICE, {"question": question})
        self.publish(OpinionReturned(question, self.topic))

    def decline(self, catalogue: Catalogue, code: str) -> Reason:
        """Decline it for a reason of the catalogue, which carries the advice where to go instead."""
        state, reason = advance(self.state, Move.DECLINE), reason_of(catalogue, code)
        self.state = state
        self.record(OpinionDeclined.TYPE, OFFICE, {"reason": code})
        self.publish(OpinionDeclined(code, reason.advice, self.topic))
        return reason

    def merge_into(self, case: Opinion, followers: Sequence[Opinion]) -> None:
        """并案: merge it into another one, together with its `followers`, which were merged into it before."""
        state = advance(self.state, Move.MERGE)
        case.check_target_of(self)
        self.record(OpinionMerged.TYPE, OFFICE, {"department": case.department} if case.department else {})
        self.publish(OpinionMerged(case.id, is_accepted(self.state), self.topic))
        self.state, self.merged_into = state, case.id
        publishing.take_back(self)
        for each in (self, *followers):
            # Without its text: this entry is on the receipts of the case too.
            case.record(OpinionJoined.TYPE, OFFICE, {"opinion": each.id})
            case.publish(OpinionJoined(each.text, case.topic))

    def check_target_of(self, other: Opinion) -> None:
        """Raises `Invalid` unless this is another opinion that has been let in and is itself handled or answered."""
        if self.id == other.id:
            reason = "This is the opinion itself, or one that is handled with it already."
            raise Invalid("Name another opinion.", {"into": [reason]})
        if not self.state.is_with_routing:
            raise Invalid("Name an opinion that has been let in.", {"into": [f"That one is {self.state}."]})

    def unmerge(self, case: Opinion) -> None:
        """撤销并案: it waits for review again and is decided on alone; its submitter no longer gets the other's reply."""
        self.state, self.merged_into, self.waiting_since = advance(self.state, Move.UNMERGE), None, self.now
        self.department = self.assignment = None
        self.record(OpinionUnmerged.TYPE, OFFICE, {})
        self.publish(OpinionUnmerged(case.id, self.topic))
        case.record(OpinionParted.TYPE, OFFICE, {"opinion": self.id})
        case.publish(OpinionParted(self.id, case.topic))

    def add_details(self, details: str) -> None:
        """Add details that the reviewer or the department asked for; raises `Conflict` otherwise."""
        state = self.state if self.state is State.PAUSED else moved_by_holder(self.state, Move.COMPLETE)
        self.content = self._with(details)
        if self.state is State.RETURNED:
            self.waiting_since = self.now
        self.state = state
        self.record(OpinionDetailed.TYPE, SUBMITTER, {"content": details})
        self.publish(OpinionDetailed(details, self.topic))

    def add_details_to(self, case: Opinion, details: str) -> None:
        """Add details to the case that this one was merged into, until that is answered."""
        if not case.takes_words:
            raise Conflict(f"The case that this opinion is handled with is {case.state}. Rate its reply, or submit a new opinion.")
        self.content = self._with(details)
        self.record(OpinionDetailed.TYPE, SUBMITTER, {"content": details})
        # Without the text: it is kept with its own opinion only, so that erasing finds it.
        case.record(OpinionDetailed.TYPE, SUBMITTER, {"opinion": self.id}, audience=STAFF)
        case.publish(OpinionDetailed(details, case.topic, self.id))

    def withdraw(self, reason: str | None, *, followed: bool) -> None:
        """Withdraw it; possible until there is a reply, and unless others were merged into it."""
        state = moved_by_holder(self.state, Move.WITHDRAW)
        if followed:
            raise Conflict("Other opinions are handled with this one and wait for its answer, so it cannot be withdrawn.")
        self.record(OpinionWithdrawn.TYPE, SUBMITTER, {})
        self.publish(OpinionWithdrawn(is_accepted(self.state), reason, self.topic))
        self.state = state
        publishing.take_back(self)

    def rate(self, own: Opinion, receipt: str, new: Rated, before: Sequence[GivenRating], awaited: int = 0) -> GivenRating:
        """Rate the reply of this case, by the holder of a receipt of `own` who gave the ratings `before` in this round; so many
        others are still `awaited` in it."""
        given = given_to(self.question, self.round, before)
        check_evaluation(self.state, self.question, given, new, self.now)
        rating = GivenRating(
            self.id, receipt, self.round, self.asked_sequence, len(given) + 1, new.process, new.result, new.comment, self.now,
            bool(before),
        )  # fmt: skip
        facts = {"result": new.result, "process": new.process, "revision": rating.revision or None}
        told = {name: value for name, value in facts.items() if value is not None}
        own.record(OpinionEvaluated.TYPE, SUBMITTER, told, audience=receipt)
        self.publish(
            OpinionEvaluated(
                self.assignment or "", self.department or "", new.result, new.process, new.comment, self.topic,
                round=self.round, rater=rater_of(receipt), revision=rating.revision, awaited=awaited,
            )
        )  # fmt: skip
        return rating

    def erase_words(self) -> bool:
        """Replace its text by a note; returns whether there was anything to erase. Nothing of it is public any more."""
        publishing.take_back(self)
        if (self.title, self.content) == (ERASED_TITLE, ERASED_CONTENT):
            return False
        self.title, self.content = ERASED_TITLE, ERASED_CONTENT
        return True

    def record_erasure(self, what: Literal["persons", "content"], signer: str | None) -> None:
        """Record that personal data was erased: everybody's, or that of the co-signer with this receipt, which alone shows it."""
        self.record(ERASED, OFFICE, {"erased": what}, audience=signer)

    @property
    def question(self) -> Question:
        """The question to the submitters of this case: from its reply, or from a promise that was kept later."""
        return Question(self.evaluate_by, self.asked_sequence == self.answered_sequence, self.asked_sequence)

    @property
    def answer(self) -> DepartmentReply | None:
        """The reply with all its parts; None until there is one."""
        if self.reply is None:
            return None
        return DepartmentReply(self.reply, self.outcome, self.evaluate_by, self.items, self.co_opinions)

    @property
    def takes_words(self) -> bool:
        """Whether submitters merged into this case may still add details."""
        return self.state is State.REOPENED or Move.MERGE in allowed_moves(self.state)

    def _with(self, details: str) -> str:
        text = f"{self.content}\n\n【补充】{details}"
        if len(text) > LONGEST_CONTENT:
            raise Invalid("The whole text would be too long.", {"content": [f"at most {LONGEST_CONTENT} characters altogether"]})
        return text
