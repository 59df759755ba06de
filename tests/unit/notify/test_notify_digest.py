"""One letter a day for those who want it that way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from services.contracts.catalogue.model import StaffPerson
from services.notify.domain.letters.recipients import LETTER_RESTS, Recipients, address, digest_at
from services.notify.handlers.staff_notifications import LOST_AFTER
from services.notify.store.staff_notifications import StaffNotificationStore
from services.notify.store.tables import staff_notifications
from tests.unit.notify.scenes import Scene, at, rung, scene_on, small_place
from tests.unit.notify.test_witness import HEAD

DAILY, SINGLE = "mailto://daily.example", "mailto://single.example"
PERSON = StaffPerson("clerk", "李四", "Li Si", (DAILY,), departments=("water",), digest=True)
PLACE = replace(small_place(channels={"water": (SINGLE,)}), people={"clerk": PERSON})
KEY = address(DAILY).key


class Copying:
    """A courier that keeps whole letters."""

    def __init__(self):
        self.mails = []

    def send(self, url, title, body):
        self.mails.append((url, title, body))


@pytest.fixture
def scene(sqlite_database, clock):
    """Three cases of water at half time, told at half past nine."""
    scene = scene_on(sqlite_database, clock, catalogue=PLACE, notifier=Copying())
    scene.consume(*(scene.created(str(number), reply="2026-12-14 23:59:59") for number in range(3)))
    scene.climb("2026-12-03 09:30")
    return scene


def daily(scene):
    return [row for row in scene.rows(staff_notifications, "id") if row["channel"] == KEY]


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        ("2026-12-03 07:00", "2026-12-03 08:40"),
        ("2026-12-03 08:30", "2026-12-03 08:40"),
        ("2026-12-03 08:40", "2026-12-04 08:40"),
        ("2026-12-04 17:00", "2026-12-07 08:40"),
        ("2026-09-30 10:00", "2026-10-08 08:40"),
    ],
)
def test_the_letter_of_a_day_leaves_shortly_after_the_first_opening(now, leaves):
    assert digest_at(PLACE.calendar, at(now)) == at(leaves)


def test_a_place_that_opens_for_moments_only_still_sends_within_its_hours():
    place = small_place()
    place.calendar.office_hours = replace(place.calendar.office_hours, spans=((540, 545), (840, 1050)))
    assert digest_at(place.calendar, at("2026-12-03 08:00")) == at("2026-12-03 14:00")


def test_what_is_gathered_waits_for_the_next_morning_and_leaves_as_one(scene, clock):
    assert scene.channels() == [address(SINGLE).key]
    clock.instant = at("2026-12-04 08:39")
    assert KEY not in scene.channels()
    clock.instant = at("2026-12-04 08:40")
    assert KEY in scene.channels()
    assert scene.visit(KEY) == 1
    ((url, title, body),) = scene.notifier.mails
    assert (url, title) == (DAILY, "【每日汇总】3 件催办事项 · 2026-12-04")
    assert [line[:2] for line in body.splitlines() if "【级half】" in line] == ["1.", "2.", "3."]
    for number in range(3):
        assert f". 【级half】河道淤积{number}\n" in body
        assert f"（编号 a-{number}，water局）应于 2026-12-14 23:59 前答复。" in body
        assert f"(number a-{number}, Bureau of water): reply by 2026-12-14 23:59." in body
    assert {(row["state"], row["attempts"], row["ended"]) for row in daily(scene)} == {("sent", 1, clock.now())}


def test_it_leaves_once_whatever_is_restarted(scene, clock):
    clock.instant = at("2026-12-04 08:40")
    again = Scene(scene.database, clock, catalogue=PLACE, notifier=scene.notifier)
    assert [each.visit(KEY) for each in (scene, again, scene)] == [1, 0, 0]
    assert len(scene.notifier.mails) == 1


def test_a_process_that_dies_with_it_leaves_each_entry_uncertain_and_none_is_repeated(scene, clock):
    clock.instant = at("2026-12-04 08:40")
    assert len(StaffNotificationStore(scene.database).take(KEY).ids) == 3
    clock.instant += LOST_AFTER + timedelta(seconds=1)
    scene.channels()
    assert {row["state"] for row in daily(scene)} == {"uncertain"}
    assert scene.visit(KEY) == 0


def test_a_channel_that_refuses_it_gets_all_of_it_again(sqlite_database, clock):
    scene = scene_on(sqlite_database, clock, catalogue=PLACE)
    scene.notifier.dead = {DAILY}
    scene.consume(*(scene.created(str(number), reply="2026-12-14 23:59:59") for number in range(2)))
    scene.climb("2026-12-03 09:30")
    clock.instant = at("2026-12-04 08:40")
    assert scene.visit(KEY) == 0
    assert {(row["state"], row["reason"]) for row in daily(scene)} == {("pending", "nobody answers")}
    scene.notifier.dead = set()
    clock.instant += LETTER_RESTS[0]
    assert scene.visit(KEY) == 1
    assert {(row["state"], row["attempts"]) for row in daily(scene)} == {("sent", 2)}
    assert scene.notifier.sent == [(DAILY, "【每日汇总】2 件催办事项 · 2026-12-04")]


def test_the_letter_of_a_day_speaks_its_readers_language():
    place = replace(PLACE, people={"clerk": replace(PERSON, language="en")})
    title, body = Recipients(place, {}).gather(KEY, [("a", "b")], at("2026-12-04 08:40"))
    assert (title, body.endswith("— Yunlan\n")) == ("[Daily summary] 1 reminders · 2026-12-04", True)
    assert "云澜县" not in body


def test_a_reader_who_wants_single_letters_is_not_kept_waiting(scene):
    assert scene.visit(address(SINGLE).key) == 3
    assert {title for _, title, _ in scene.notifier.mails} == {f"【级half】河道淤积{number}" for number in range(3)}


@pytest.mark.parametrize(
    ("roles", "stands"), [(("department",), False), (("supervisor",), True), (("leader", "department"), False)]
)
def test_who_oversees_gets_the_newest_head_of_the_ledger_in_the_letter(sqlite_database, clock, roles, stands):
    place = replace(
        small_place(rung("half", half=True, to=("department", "supervisor"))),
        people={"clerk": replace(PERSON, roles=roles, departments=())},
    )
    scene = scene_on(sqlite_database, clock, catalogue=place, notifier=Copying())
    scene.consume(scene.created("1", reply="2026-12-14 23:59:59"))
    for size in (117, 118):
        scene.consume(scene.event(msgspec.structs.replace(HEAD, size=size), 0, "-"))
    scene.climb("2026-12-03 09:30")
    clock.instant = at("2026-12-04 08:40")
    assert scene.visit(KEY) == 1
    ((_, _, body),) = scene.notifier.mails
    assert [(word in body) for word in ("共 118 条", "118 leaves", HEAD.root, HEAD.signature)] == [stands] * 4
    assert "共 117 条" not in body


def test_where_no_head_was_heard_the_letter_has_none(sqlite_database, clock):
    place = replace(
        small_place(rung("half", half=True, to=("supervisor",))), people={"clerk": replace(PERSON, roles=("supervisor",))}
    )
    scene = scene_on(sqlite_database, clock, catalogue=place, notifier=Copying())
    scene.consume(scene.created("1", reply="2026-12-14 23:59:59"))
    scene.climb("2026-12-03 09:30")
    clock.instant = at("2026-12-04 08:40")
    assert scene.visit(KEY) == 1
    assert "账本" not in scene.notifier.mails[0][2]
