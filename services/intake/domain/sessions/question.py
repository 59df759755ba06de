"""A question that is asked at a session: an opinion with the number that it has there, answered on the spot or with a promise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Invalid
from services.contracts.messages.sessions import QuestionAsked
from services.contracts.messages.values import Outcome, SpotAnswer, SpotPromise
from services.contracts.time.durations import Duration
from services.intake.domain.opinion import Opinion
from services.intake.domain.people import Person
from services.intake.domain.reviewing import Terms
from services.intake.domain.sessions.session import HeardSession
from services.intake.domain.submission.submission import Submission, catalogued

MEETING: Final = "meeting"
#: How much of a text stands for a title that nobody gave it.
TITLE_OF_TEXT: Final = 40
#: The outcomes that lie in the future, and so need a promise.
PROMISING: Final = frozenset({Outcome.IN_PROGRESS, Outcome.PLANNED})


@dataclass(frozen=True, slots=True)
class Said:
    """What was answered at once, and what that comes to."""

    content: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """A question as the host writes it down. `summary` is what a published list may say of it."""

    text: str
    title: str | None = None
    topic: str | None = None
    area: str | None = None
    department: str | None = None
    difficulty: str | None = None
    visibility: str = "department"
    submitter: Person | None = None
    summary: str | None = None
    answer: Said | None = None
    promise: SpotPromise | None = None

    @property
    def heading(self) -> str:
        """Its title, or the beginning of its text."""
        return self.title or self.text.splitlines()[0][:TITLE_OF_TEXT]

    def check_public(self) -> None:
        """Raises `Invalid` where a text that a published list may have names who asked."""
        name = self.submitter and self.submitter.name
        said = {"summary": self.summary, "promise.what": self.promise and self.promise.what}
        named = [where for where, text in said.items() if name and len(name) > 1 and text and name in text]
        if named:
            raise Invalid(
                "A published list names nobody who asked.", {where: ["leave out the name of who asked"] for where in named}
            )

    def spot_answer(self, catalogue: Catalogue, now: datetime) -> SpotAnswer | None:
        """What the department said on the spot; raises `Invalid` that names what is missing or does not go together."""
        if self.answer is None and self.promise is None:
            return None
        said = self.answer or Said(self.promise.what if self.promise else "", Outcome.IN_PROGRESS)
        errors = dict(_clashes(said, self.promise, catalogue, now))
        if self.answering(catalogue) is None:
            errors["department"] = ["Name the department that answers, or a topic of its."]
        if errors:
            raise Invalid("Correct the fields named in 'errors' and send again.", errors)
        return SpotAnswer(said.content, said.outcome, self.promise)

    def answering(self, catalogue: Catalogue) -> str | None:
        """The department that has it: the one that is named, or that of its topic."""
        topic = catalogue.topic_of(self.topic) if self.topic else None
        return self.department or (topic.department if topic else None)

    def submission(self, catalogue: Catalogue, session: HeardSession) -> Submission:
        """As an opinion of the channel for meetings; raises `Invalid` for codes that the catalogue does not have."""
        station = stored.found(catalogue.stations, session.station)
        area = self.area or session.area or (station.area if station else None)
        told = Submission(
            self.heading, self.text, MEETING, self.visibility, self.topic, area, session.station, submitter=self.submitter
        )
        return catalogued(catalogue, told)


@dataclass(frozen=True, slots=True)
class Asking:
    """What it takes to put a question: the session, by the catalogue in use, and who writes it down."""

    session: HeardSession
    catalogue: Catalogue
    by: str
    now: datetime

    def ask(self, question: NewQuestion, submission: Submission, opinion_id: str, receipt: str) -> Opinion:
        """The opinion that a question becomes, let in at once under the session's next number. Raises `Invalid`."""
        session, catalogue = self.session, self.catalogue
        question.check_public()
        answer = question.spot_answer(catalogue, self.now)
        department = question.answering(catalogue) if answer else question.department
        opinion = Opinion.submit(
            submission, opinion_id, receipt, self.now, source=None, automatic=False, about={}, session=session.where
        )  # fmt: skip
        wished = Terms(submission.topic, difficulty=question.difficulty, department=department)
        number = session.asked + 1
        facts = {"session": session.title, "at": session.at.isoformat(), "question_number": number, "spot": _spot(answer)}
        opinion.record(QuestionAsked.TYPE, self.by, {name: fact for name, fact in facts.items() if fact is not None})
        opinion.publish(
            QuestionAsked(session.id, session.kind, number, session.station, question.summary, submission.topic, department)
        )
        opinion.accept(catalogue, wished, again=False, answer=answer)
        session.asked = number
        return opinion


def _clashes(said: Said, promise: SpotPromise | None, catalogue: Catalogue, now: datetime) -> Iterator[tuple[str, list[str]]]:
    ahead = " or ".join(sorted(PROMISING))
    if promise is None:
        if said.outcome in PROMISING:
            yield "promise", [f"needed for {ahead}: what will be done, and by when"]
        return
    if said.outcome not in PROMISING:
        yield "promise", [f"for {ahead} only"]
    if promise.due is not None:
        latest = catalogue.calendar.due(now, Duration(catalogue.limits.promise_months, "mo")).at
        if promise.difficulty is not None:
            yield "promise.difficulty", ["leave it out where the date is named"]
        if promise.due <= now:
            yield "promise.due", ["lies in the past"]
        elif promise.due > latest:
            yield "promise.due", [f"until {latest.isoformat()}"]
    elif promise.difficulty is not None and promise.difficulty not in catalogue.difficulties:
        yield "promise.difficulty", [f"There is no difficulty '{promise.difficulty}' in the catalogue."]


def _spot(answer: SpotAnswer | None) -> Literal["answer", "promise"] | None:
    """Whether it was answered on the spot, or with a promise."""
    if answer is None:
        return None
    return "promise" if answer.promise else "answer"
