"""Questions of a session over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypedDict

from services.contracts.lifecycle import State
from services.contracts.people.callers import OFFICE, Role
from services.intake.app.context import Intake
from services.intake.domain.receipt.receipts import show_receipt
from services.intake.domain.sessions.question import NewQuestion
from services.intake.handlers.sessions import asking
from services.intake.schemas.sessions.questions import QuestionPage, QuestionsTaken, SessionQuestions
from services.intake.store.sessions import looking
from services.intake.store.sessions.looking import AskedQuestion
from services.intake.store.sessions.sessions import KnownSessions
from services.intake.store.writing import IntakeStore
from services.runtime.clock import new_id
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import Page, page, read_number
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
#: Who hosts sessions: the office each of them, a station its own.
HOSTS: Final = OFFICE | {Role.STATION}
_SHOWN: Final = ("number", "id", "title", "summary", "topic", "area", "department", "state", "outcome")


class TakenQuestion(TypedDict):
    """A question that was written down, with the receipt for the one who asked it."""

    number: int
    id: str
    receipt: str
    state: State
    links: dict[str, str]


@routes.post(
    f"{API}/sessions/<session_id>/questions", access=HOSTS, body=SessionQuestions, answers={201: QuestionsTaken},
    made=f"{API}/sessions/{{session_id}}/questions",
)  # fmt: skip
def ask_questions(call: Call[Intake]) -> Answer:
    """Write down what was asked at a session: each question becomes an opinion that is let in at once, under the next number.

    What was answered or promised on the spot is told to the department's case as its reply. All are stored or none; sent again
    with the same Idempotency-Key they are not stored twice.
    """
    first, last = ask_all(call, call.body["questions"])
    session = call.path["session_id"]
    return 201, {"session": session, "questions": list(map(taken, asked(call.service, session, first, last)))}


def route_of(session: str) -> str:
    """What the keys of questions that are sent again are kept for."""
    return f"POST /sessions/{session}/questions"


def ask_all(call: Call[Intake], questions: Sequence[NewQuestion]) -> tuple[int, int]:
    """Write questions down; returns the first and the last number. Raises `NotFound`, `Conflict`, `Invalid`, `AtCapacity`."""
    service, session = call.service, call.path["session_id"]
    named = [(new_id(), question) for question in questions]

    def act(work: Transaction) -> tuple[int, tuple[int, int]]:
        for _ in questions:
            service.capacity.take()
        store, sessions = IntakeStore(work, service.vault), KnownSessions(work, service.vault)
        return 201, asking.ask(store, sessions, service.catalogue, session, named, call.caller.station)

    # What is remembered are numbers: a receipt would have to be forgotten with its case.
    service.capacity.look()
    first, last = once(service.database, call.idempotency_key, route_of(session), questions, act)[1]
    return first, last


def asked(service: Intake, session: str, first: int, last: int) -> Sequence[AskedQuestion]:
    """The questions with these numbers."""
    with service.database.reading() as connection:
        return looking.questions_of(connection, session, first - 1, last - first + 1)


def taken(question: AskedQuestion) -> TakenQuestion:
    """What the host is answered of a question."""
    links = {"receipt": f"{API}/receipts/{question.receipt}", "page": f"/receipts/{question.receipt}"}
    return {
        "number": question.number, "id": question.id, "receipt": show_receipt(question.receipt), "state": question.state,
        "links": links,
    }  # fmt: skip


@routes.get(f"{API}/sessions/<session_id>/questions", access=HOSTS, query=Page, answers={200: QuestionPage})
def list_questions(call: Call[Intake]) -> Answer:
    """List the questions of a session by number, with where their cases stand; who asked is not said."""
    limit, after = call.query["limit"], read_number(call.query["cursor"]) or 0
    with call.service.database.reading() as connection:
        session = looking.find_hosted(connection, call.path["session_id"], call.caller.station)
        found = looking.questions_of(connection, session.id, after, limit + 1)
    rows: list[dict[str, object]] = [{name: getattr(each, name) for name in _SHOWN} for each in found]
    return 200, page(rows, limit, "number")
