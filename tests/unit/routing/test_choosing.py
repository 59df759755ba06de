"""What a reviewer has chosen stands before what the rules find."""

from dataclasses import replace

import pytest

from services.contracts.messages.opinions import OpinionAccepted
from services.contracts.messages.values import OpinionText, Why
from services.routing.domain import roles
from services.routing.domain.choice import Router
from tests.unit.routing.bureau import TOWN

ROUTER = Router(TOWN)
FLOOD = ROUTER.decide(None, "内涝", "")


def directed(decision=FLOOD, **chosen):
    return roles.directed(decision, TOWN, OpinionAccepted(OpinionText("o-1", "。", "。"), "web", "reviewer", **chosen))


def test_without_a_choice_it_is_as_the_rules_say():
    assert directed() == FLOOD
    assert (FLOOD.co_handlers, FLOOD.handling) == (("roads", "schools"), "joint")


def test_a_chosen_department_has_the_case_and_a_person_is_the_reason():
    decision = directed(department="petitions")
    assert (decision.department, decision.why, decision.topic) == ("petitions", Why("reviewer", 1.0), FLOOD.topic)
    assert decision.co_handlers == ("roads", "schools")


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"co_handlers": ("petitions",)}, ("petitions",)),
        ({"co_handlers": ("petitions", "water", "petitions")}, ("petitions",)),
        ({"department": "roads"}, ("schools",)),
        ({"co_handlers": ("moon",)}, ("roads", "schools")),
    ],
)
def test_chosen_co_handlers_are_instead_of_the_topic_s_and_never_the_lead(chosen, expected):
    assert directed(**chosen).co_handlers == expected


def test_how_it_is_handled_and_how_hard_it_is_are_the_reviewer_s_to_say():
    decision = directed(handling="separate", difficulty="simple")
    assert (decision.handling, decision.difficulty) == ("separate", TOWN.difficulties["simple"])


@pytest.mark.parametrize("chosen", [{"department": "moon"}, {"difficulty": "terrible"}])
def test_what_the_catalogue_does_not_have_was_not_chosen(chosen):
    assert directed(**chosen) == FLOOD


def test_a_topic_that_names_its_own_department_again_has_no_co_handler():
    topics = TOWN.topics | {"floods": replace(TOWN.topics["floods"], co_handlers=("water", "roads"))}
    assert Router(replace(TOWN, topics=topics)).decide("floods", "", "").co_handlers == ("roads",)


def test_all_of_it_is_stored_and_told(bureau):
    chosen = {
        "department": "petitions", "co_handlers": ("roads",), "handling": "separate", "difficulty": "simple", "level": "city",
        "key": True, "leader": "王副县长",
    }  # fmt: skip
    row = bureau.let_in("o-1", "路灯", **chosen)
    lead, part = (event.data for event in bureau.said("o-1"))
    assert (row["department"], row["difficulty"], row["rule"], row["level"], row["key"], row["leader"]) == (
        "petitions", "simple", "reviewer", "city", True, "王副县长",
    )  # fmt: skip
    assert (lead.department, lead.why, lead.level, lead.key, lead.leader, lead.lead) == (
        "petitions", Why("reviewer", 1.0), "city", True, "王副县长", None,
    )  # fmt: skip
    assert (part.department, part.role, part.lead, part.why, part.level, part.key) == (
        "roads", "separate", "petitions", Why("reviewer", 1.0), "city", True,
    )  # fmt: skip
    assert lead.opinion.topic == "lamps"


@pytest.mark.parametrize("level", [None, "moon"])
def test_a_case_is_of_the_place_s_own_level_unless_it_was_said(bureau, level):
    assert bureau.let_in("o-1", level=level)["level"] == "county"
    assert bureau.said("o-1")[0].data.level == "county"
