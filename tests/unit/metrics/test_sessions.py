"""Sessions are counted by what was said of them, and what was told there beside them, as of any instant."""

from datetime import timedelta

import pytest

from services.contracts.envelope import Event
from services.contracts.messages.opinions import OpinionSubmitted
from services.contracts.messages.sessions import SessionCancelled, SessionEvaluated, SessionHeld, SessionPlanned
from services.metrics.domain.sessions import COUNTS, DIMENSIONS
from services.metrics.store.sessions import session_editions
from tests.unit.metrics.events import DAY, HOUR, START, Case

RECEPTION = {"kind": "reception", "title": "周二代表有约", "at": START + DAY, "station": "central", "theme": "供水"}


class Told:
    """One session as notify tells of it."""

    def __init__(self, name="s-1", **details):
        self.name, self.details, self.events = name, RECEPTION | details, []

    def say(self, shape, state, at, **more):
        message = shape(session=self.name, state=state, **self.details | more)
        self.events.append(Event(f"{self.name}-{len(self.events)}", "/notify", self.name, at, len(self.events) + 1, message))
        return self

    def held(self, at=START + DAY, **more):
        came = {"visitors": 5, "observers": 2, "deputies_present": ("d-1", "d-2"), **more}
        return self.say(SessionPlanned, "planned", START).say(SessionHeld, "held", at, **came)


def question(name, promised=False):
    case = Case(name)
    where = {"session": "s-1", "session_kind": "reception", "theme": "供水"}
    case.publish(OpinionSubmitted("meeting", "t", "rivers", "town", "central", **where))
    case.accepted().later(HOUR).assigned().later(HOUR).replied()
    return case


def asked(running, **query):
    answer = running.get("/api/v1/statistics/sessions", **query)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def test_a_session_is_counted_with_those_who_came_and_what_was_told(running):
    running.live([*Told().held().events, *question("o1").events, *Case("o2").submitted().events])
    total = asked(running)["total"]
    counts = {name: number for name, number in total["counts"].items() if number}
    assert counts == {
        "sessions": 1, "held": 1, "regular": 1, "visitors": 5, "observers": 2, "deputies": 2, "questions": 1, "replied": 1,
    }  # fmt: skip
    assert (total["rates"]["regular"]["text"], total["rates"]["reply"]["text"]) == ("100.00%", "100.00%")
    assert set(total["counts"]) == set(COUNTS)


@pytest.mark.parametrize(("by", "key"), [
    ("station", {"station": "central"}), ("kind", {"kind": "reception"}), ("theme", {"theme": "供水"}),
    ("month", {"month": f"{START:%Y-%m}"}), ("year", {"year": f"{START:%Y}"}),
    ("kind,month", {"kind": "reception", "month": f"{START:%Y-%m}"}),
])  # fmt: skip
def test_sessions_and_what_was_told_there_are_one_group(running, by, key):
    running.live([*Told().held().events, *question("o1").events])
    (group,) = asked(running, by=by)["groups"]
    assert (group["key"], group["counts"]["held"], group["counts"]["questions"]) == (key, 1, 1)


@pytest.mark.slow
def test_one_against_a_rule_is_counted_apart_and_a_cancelled_one_is_none(running):
    gone = Told("s-3").say(SessionPlanned, "planned", START).say(SessionCancelled, "cancelled", START + HOUR)
    running.live([*Told().held().events, *Told("s-2").held(irregular=("deputies",)).events, *gone.events])
    total = asked(running)["total"]
    assert [total["counts"][name] for name in ("sessions", "held", "regular", "irregular", "cancelled")] == [2, 2, 1, 1, 1]
    rate = total["rates"]["regular"]
    assert (rate["numerator"], rate["denominator"], rate["text"]) == (1, 2, "50.00%")


@pytest.mark.slow
def test_what_was_counted_as_of_an_instant_stays(running):
    told = Told().held().say(SessionEvaluated, "evaluated", START + 3 * DAY, satisfied=6, basically_satisfied=2, dissatisfied=2)
    running.live(told.events)

    def then(at):
        counts = asked(running, as_of=at.isoformat())["total"]["counts"]
        return counts["sessions"], counts["held"], counts["satisfied"]

    assert [then(START - HOUR), then(START + HOUR), then(START + 2 * DAY), then(START + 3 * DAY + HOUR)] == [
        (0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 6),
    ]  # fmt: skip
    assert asked(running)["total"]["rates"]["satisfaction"]["text"] == "80.00%"


def test_what_comes_twice_or_late_changes_nothing(running):
    events = Told().held().say(SessionEvaluated, "evaluated", START + 2 * DAY, satisfied=1).events
    running.live([events[2], events[0], events[1], *events])
    counts = asked(running)["total"]["counts"]
    assert [counts[name] for name in ("sessions", "held", "visitors", "satisfied")] == [1, 1, 5, 1]


@pytest.mark.slow
def test_a_period_has_the_sessions_that_begin_in_it(running):
    later = Told("s-2", at=START + 40 * DAY).held(START + 40 * DAY)
    running.live([*Told().held().events, *later.events])
    until = (START + timedelta(days=20)).date().isoformat()
    assert asked(running, to=until)["total"]["counts"]["held"] == 1
    assert asked(running, **{"from": until})["total"]["counts"]["held"] == 1


def test_without_sessions_nothing_is_written(running):
    running.live(question("o1").events)
    with running.database.reading() as connection:
        assert connection.execute(session_editions.select()).all() == []


@pytest.mark.parametrize(
    ("query", "wrong"), [({"by": "weather"}, "by"), ({"from": "soon"}, "from"), ({"as_of": "2199-01-01"}, "as_of")]
)
def test_what_is_wrong_with_a_question_is_said(running, query, wrong):
    answer = running.get("/api/v1/statistics/sessions", **query)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [wrong])
    if wrong == "by":
        assert all(name in str(answer.get_json()) for name in DIMENSIONS)


@pytest.mark.slow
def test_the_page_shows_the_numbers_with_a_picture_of_the_months(running):
    running.live([*Told().held().events, *question("o1").events])
    page = running.get("/statistics/sessions", by="station,kind", lang="zh")
    assert page.status_code == 200
    assert "举行 1 场" in page.text
    assert "<figure" in page.text
    assert running.get("/statistics/sessions", by="colour", lang="zh").status_code == 422
