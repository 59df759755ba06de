"""notify on a store: what it keeps, what it says, and what it says no more."""

from __future__ import annotations

from services.contracts.messages.supervision import CardIssued
from services.notify.store.deadlines import DeadlineStore
from services.notify.store.tables import deadlines, reminders
from tests.unit.notify.scenes import rung, scene_on, small_place


def states(scene):
    return {(row["kind"], row["version"]): row["state"] for row in scene.rows(deadlines, "kind", "version")}


def test_an_assignment_keeps_a_deadline_for_each_kind_with_rungs(scene):
    scene.consume(scene.created())
    assert states(scene) == {("reply", 1): "open", ("sign", 1): "open"}
    reply, sign = scene.rows(deadlines, "kind")
    assert (reply["next_rung"], sign["next_rung"]) == ("half", "sign-late")


def test_a_deadline_without_rungs_is_kept_and_waits_for_none(scene):
    scene.consume(scene.created(object="2026-12-02 23:59:59"))
    (row,) = scene.rows(deadlines)
    assert (row["kind"], row["state"], row["next_rung"], row["next_at"]) == ("object", "open", None, None)


def test_a_signature_ends_the_sign_deadline_only(scene):
    scene.consume(scene.created())
    scene.consume(scene.signed())
    assert states(scene) == {("reply", 1): "open", ("sign", 1): "met"}


def test_a_late_signature_is_missed(scene, clock):
    scene.consume(scene.created(sign="2026-11-23 10:00"))
    scene.climb("2026-11-23 10:01")
    scene.consume(scene.signed())
    assert states(scene) == {("sign", 1): "missed"}


def test_a_replied_case_fires_nothing_more(scene):
    scene.consume(scene.created())
    scene.consume(scene.replied())
    scene.climb("2027-03-01 09:00")
    assert scene.rungs() == []
    assert states(scene) == {("reply", 1): "met", ("sign", 1): "met"}


def test_a_reply_that_is_heard_before_its_assignment_wins(scene):
    created = scene.created()
    scene.consume(scene.replied())
    scene.consume(created)
    scene.climb("2027-03-01 09:00")
    assert scene.rungs() == []
    assert states(scene) == {("reply", 1): "met", ("sign", 1): "met"}


def test_a_batch_in_the_wrong_order_comes_to_the_same(scene):
    created = scene.created()
    scene.consume(scene.replied(), scene.signed(), created)
    assert states(scene) == {("reply", 1): "met", ("sign", 1): "met"}


def test_a_rework_has_deadlines_of_its_own_and_is_reminded_anew(scene):
    scene.consume(scene.created(reply="2026-12-14 23:59:59"))
    scene.climb("2026-12-03 08:30")
    scene.consume(scene.replied())
    scene.consume(scene.reopened("2026-12-25 23:59:59"))
    assert states(scene) == {("reply", 1): "met", ("reply", 4): "open"}
    scene.climb("2026-12-15 08:30")
    assert scene.rungs() == ["half", "half"]
    assert [row["title"] for row in scene.rows(deadlines, "version")] == ["河道淤积1", "河道淤积1"]


def test_a_reply_heard_late_does_not_end_the_rework(scene):
    scene.consume(scene.created(reply="2026-12-14 23:59:59"))
    scene.consume(scene.reopened("2026-12-25 23:59:59", sequence=4))
    scene.consume(scene.replied(sequence=3))
    assert states(scene) == {("reply", 1): "met", ("reply", 4): "open"}


def test_a_rung_fires_once_however_often_one_looks(scene):
    scene.consume(scene.created(reply="2026-12-14 23:59:59"))
    for _ in range(3):
        scene.climb("2026-12-03 08:30")
    assert scene.rungs() == ["half"]
    assert scene.rows(deadlines)[0]["next_rung"] == "three"


def test_rungs_are_said_in_order_under_the_opinion_they_are_about(scene):
    scene.consume(scene.created(reply="2026-12-14 23:59:59"))
    for now in ("2026-12-03 08:30", "2026-12-09 08:31", "2026-12-11 09:00", "2026-12-15 08:30", "2026-12-21 14:00"):
        scene.climb(now)
    said = scene.said()
    assert scene.rungs() == ["half", "three", "yellow", "red", "supervise"]
    assert [event.type for event in said] == ["reminder.sent"] * 2 + ["card.issued"] * 2 + ["supervision.raised"]
    assert [(event.subject, event.sequence) for event in said] == [("o-1", number) for number in range(1, 6)]
    assert isinstance(said[3].data, CardIssued)
    assert said[3].data.card == "red"
    passed_over = [row["rung"] for row in scene.rows(reminders) if row["state"] == "skipped"]
    assert passed_over == ["urge"]


def test_sign_and_reply_of_one_opinion_share_one_count(scene):
    scene.consume(scene.created(sign="2026-11-24 23:59:59", reply="2026-11-24 23:59:59"))
    scene.climb("2026-11-25 08:30")
    assert sorted(scene.rungs()) == ["red", "sign-late"]
    assert [event.sequence for event in scene.said()] == [1, 2]


def test_what_is_due_at_night_waits_for_the_morning(scene):
    scene.consume(scene.created(reply="2026-12-14 23:59:59"))
    scene.climb("2026-12-03 23:00")
    assert scene.rungs() == []
    scene.climb("2026-12-04 08:30")
    assert scene.rungs() == ["half"]


def test_after_the_last_rung_a_deadline_stays_open_and_is_looked_at_no_more(scene):
    scene.consume(scene.created(reply="2026-12-14 23:59:59"))
    scene.climb("2027-03-01 09:00")
    assert scene.rungs() == ["supervise"]
    row = scene.rows(deadlines)[0]
    assert (row["state"], row["next_rung"], row["next_at"]) == ("open", None, None)
    scene.consume(scene.replied())
    assert states(scene) == {("reply", 1): "missed"}


def test_a_full_batch_says_that_there_may_be_more(scene, monkeypatch):
    monkeypatch.setattr("services.notify.__main__.RUNGS_A_COMMIT", 3)
    scene.consume(*(scene.created(str(number), reply="2026-12-14 23:59:59") for number in range(5)))
    assert scene.climb("2026-12-03 08:30")
    assert not scene.climb()
    assert len(scene.rungs()) == 5


def test_a_rung_added_to_the_catalogue_later_is_climbed_from_then_on(sqlite_database, clock):
    first = scene_on(sqlite_database, clock, catalogue=small_place(rung("half", half=True), rung("urge", after="2wd")))
    first.consume(first.created(reply="2026-12-14 23:59:59"))
    first.climb("2026-12-03 08:30")
    second = scene_on(lambda *_: first.database, clock)
    second.climb("2026-12-16 08:30")
    assert second.rungs() == ["half", "urge"]
    assert {row["rung"]: row["state"] for row in second.rows(reminders)} == {
        "half": "sent", "three": "skipped", "yellow": "skipped", "red": "skipped", "urge": "sent",
    }  # fmt: skip


def test_a_look_for_due_rungs_goes_through_the_index_of_open_ones(scene, statements):
    with scene.database.transaction() as work:
        DeadlineStore(work).due(work.now, 10)
        text, values = statements[-1]
        plan = [row[-1] for row in work.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
    assert any("deadlines_due" in step for step in plan), plan
    assert not any(step.startswith("SCAN") for step in plan), plan


def test_a_batch_of_new_assignments_is_two_statements_for_their_deadlines_and_two_for_their_notices(scene, statements):
    scene.consume(*(scene.created(str(number)) for number in range(50)))
    said = [text.split("(")[0].split(".")[0].strip() for text, _ in statements if not text.startswith(("BEGIN", "PRAGMA"))]
    notices = ["INSERT INTO notice_positions", "INSERT INTO notices"]
    assert said == ["INSERT INTO deadlines", "SELECT cases", *notices]
