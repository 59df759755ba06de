"""面商: how the submitter was contacted, and whether the first time was in time; and going on before a pause has ended."""

from datetime import timedelta

import pytest

from services.contracts.messages.opinions import OpinionDetailed
from tests.unit.routing.bureau import REPLY, at

WAYS = ["http", "amqp"]
CONTACTS = ["phone", "visit", "meeting", "message"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("contact", CONTACTS)
def test_the_first_contact_is_measured(bureau, way, contact):
    assignment = bureau.accept(opinion="o-1")
    assert bureau.ask(way, assignment, "progress", {"content": "已联系。", "contact": contact}) is None
    said = bureau.said("o-1")[-1].data
    assert (said.contact, said.on_time, said.role) == (contact, True, "lead")
    shown = bureau.get(f"/assignments/{assignment}", "water").get_json()
    assert (shown["contacted"], shown["deadlines"]["contact"]) == ("2026-11-23T09:30:00+08:00", "2026-11-26T23:59:59+08:00")


def test_a_note_is_no_contact(bureau):
    assignment = bureau.accept(opinion="o-1")
    bureau.do(assignment, "progress", {"content": "周三进场。", "contact": None})
    said = bureau.said("o-1")[-1].data
    assert (said.contact, said.on_time, bureau.row(assignment)["contacted"]) == (None, None, None)


@pytest.mark.parametrize(("late", "on_time"), [(timedelta(0), True), (timedelta(seconds=1), False)])
def test_a_contact_is_in_time_until_its_deadline_and_later_ones_change_nothing(bureau, late, on_time):
    assignment = bureau.accept(opinion="o-1")
    bureau.clock.instant = bureau.row(assignment)["contact_by"] + late
    first = bureau.clock.now()
    for _ in range(2):
        bureau.do(assignment, "progress", {"content": "已通话。", "contact": "phone"})
        assert (bureau.said("o-1")[-1].data.on_time, bureau.row(assignment)["contacted"]) == (on_time, first)
        bureau.clock.instant += timedelta(days=9)


@pytest.mark.parametrize("way", WAYS)
def test_a_department_goes_on_before_the_pause_has_ended(bureau, way):
    assignment = bureau.accept(opinion="o-1")
    bureau.do(assignment, "pause", {"reason": "请说明是哪一段。"})
    bureau.clock.instant = at("2026-11-25T15:00")
    assert bureau.ask(way, assignment, "resume") is None
    row, said = bureau.row(assignment), bureau.said("o-1")[-1]
    assert (row["state"], row["paused"], row["reply_by"]) == ("signed", None, at("2026-12-16T23:59:59"))
    assert (said.type, said.data.details, said.data.deadlines["reply"]) == ("assignment.resumed", None, row["reply_by"])
    assert "'resume' is not possible" in bureau.ask(way, assignment, "resume")[0]
    before = bureau.said("o-1")
    bureau.publish_to_routing("o-1", OpinionDetailed("。"))
    (detailed,) = bureau.said("o-1")[len(before) :]
    assert (detailed.data.content, bureau.row(assignment)["reply_by"]) == ("。", row["reply_by"])


def test_each_pause_of_a_round_is_kept_and_a_new_round_begins_without(bureau):
    assignment = bureau.accept(opinion="o-1")
    bureau.do(assignment, "pause", {"reason": "请说明是哪一段。"})
    bureau.clock.instant += timedelta(days=2)
    bureau.do(assignment, "reply", REPLY)
    assert bureau.row(assignment)["waited"] == ((at("2026-11-23T09:30"), at("2026-11-25T09:30")),)
    bureau.evaluate(assignment, "dissatisfied")
    row = bureau.row(assignment)
    assert (row["waited"], row["opened"], row["counted"]) == (None, bureau.clock.now(), "rework")
