"""并案 as departments hear of it: the words of what joins their case, of what leaves it, and of what is told later."""

import msgspec
import pytest

from services.contracts.lifecycle import State
from services.contracts.messages.assignments import AssignmentResumed
from services.contracts.messages.merging import AssignmentDetailed, AssignmentJoined, AssignmentParted, OpinionJoined, OpinionParted
from services.contracts.messages.opinions import OpinionDetailed, OpinionMerged
from services.contracts.messages.values import OpinionText
from services.contracts.topology import RETRIES
from services.routing.domain.checks import with_details
from tests.unit.routing.bureau import REPLY, accepted

OTHER = OpinionText("o-2", "桥下也塌了", "六号桥下塌了一段。", "rivers", None, None)
JOINED = OpinionJoined(OTHER, "rivers")


def told(bureau, kind):
    return [event.data for event in bureau.said("o-1") if isinstance(event.data, kind)]


def merged(bureau, assignment):
    return [each["opinion"] for each in bureau.get(f"/assignments/{assignment}", "admin").get_json()["merged"]]


def test_everybody_on_the_case_hears_what_joins_it_and_reads_it_again(bureau):
    assignment = bureau.accept(opinion="o-1")
    bureau.post(
        f"/assignments/{assignment}/handlers", {"departments": ["roads"], "handling": "joint", "reason": "也归其管。"}, "supervisor"
    )
    bureau.publish_to_routing("o-1", JOINED)
    assert [(each.department, each.role, each.opinion) for each in told(bureau, AssignmentJoined)] == [
        ("water", "lead", OTHER), ("roads", "co_handler", OTHER),
    ]  # fmt: skip
    assert merged(bureau, assignment) == ["o-2"]
    bureau.publish_to_routing("o-1", OpinionParted("o-2", "rivers"), 2)
    assert [(each.department, each.opinion) for each in told(bureau, AssignmentParted)] == [("water", "o-2"), ("roads", "o-2")]
    assert merged(bureau, assignment) == []


def test_an_answered_case_hears_it_too_and_one_that_is_gone_does_not(bureau):
    assignment = bureau.accept(opinion="o-1")
    bureau.do(assignment, "reply", REPLY)
    bureau.publish_to_routing("o-1", JOINED)
    assert len(told(bureau, AssignmentJoined)) == 1
    gone = bureau.accept(opinion="o-3")
    bureau.publish_to_routing("o-3", OpinionMerged("o-1", True))
    bureau.publish_to_routing("o-3", OpinionJoined(OpinionText("o-4", "。", "。"), None))
    assert bureau.row(gone)["state"] == "merged"
    assert [event.type for event in bureau.said("o-3")][-1] == "assignment.cancelled"


def test_what_is_not_assigned_yet_is_waited_for(bureau):
    bureau.publish_to_routing("o-1", JOINED)
    assert bureau.broker.waiting(RETRIES[0].exchange)


def test_whoever_gets_the_case_later_is_told_what_had_joined_it(bureau):
    assignment = bureau.accept(opinion="o-1")
    bureau.publish_to_routing("o-1", JOINED)
    bureau.do(assignment, "object", {"reason": "不归我们管。", "department": "roads"})
    bureau.post(f"/assignments/{assignment}/rule", {"about": "objection", "granted": True, "reason": "依职责。"}, "supervisor")
    assert [(each.department, each.opinion.id) for each in told(bureau, AssignmentJoined)] == [("water", "o-2"), ("roads", "o-2")]


@pytest.mark.parametrize("state", ["signed", "paused"])
def test_what_a_merged_submitter_adds_reaches_the_department_and_stays_with_their_own_words(bureau, state):
    assignment = bureau.accept(opinion="o-1")
    bureau.publish_to_routing("o-1", JOINED)
    bureau.do(assignment, "pause" if state == "paused" else "sign", {"reason": "。"} if state == "paused" else {})
    bureau.publish_to_routing("o-1", OpinionDetailed("又塌了。", None, "o-2"), 2)
    assert (bureau.row(assignment)["state"], "又塌了。" in bureau.row(assignment)["content"]) == ("signed", False)
    (other,) = bureau.get(f"/assignments/{assignment}", "admin").get_json()["merged"]
    assert other["content"] == with_details(OTHER.content, "又塌了。")
    assert told(bureau, AssignmentDetailed) == [AssignmentDetailed(assignment, "water", "又塌了。", "o-2")]
    # The others of the case read that its clock runs again, and nothing of what somebody else wrote.
    assert [each.details for each in told(bureau, AssignmentResumed)] == ([None] if state == "paused" else [])


def test_what_is_added_before_its_merge_is_known_waits(bureau):
    bureau.accept(opinion="o-1")
    bureau.publish_to_routing("o-1", OpinionDetailed("又塌了。", None, "o-2"), 2)
    assert bureau.broker.waiting(RETRIES[0].exchange)
    assert told(bureau, AssignmentDetailed) == []


def test_what_is_handled_on_its_own_again_gets_an_assignment_of_its_own(bureau):
    first = bureau.accept(opinion="o-1")
    bureau.publish_to_routing("o-1", OpinionMerged("o-2", True))
    bureau.publish_to_routing("o-1", msgspec.structs.replace(accepted("o-1"), again=True))
    leads = bureau.leads("o-1")
    assert sorted(each["state"] for each in leads) == [State.ASSIGNED, State.REASSIGNED]
    assert bureau.row(first)["state"] == State.REASSIGNED
    assert [event.sequence for event in bureau.said("o-1")] == [1, 2, 3]


def test_that_it_is_let_in_again_waits_for_the_merge(bureau):
    first = bureau.accept(opinion="o-1")
    bureau.publish_to_routing("o-1", msgspec.structs.replace(accepted("o-1"), again=True))
    assert bureau.row(first)["state"] == "assigned"
    assert bureau.broker.waiting(RETRIES[0].exchange)
