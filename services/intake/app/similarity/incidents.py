"""同一事件: what several people told in words of their own; the office confirms it, splits it, and decides on it at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy.engine import Connection

from services.contracts.errors import Conflict, NotFound
from services.intake.app.context import REVIEWERS, Intake
from services.intake.app.similarity.similar import (
    MOST_TOGETHER,
    WAITING,
    Decision,
    acceptance,
    decide_all,
    merger,
    question,
    refusal,
)
from services.intake.domain.opinion import Opinion
from services.intake.schemas import bodies
from services.intake.schemas.similarity.incidents import IncidentFile, IncidentPage, IncidentStanding, SplitBody
from services.intake.schemas.similarity.similar import DecidedTogether
from services.intake.store.similarity.incidents import (
    Incident,
    IncidentStore,
    find_incident,
    members,
    page_of_incidents,
    waiting_members,
)
from services.intake.store.writing import IntakeStore
from services.runtime.input.numbers import whole_number
from services.runtime.store.database import Transaction
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import Page, page, read_number
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
INCIDENT = f"{API}/opinions/incidents/<incident>"
SHOWN = ("id", "title", "content", "area", "station", "state", "department", "submitted")
NAMES = tuple(field.name for field in fields(Incident) if field.name != "number")
#: How many opinions of an incident its file shows.
MOST_SHOWN = 200
UNKNOWN = "There is no such incident, or less than two opinions are left of it."


@routes.get(f"{API}/opinions/incidents", access=REVIEWERS, query=Page, answers={200: IncidentPage})
def list_incidents(call: Call[Intake]) -> Answer:
    """List what several people told of in the last 90 days in words of their own, the latest found first."""
    limit, after, database = call.query["limit"], read_number(call.query["cursor"]), call.service.database
    with database.reading() as connection:
        found = page_of_incidents(connection, after, limit, database.clock.now())
    return 200, page(list(map(_shown, found)), limit)


@routes.get(INCIDENT, access=REVIEWERS, answers={200: IncidentFile})
def read_incident(call: Call[Intake]) -> Answer:
    """Read an incident with its opinions."""
    found, told = incident_of(call)
    return 200, _shown(found) | {"items": [{name: getattr(each, name) for name in SHOWN} for each in told]}


def incident_of(call: Call[Intake]) -> tuple[Incident, list[Opinion]]:
    """The incident of the path with its opinions, the first ones of many; raises `NotFound`."""
    database, number = call.service.database, number_of(call)
    with database.reading() as connection:
        found = find_incident(connection, number, database.clock.now())
        told = members(connection, number, MOST_SHOWN)
    if found is None:
        raise NotFound(UNKNOWN)
    return found, told


def _shown(found: Incident) -> dict[str, object]:
    return {"id": str(found.number), **{name: getattr(found, name) for name in NAMES}, "growing": found.growing}


@routes.post(f"{INCIDENT}/confirm", access=REVIEWERS, answers={200: IncidentStanding})
def confirm(call: Call[Intake]) -> Answer:
    """Confirm that all opinions of an incident tell of one thing, so that it can be decided on at once."""
    number = number_of(call)
    if not call.service.database.write(lambda work: IncidentStore(work).confirm(number)):
        raise NotFound(UNKNOWN)
    return 200, {"id": str(number), "standing": "confirmed"}


@routes.post(f"{INCIDENT}/split", access=REVIEWERS, body=SplitBody, answers={200: IncidentStanding})
def split(call: Call[Intake]) -> Answer:
    """Take opinions that tell of something else out of an incident."""
    number, now = number_of(call), call.service.database.clock.now()

    def unit(work: Transaction) -> Answer:
        if find_incident(work.connection, number, now) is None:
            raise NotFound(UNKNOWN)
        IncidentStore(work).split(number, call.body.opinions)
        left = find_incident(work.connection, number, now)
        return 200, {"id": str(number), "standing": left.standing if left else None}

    return call.service.database.write(unit)


@routes.post(f"{INCIDENT}/accept", access=REVIEWERS, body=bodies.Acceptance, answers={200: DecidedTogether})
def accept_incident(call: Call[Intake]) -> Answer:
    """Accept all opinions of a confirmed incident that wait for review on the same terms, at most 500 at a time."""
    return _decide_all(call, acceptance(call))


@routes.post(f"{INCIDENT}/decline", access=REVIEWERS, body=bodies.DeclineBody, answers={200: DecidedTogether})
def decline_incident(call: Call[Intake]) -> Answer:
    """Decline all opinions of a confirmed incident that wait for review, at most 500 at a time."""
    return _decide_all(call, refusal(call))


@routes.post(f"{INCIDENT}/return", access=REVIEWERS, body=bodies.QuestionBody, answers={200: DecidedTogether})
def return_incident(call: Call[Intake]) -> Answer:
    """Ask the submitters of all opinions of a confirmed incident that wait for review for more, at most 500 at a time."""
    return _decide_all(call, question(call))


@routes.post(f"{INCIDENT}/merge", access=REVIEWERS, body=bodies.Merging, answers={200: DecidedTogether})
def merge_incident(call: Call[Intake]) -> Answer:
    """Merge all opinions of a confirmed incident that wait for review into one that was let in, at most 500 at a time."""
    return _decide_all(call, merger(call))


def _decide_all(call: Call[Intake], decision: Decision) -> Answer:
    number, now = number_of(call), call.service.database.clock.now()

    def those(_: IntakeStore, connection: Connection) -> Sequence[str]:
        found = find_incident(connection, number, now)
        if found is None:
            raise NotFound(UNKNOWN)
        if found.standing != "confirmed":
            raise Conflict("Confirm first that all of it is one thing, and take out what is not.")
        return waiting_members(connection, number, WAITING, MOST_TOGETHER)

    return decide_all(call, call.idempotency_key, decision, those)


def number_of(call: Call[Intake]) -> int:
    """The number of the incident in the path; raises `NotFound` for what is none."""
    number = whole_number(call.path["incident"], 18)
    if number is None:
        raise NotFound(UNKNOWN)
    return number
