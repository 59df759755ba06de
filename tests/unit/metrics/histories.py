"""Random histories: any move in any order, messages that come late, out of order or twice, and questions in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import hypothesis.strategies as st

from services.contracts.envelope import Event
from services.contracts.messages.opinions import OpinionAccepted, OpinionSubmitted
from services.contracts.messages.values import OpinionText
from services.metrics.domain.counts import DIMENSIONS
from tests.unit.metrics.events import DAY, HOUR, START, Case

DEPARTMENTS, TOPICS, AREAS = ("water", "petitions"), ("rivers", "other"), ("town", "county")
OUTCOMES, RATINGS = ("solved", "planned", "declined"), ("satisfied", "basically_satisfied", "dissatisfied")
SECOND = timedelta(seconds=1)
OF = ("take", "feedback")
Chosen = Callable[[tuple[Any, ...]], Any]


def submitted(case: Case, chosen: Chosen) -> None:
    coded = {"code_kind": chosen((None, "household")), "campaign": chosen((None, "spring"))}
    coded |= {"deputy_code": chosen((None, "d-1", "d-2")), "groups": chosen((None, ("law",), ("build", "law")))}
    coded |= chosen(({}, {"session": "s-1", "session_kind": "chief", "theme": "老旧小区"}))
    channel, topic, area = chosen(("web", "hotline")), chosen((*TOPICS, None)), chosen((*AREAS, None))
    case.publish(OpinionSubmitted(channel, "t", topic, area, "central", **coded))


def accepted(case: Case, chosen: Chosen) -> None:
    topic, level = chosen((*TOPICS, None)), chosen(("town", "county", None))
    text = OpinionText(case.id, "t", "c", topic, chosen((*AREAS, None)), "central")
    case.publish(OpinionAccepted(text, chosen(("web", "hotline")), chosen(("automatic", "reviewer")), topic, level))


def assigned(case: Case, chosen: Chosen) -> None:
    case.topic = chosen(TOPICS)
    key, leader, level = chosen((True, False)), chosen((None, "li", "wu")), chosen((None, "town", "county"))
    case.assigned(contact=DAY, key=key, leader=leader, level=level)


def handed_over(case: Case, chosen: Chosen) -> None:
    case.objected()
    case.at += chosen((SECOND, DAY))
    case.ruled().reassigned()
    case.at += chosen((timedelta(0), HOUR))
    case.department, case.letter, case.round = chosen(DEPARTMENTS), chr(ord(case.letter) + 1), 1
    assigned(case, chosen)


def reopened(case: Case, chosen: Chosen) -> None:
    case.reopened(cause=chosen(("dissatisfied", "promise", "look_back")))


MOVES: Mapping[str, Callable[[Case, Chosen], Any]] = {
    "submit": submitted, "accept": accepted, "assign": assigned, "uphold": handed_over, "reopen": reopened,
    "decline": lambda case, _: case.declined(),
    "return": lambda case, _: case.returned(),
    "complete": lambda case, _: case.detailed(),
    "merge": lambda case, _: case.merged().cancelled("merged"),
    "withdraw": lambda case, _: case.withdrawn().cancelled(),
    "join": lambda case, chosen: case.joined(chosen(("co_handler", "separate"))),
    "advise": lambda case, chosen: case.advised(chosen(("co_handler", "separate")), chosen((True, False))),
    "release": lambda case, _: case.released(),
    "sign": lambda case, chosen: case.signed(chosen((True, False))),
    "progress": lambda case, chosen: case.contacted("phone", chosen((True, False))),
    "object": lambda case, _: case.objected(),
    "deny": lambda case, _: case.ruled(False),
    "extend": lambda case, chosen: case.extended(chosen((HOUR, 10 * DAY))),
    "pause": lambda case, _: case.paused(),
    "resume": lambda case, chosen: case.resumed(chosen((HOUR, 7 * DAY))),
    "reschedule": lambda case, _: case.rescheduled(),
    "draft": lambda case, _: case.drafted(),
    "amend": lambda case, _: case.amended(),
    "reply": lambda case, chosen: case.replied(chosen(OUTCOMES), chosen((True, False))),
    "evaluate": lambda case, chosen: case.evaluated(chosen(RATINGS), chosen((*RATINGS, None)), chosen((None, "r1", "r2"))),
    "take": lambda case, _: case.taken(),
    "owe": lambda case, chosen: case.owed(chosen(OF), chosen((HOUR, DAY))),
    "settle": lambda case, chosen: case.settled(chosen(OF), chosen((True, False))),
    "feed back": lambda case, _: case.fed_back(),
    "conclude": lambda case, chosen: case.concluded(chosen(OUTCOMES), rated=chosen((True, False))),
    "mark": lambda case, chosen: case.marked(chosen((True, False)), chosen((None, "li", "wu"))),
    "raise": lambda case, chosen: case.raised(chosen(("county", "city"))),
    "recheck": lambda case, chosen: case.rechecked(chosen((True, False))),
    "promise": lambda case, chosen: case.promised(DAY, chosen(("p", "q"))),
    "keep": lambda case, chosen: case.kept(chosen((True, False)), chosen(("p", "q"))),
    "break": lambda case, chosen: case.broken(chosen(("p", "q"))),
    "support": lambda case, chosen: case.supported(2, chosen(("given", "withdrawn", "moved")), chosen(("water", None))),
    "remind": lambda case, _: case.reminded(),
    "card": lambda case, chosen: case.carded(chosen(("yellow", "red"))),
    "supervise": lambda case, chosen: case.supervised(chosen(("supervise", "criticise", "summon"))),
    "resolve": lambda case, chosen: case.resolved(chosen(("summons", "criticism", "closed"))),
}  # fmt: skip
#: Most cases begin like this, and then anything may happen.
BEGINNING = ("submit", "accept", "assign")
STEPS = (timedelta(0), SECOND, HOUR, DAY, 3 * DAY)
EVERYTHING = tuple(DIMENSIONS)
#: Most messages come at once, some are held up.
DELAYS = (SECOND, SECOND, SECOND, HOUR, 2 * DAY)


@dataclass(frozen=True)
class Arrival:
    """A message, and when it comes."""

    at: datetime
    event: Event


@dataclass(frozen=True)
class Question:
    """Asked at an instant, as of then or of the newest there is."""

    at: datetime
    query: dict[str, Any]


@st.composite
def histories(draw: st.DrawFn) -> list[Arrival | Question]:
    """Arrivals and questions in the order of time."""

    def chosen(values: tuple[Any, ...]) -> Any:
        return draw(st.sampled_from(values))

    arrivals: list[Arrival] = []
    for number in range(draw(st.integers(1, 2))):
        case = Case(f"o{number}", chosen(DEPARTMENTS), chosen(TOPICS), START + chosen(STEPS))
        for move in (
            *BEGINNING[: draw(st.integers(0, 3))],
            *draw(st.lists(st.sampled_from(sorted(MOVES)), min_size=1, max_size=7)),
        ):
            case.later(chosen(STEPS))
            MOVES[move](case, chosen)
        for event in case.events:
            arrivals += [Arrival(event.time + chosen(DELAYS), event) for _ in range(chosen((1, 1, 1, 2)))]
    end = max(arrival.at for arrival in arrivals)
    moments = draw(st.lists(st.integers(0, (end - START) // HOUR + 1), min_size=1, max_size=3))
    asked = [*(START + moment * HOUR for moment in moments), chosen(tuple(arrival.at for arrival in arrivals))]
    questions = [Question(at, _query(draw, at)) for at in asked]
    return sorted([*arrivals, *questions], key=lambda each: (each.at, isinstance(each, Question)))


def _query(draw: st.DrawFn, at: datetime) -> dict[str, Any]:
    by, as_of = draw(st.sampled_from((EVERYTHING, ("department",), ()))), draw(st.sampled_from((at, None)))
    narrowed = draw(st.sampled_from(({}, {}, {"deputy": "d-1"}, {"group": "law"})))
    return {"by": by, "as_of": as_of, "since": draw(st.sampled_from((None, None, START + DAY)))} | narrowed
