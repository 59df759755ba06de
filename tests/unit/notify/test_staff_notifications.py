"""Letters: what they say, where they go, and what becomes of them when a channel is dead."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from services.notify.domain.letters.recipients import (
    CHANNEL_RESTS,
    LETTER_RESTS,
    Recipients,
    Undelivered,
    address,
    next_attempt,
    rest_after,
)
from services.notify.domain.letters.wording import write
from services.notify.gateway import AppriseNotifier, NotifierPool
from services.notify.handlers.staff_notifications import LOST_AFTER
from services.notify.store.reminders import sent_reminders
from services.notify.store.staff_notifications import StaffNotificationStore
from services.notify.store.tables import channels, staff_notifications
from tests.unit.notify.scenes import at, deadline, scene_on, small_place

WATER, WATER_TOO, BOSS = "mailto://w.example", "json://w.example/hook", "mailto://boss.example"
PLACE = small_place(channels={"water": (WATER, WATER_TOO), "roads": ("mailto://r.example",)})


@pytest.fixture
def scene(sqlite_database, clock):
    """A red card is due for water: two channels of its own and one of the supervisor."""
    scene = scene_on(sqlite_database, clock, catalogue=PLACE, others={"supervisor": (BOSS,)})
    scene.consume(scene.created(reply="2026-12-14 23:59:59"))
    scene.climb("2026-12-15 09:00")
    return scene


def posted(scene):
    return {row["channel"]: row for row in scene.rows(staff_notifications)}


def key(url):
    return address(url).key


def test_a_letter_says_in_both_languages_what_to_do_until_when():
    title, body = write(PLACE.ladder["red"], deadline(), at("2026-12-15 09:00"), PLACE)
    assert title == "【级red】河道淤积"
    assert (
        body.splitlines()[1]
        == "交办事项“河道淤积”（编号 a-1）应于 2026-12-14 23:59 前答复。现已逾期。现发红牌警示，请立即办理并说明情况。"
    )
    assert body.splitlines()[4].endswith(
        "asks you to reply by 2026-12-14 23:59. It is overdue. This is a red card: act at once and explain."
    )


def test_a_letter_ahead_of_the_deadline_does_not_call_it_overdue():
    _, body = write(PLACE.ladder["half"], deadline(kind="sign"), at("2026-12-03 09:00"), PLACE)
    assert "逾期" not in body
    assert "overdue" not in body
    assert "签收" in body


def test_one_channel_gets_one_letter_however_many_recipients_share_it():
    recipients = Recipients(PLACE, {"supervisor": (WATER,)})
    written = recipients.notifications(PLACE.ladder["red"], deadline(), at("2026-12-15 09:00"))
    assert [(letter.recipient, letter.channel) for letter in written] == [
        ("department", key(WATER)),
        ("department", key(WATER_TOO)),
    ]


def test_the_key_of_a_channel_gives_no_secret_away():
    assert key("dingtalk://secret-token/13800000000").startswith("dingtalk#")
    assert "secret" not in key("dingtalk://secret-token/13800000000")
    assert key("a" * 300 + "://x") != key("a" * 300 + "://y")
    assert len(key("a" * 300 + "://x")) <= 40


def test_patience_with_letters_ends_and_with_channels_does_not():
    now = at("2026-12-15 09:00")
    waits = [next_attempt(attempt, now) for attempt in range(1, len(LETTER_RESTS) + 2)]
    assert waits == [*(now + rest for rest in LETTER_RESTS), None]
    assert [rest_after(number, now) - now for number in (1, 2, 99)] == [CHANNEL_RESTS[0], CHANNEL_RESTS[1], CHANNEL_RESTS[-1]]


def test_a_red_card_writes_to_every_channel_of_the_department_and_the_supervisor(scene):
    assert sorted(scene.channels()) == sorted(map(key, (WATER, WATER_TOO, BOSS)))
    for channel in scene.channels():
        assert scene.visit(channel) == 1
    assert sorted(scene.notifier.sent) == sorted((url, "【级red】河道淤积1") for url in (WATER, WATER_TOO, BOSS))
    assert {row["state"] for row in posted(scene).values()} == {"sent"}
    assert scene.channels() == []


def test_a_dead_channel_rests_and_harms_no_other(scene, clock):
    scene.notifier.dead = {WATER}
    assert [scene.visit(channel) for channel in (key(WATER), key(BOSS))] == [0, 1]
    row = posted(scene)[key(WATER)]
    assert (row["state"], row["attempts"], row["reason"]) == ("pending", 1, "nobody answers")
    assert row["next_at"] == clock.now() + LETTER_RESTS[0]
    assert [(row["channel"], row["failures"]) for row in scene.rows(channels)] == [(key(WATER), 1)]
    assert scene.channels() == [key(WATER_TOO)]


def test_a_channel_that_answers_again_gets_what_waited(scene, clock):
    scene.notifier.dead = {WATER}
    scene.visit(key(WATER))
    scene.notifier.dead = set()
    clock.instant += LETTER_RESTS[0]
    assert key(WATER) in scene.channels()
    assert scene.visit(key(WATER)) == 1
    assert posted(scene)[key(WATER)]["attempts"] == 2
    assert scene.rows(channels) == []


def test_a_letter_that_had_its_chances_has_failed(scene, clock):
    scene.notifier.dead = {WATER}
    for rest in (*LETTER_RESTS, timedelta(0)):
        scene.visit(key(WATER))
        clock.instant = scene.catalogue.calendar.next_opening(clock.instant + rest)
    row = posted(scene)[key(WATER)]
    assert (row["state"], row["attempts"], row["next_at"]) == ("failed", len(LETTER_RESTS) + 1, None)
    assert scene.visit(key(WATER)) == 0


def test_a_second_attempt_does_not_come_at_night(scene, clock):
    scene.notifier.dead = {WATER}
    clock.instant = at("2026-12-15 17:29:30")
    scene.visit(key(WATER))
    assert posted(scene)[key(WATER)]["next_at"] == at("2026-12-16 08:30")
    clock.instant = at("2026-12-15 20:00")
    assert scene.channels() == []
    assert scene.visit(key(BOSS)) == 0


def test_a_letter_whose_process_died_is_uncertain_and_not_repeated(scene, clock):
    assert StaffNotificationStore(scene.database).take(key(WATER)) is not None
    clock.instant += LOST_AFTER
    scene.channels()
    assert posted(scene)[key(WATER)]["state"] == "sending"
    clock.instant += timedelta(seconds=1)
    assert key(WATER) not in scene.channels()
    assert posted(scene)[key(WATER)]["state"] == "uncertain"
    assert scene.visit(key(WATER)) == 0
    with scene.database.reading() as connection:
        (sent,) = (sent for reminder, sent in sent_reminders(connection, {}, None, 10) if reminder.state == "sent")
    assert "uncertain" in {notification.state for notification in sent}


def test_a_channel_that_left_the_catalogue_fails_its_letters(scene, clock):
    after = scene_on(lambda *_: scene.database, clock, catalogue=small_place())
    after.visit(key(WATER))
    assert (posted(scene)[key(WATER)]["state"], after.notifier.sent) == ("failed", [])


def test_a_hanging_channel_keeps_no_other_waiting():
    release, visited = threading.Event(), []

    def visit(channel):
        if channel == "slow":
            release.wait(60)
        visited.append(channel)

    rounds = NotifierPool(visit)
    slow = rounds.begin(["slow"])
    for thread in rounds.begin(["slow", "quick"]):
        thread.join(60)
    assert visited == ["quick"]
    release.set()
    slow[0].join(60)
    assert visited == ["quick", "slow"]


def test_only_so_many_channels_are_visited_at_once_and_a_failed_visit_makes_room():
    def visit(channel):
        raise RuntimeError(channel)

    rounds = NotifierPool(visit, most=1)
    for _ in range(2):
        (thread,) = rounds.begin(["a"])
        thread.join(60)


def test_an_address_that_cannot_be_read_is_said_so():
    with pytest.raises(Undelivered, match="cannot be read"):
        AppriseNotifier(1.0).send("nonsense", "t", "b")
