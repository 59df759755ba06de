import threading
from typing import Any

import pytest

from services.console.demo.departments import SampleDepartment
from services.console.demo.samples import DemoCase, Promised, load_samples
from services.console.settings import HOME
from services.contracts.basis import Basis
from services.contracts.catalogue.check import load_catalogue
from services.contracts.catalogue.model import Catalogue
from services.contracts.messages.values import Outcome, Rating
from services.routing.domain.choice import Router
from tests.unit.examples.test_department import TASK, Channel


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(HOME / "deploy" / "catalogue.fast.yml")


@pytest.fixture(scope="module")
def cases() -> list[DemoCase]:
    return load_samples()


def test_the_samples_reach_many_departments_and_one_falls_back(cases, catalogue):
    router = Router(catalogue)
    decisions = [router.decide(case.form.get("topic"), case.title, case.form["content"]) for case in cases]
    assert len(cases) >= 24
    assert len({decision.department for decision in decisions}) >= 6
    assert sum(decision.why.rule == Basis.FALLBACK for decision in decisions) == 1


def test_the_samples_name_only_what_the_catalogue_has(cases, catalogue):
    for case in cases:
        assert "code" in case.form or case.form["area"] in catalogue.areas
        assert "code" not in case.form or catalogue.station_with_code(case.form["code"])
        assert case.form.get("station", "central") in catalogue.stations
        assert catalogue.acceptance[case.form.get("channel", "web")] == "automatic"
        assert case.handling.outcome in list(Outcome)
        assert {case.handling.rating, case.handling.rating_again, case.handling.process} <= {None, *Rating}


def test_exactly_one_sample_is_answered_late(cases: list[DemoCase]) -> None:
    assert sum(case.handling.late for case in cases) == 1


def test_who_is_dissatisfied_gets_a_second_answer_and_rates_it(cases: list[DemoCase]) -> None:
    unhappy = [case.handling for case in cases if case.handling.rating == Rating.DISSATISFIED]
    assert unhappy
    assert all(handling.again and handling.rating_again for handling in unhappy)


def test_who_is_dissatisfied_says_why(cases: list[DemoCase]) -> None:
    for handling in (case.handling for case in cases):
        assert handling.comment or Rating.DISSATISFIED not in (handling.rating, handling.process)
        assert handling.rating_again != Rating.DISSATISFIED


def case_of(**handling: Any) -> DemoCase:
    made = next(case for case in load_samples() if case.handling.rating)
    return DemoCase(1, made.form, type(made.handling)(**{"reply": "答复", "outcome": "solved"} | handling), opinion="o-1")


def desk_for(case: DemoCase, *events: dict[str, Any]) -> tuple[SampleDepartment, list[tuple[str, dict[str, Any]]]]:
    department = SampleDepartment("water", "amqp://department-water:x@127.0.0.1:1/huiying", {"o-1": case}, threading.Event())
    channel = Channel()
    for event in events:
        department.handle(channel, event)
    return department, [(key, body["data"]) for _, key, body, _, _ in channel.published]


def test_a_desk_signs_reports_and_replies() -> None:
    _, sent = desk_for(case_of(progress="在办"), TASK)
    assert [key for key, _ in sent] == ["water.sign", "water.progress", "water.reply"]
    assert sent[2][1] == {"assignment": "a-1", "content": "答复", "outcome": "solved"}


@pytest.mark.slow
def test_a_late_desk_replies_only_when_it_gets_the_red_card() -> None:
    def card(colour: str) -> dict[str, Any]:
        return {"id": colour, "type": "card.issued", "subject": "o-1", "data": {"assignment": "a-1", "card": colour}}

    assert [key for key, _ in desk_for(case_of(late=True), TASK, card("yellow"))[1]] == ["water.sign"]
    assert [key for key, _ in desk_for(case_of(late=True), TASK, card("yellow"), card("red"))[1]] == ["water.sign", "water.reply"]


@pytest.mark.slow
def test_every_sample_whose_outcome_lies_ahead_promises_something() -> None:
    ahead = [case for case in load_samples() if case.handling.outcome in ("in_progress", "planned")]
    assert ahead
    assert all(case.handling.promise for case in ahead)
    assert not [case.title for case in load_samples() if case.handling.promise and case not in ahead]


def test_a_promise_is_for_the_future() -> None:
    _, sent = desk_for(case_of(outcome="planned", promise=Promised("新建", 3)), TASK)
    assert sent[1][1]["promise"]["what"] == "新建"


def test_a_rejected_command_is_a_trouble_to_be_told() -> None:
    department, _ = desk_for(case_of(), TASK)
    command = next(iter(department._sent))
    department.handle(
        Channel(),
        {"id": "r", "type": "command.rejected", "subject": "-", "data": {"command": command, "detail": "no", "errors": {}}},
    )
    assert department.troubles == ["water: sign no {}"]


def test_messages_about_other_opinions_are_none_of_the_demonstrations_business() -> None:
    department, _ = desk_for(case_of())
    assert department.is_ours(TASK)
    assert not department.is_ours({**TASK, "subject": "somebody-elses"})


def test_a_case_ends_concluded_when_it_is_rated_and_replied_when_not() -> None:
    rated, unrated = case_of(rating="satisfied"), case_of()
    rated.state = unrated.state = "replied"
    assert (rated.done, unrated.done) == (False, True)
    rated.state = "concluded"
    assert rated.done


def test_the_second_rating_follows_the_first() -> None:
    case = case_of(rating="dissatisfied", rating_again="satisfied")
    seen = []
    while rating := case.next_rating:
        seen.append(rating)
        case.ratings.append(rating)
    assert seen == ["dissatisfied", "satisfied"]
