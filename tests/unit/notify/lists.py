"""Questions of a session, asked and handled as intake and routing tell it."""

from __future__ import annotations

import msgspec

from services.contracts.envelope import Event
from services.contracts.messages.opinions import OpinionEvaluated
from services.contracts.messages.sessions import QuestionAsked
from services.contracts.messages.values import Message, Rating
from services.notify.domain.lists.cases import SessionCase
from services.notify.store.lists.reading import cases_of
from tests.unit.notify.cases import Case
from tests.unit.notify.scenes import Scene

SESSION = "s-1"


class Question(Case):
    """One question: a case that was asked at a session."""

    def __init__(self, scene: Scene, number: int = 1, session: str = SESSION, station: str | None = "centre") -> None:
        super().__init__(scene, f"a-{session}-{number}", "water", f"o-{session}-{number}")
        self.number, self.session, self.station = number, session, station

    def told(self, message: Message, sequence: int) -> Event:
        """A message about it, as it comes from its service."""
        return msgspec.structs.replace(self.scene.event(message, sequence, self.opinion), session=self.session)

    def event(self, message: Message) -> Event:
        self.sequence += 1
        return self.told(message, self.sequence)

    def asked(self, summary: str | None = "河堤塌了一段", topic: str | None = None) -> None:
        asked = QuestionAsked(self.session, "chief", self.number, self.station, summary, topic, self.department)
        self.scene.consume(self.told(asked, 1))

    def rated(self, rating: Rating, sequence: int = 2) -> None:
        rated = OpinionEvaluated(self.assignment, self.department, rating, comment="不说")
        self.scene.consume(self.told(rated, sequence))

    @property
    def kept_case(self) -> SessionCase:
        """The case behind it as notify has it."""
        with self.scene.database.reading() as connection:
            return next(case for case in cases_of(connection, self.session) if case.number == self.number)
