"""Letters to submitters: what they say, when they leave, and how little is kept of who they are for."""

from __future__ import annotations

import io
import json
import logging
from contextlib import redirect_stdout
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy.exc import IntegrityError

from services.contracts.envelope import Event, encode
from services.contracts.errors import Poison
from services.contracts.messages.opinions import LetterErased
from services.contracts.messages.supervision import LetterRequested
from services.contracts.messages.values import OpinionText
from services.notify.__main__ import periodic_jobs
from services.notify.consumer import read_request
from services.notify.domain.letters.recipients import LETTER_RESTS, Undelivered
from services.notify.domain.letters.submitters import FAILURES_OF_A_WAY, STEPS, SubmitterChannels, cause_of, write_to_submitter
from services.notify.store.submitter_notifications import SubmitterNotificationStore
from services.notify.store.tables import channels, staff_notifications, submitter_notifications
from services.runtime.messaging.broker import Delivery
from tests.unit.notify.scenes import at, scene_on, small_place

MAIL, SMS = "mailto://user:pw@smtp.example?to={to}", "json://sms.example/?to={to}"
REFUSED = "SMTPRecipientsRefused: {'wang@x.example': (550, b'no such mailbox wang@x.example')}"


class Telling:
    """A courier that fails with the words given for an address."""

    def __init__(self):
        self.sent, self.failing = [], {}

    def send(self, url, title, body):
        for part, words in self.failing.items():
            if part in url:
                raise Undelivered(words)
        self.sent.append((url, title, body))


@pytest.fixture
def scene(sqlite_database, clock):
    return scene_on(sqlite_database, clock, ways={"email": MAIL, "sms": SMS}, notifier=Telling())


def requested(about="received", email="wang@x.example", phone=None, **facts):
    return LetterRequested(about, "ABCD-1234-EFGH-5", "河道淤积", facts, "王先生", email, phone)


def told(scene, *messages, opinion="o-1"):
    scene.hear_letters(*(scene.event(message, number, opinion) for number, message in enumerate(messages, 1)))


def shown(scene):
    rows = scene.rows(submitter_notifications, "about", "way", "state", "attempts")
    return [(row["about"], row["way"], row["state"], row["attempts"], row["reason"]) for row in rows]


@pytest.mark.parametrize("about", STEPS)
def test_each_step_is_told_in_both_languages_with_the_receipt(about):
    title, body = write_to_submitter(requested(about), small_place())
    assert title.startswith("【回应】")
    assert "河道淤积" not in title
    assert "王先生您好：" in body
    assert "Dear 王先生," in body
    assert "回执号：ABCD-1234-EFGH-5" in body
    assert "Receipt: ABCD-1234-EFGH-5" in body
    assert body.count("河道淤积") == 2
    assert ("云澜县" in body, "Yunlan" in body) == (True, True)


def test_every_step_that_can_be_asked_for_has_words():
    (about,) = (field for field in msgspec.structs.fields(LetterRequested) if field.name == "about")
    for step in STEPS:
        assert f"'{step}'" in str(about.type).replace('"', "'")
    assert str(about.type).count(",") + 1 == len(STEPS)


def test_facts_are_told_in_the_language_of_the_part_and_what_is_missing_is_left_out():
    facts = {"department": "water局", "due": "2026-12-14T23:59:59+08:00", "outcome": "planned", "evaluate_by": "soon"}
    _, body = write_to_submitter(requested("replied", **facts), small_place())
    zh, en = body.split("\n\n")
    told = ("承办单位：water局", "办理期限：2026-12-14 23:59", "办理结果：列入计划", "请在此之前评价：soon")
    assert [line for line in told if line not in zh] == []
    told = (
        "Department: Bureau of water",
        "Due: 2026-12-14 23:59",
        "Outcome: Planned",
        "Please evaluate by: soon",
    )
    assert [line for line in told if line not in en] == []
    assert ("原因" in zh, "{" in body) == (False, False)


def test_a_letter_reaches_the_address_and_nothing_of_it_is_kept(scene):
    told(scene, requested())
    assert scene.ways_due() == ["email"]
    assert scene.serve_way("email") == 1
    ((url, title, body),) = scene.notifier.sent
    assert url == "mailto://user:pw@smtp.example?to=wang%40x.example"
    assert ("已收到" in title, "ABCD-1234-EFGH-5" in body) == (True, True)
    (row,) = scene.rows(submitter_notifications)
    assert (row["state"], row["contact"], row["title"], row["body"]) == ("sent", None, None, None)
    assert scene.ways_due() == []


def test_both_ways_that_were_left_are_used_and_each_is_recorded(scene):
    told(scene, requested(phone="+86 138-0000-0000"))
    assert sorted(scene.ways_due()) == ["email", "sms"]
    assert scene.serve_way("sms") == 1
    assert scene.notifier.sent[0][0] == "json://sms.example/?to=13800000000"
    assert [entry[1:3] for entry in shown(scene)] == [("email", "pending"), ("sms", "sent")]


def test_a_way_that_is_not_set_up_drops_the_letter_and_says_so(sqlite_database, clock):
    scene = scene_on(sqlite_database, clock, ways={"email": "", "sms": SMS})
    told(scene, requested(phone="13800000000"))
    assert shown(scene) == [
        ("received", "email", "dropped", 0, "this way of writing to submitters is not set up"),
        ("received", "sms", "pending", 0, None),
    ]
    dropped, waiting = scene.rows(submitter_notifications, "way")
    assert (dropped["contact"], scene.vault.open(waiting["contact"])) == (None, "13800000000")


@pytest.mark.parametrize(
    ("way", "given", "to", "reason"),
    [
        ("email", " wang@x.example ", "wang@x.example", None), ("email", "王 <w@x.example>", "w@x.example", None),
        ("email", "a@b,c@d", None, "not an address"), ("email", "a@b;c", None, "not an address"),
        ("email", "nobody", None, "not an address"), ("sms", "+86 (138) 0000-0000", "13800000000", None),
        ("sms", "call me", None, "not an address"), ("sms", "13800000000,13900000000", None, "not an address"),
        ("sms", "0577-62510000-8012", None, "this number takes calls only, no text messages"),
        ("sms", "12345", None, "this number takes calls only, no text messages"),
    ],
)  # fmt: skip
def test_a_contact_is_one_address_that_can_be_written_to_or_says_why_not(scene, way, given, to, reason):
    told(scene, requested(**{"email": None} | {"email" if way == "email" else "phone": given}))
    (kept,) = scene.rows(submitter_notifications)
    assert kept["reason"] == reason
    assert (scene.vault.open(kept["contact"]) if kept["contact"] else None) == to


def test_what_is_no_address_is_not_kept(scene):
    told(scene, requested(email="a@b.example,c@d.example"))
    assert shown(scene) == [("received", "email", "failed", 0, "not an address")]
    assert scene.rows(submitter_notifications)[0]["contact"] is None


def test_an_address_cannot_change_the_rest_of_the_template():
    url = SubmitterChannels(small_place(), {"email": MAIL}).url("email", "a&bcc=b/c?d#e@x.example")
    assert url == "mailto://user:pw@smtp.example?to=a%26bcc%3Db%2Fc%3Fd%23e%40x.example"


def test_what_one_waits_for_comes_at_once_and_the_rest_in_office_hours(scene, clock):
    clock.instant = at("2026-11-28 23:00")
    told(scene, requested(), requested("assigned"))
    assert [row["next_at"] for row in scene.rows(submitter_notifications, "next_at")] == [clock.now(), at("2026-11-30 08:30")]
    assert scene.serve_way("email") == 1


def test_a_letter_heard_twice_is_one_letter(scene):
    event = scene.event(requested(), 1)
    scene.hear_letters(event)
    with pytest.raises(IntegrityError):
        scene.hear_letters(event)
    assert len(scene.rows(submitter_notifications)) == 1


def test_what_became_of_a_letter_is_kept_for_its_time_and_no_longer(scene, clock):
    (forget,) = (job.run for job in periodic_jobs(scene.service) if job.name == "forget")
    told(scene, requested(), requested(email=None, phone="+86 138-0000-0000"))
    scene.serve_way("email")
    clock.instant += scene.service.letters_kept
    forget()
    assert [entry[1:3] for entry in shown(scene)] == [("email", "sent"), ("sms", "pending")]
    clock.instant += timedelta(microseconds=1)
    forget()
    assert [entry[1:3] for entry in shown(scene)] == [("sms", "pending")], "what still waits stays"


def test_what_became_of_letters_goes_with_the_words_of_their_case(scene):
    told(scene, requested())
    told(scene, requested(), opinion="o-2")
    scene.serve_way("email")
    scene.hear_letters(scene.event(LetterErased(OpinionText("o-1", "内容已删除", "依申请删除。")), 3, "o-1"))
    assert [row["opinion"] for row in scene.rows(submitter_notifications)] == ["o-2"]


def test_a_mailbox_that_does_not_exist_is_given_up_at_once_and_harms_no_other(scene):
    scene.notifier.failing = {"wang": REFUSED}
    told(
        scene, requested(), requested(email="li@x.example"), requested(email="wang2@x.example"), requested(email="wang3@x.example")
    )
    assert scene.serve_way("email") == 1
    assert [entry[2] for entry in shown(scene)] == ["failed", "failed", "failed", "sent"]
    assert {entry[4] for entry in shown(scene)} == {None, "the mail server refused the address for good"}
    assert [row["contact"] for row in scene.rows(submitter_notifications)] == [None] * 4
    assert scene.rows(channels) == []


def test_a_way_that_fails_again_and_again_rests_and_the_letters_wait(scene, clock):
    scene.notifier.failing = {"x.example": "timed out"}
    told(scene, *(requested(email=f"p{number}@x.example") for number in range(5)))
    assert scene.serve_way("email") == 0
    assert [entry[3] for entry in shown(scene)] == [0, 0] + [1] * FAILURES_OF_A_WAY
    assert scene.ways_due() == []
    scene.notifier.failing = {}
    clock.instant += LETTER_RESTS[0]
    assert scene.serve_way("email") == 5
    assert {entry[2:] for entry in shown(scene)} == {("sent", 1, None), ("sent", 2, None)}
    assert scene.rows(channels) == []


def test_a_letter_that_had_its_chances_is_given_up_and_forgotten(scene, clock):
    scene.notifier.failing = {"x.example": "timed out"}
    told(scene, requested("replied"))
    for rest in (*LETTER_RESTS, timedelta(0)):
        scene.serve_way("email")
        clock.instant = scene.catalogue.calendar.next_opening(clock.instant + rest)
    assert shown(scene) == [("replied", "email", "failed", len(LETTER_RESTS) + 1, "timed out")]
    assert scene.rows(submitter_notifications)[0]["contact"] is None


def test_a_letter_whose_process_died_is_uncertain_and_forgotten(scene, clock):
    told(scene, requested())
    assert SubmitterNotificationStore(scene.database, scene.vault).take("email") is not None
    clock.instant += scene.service.lost_after + timedelta(seconds=1)
    assert scene.ways_due() == []
    assert [entry[2] for entry in shown(scene)] == ["uncertain"]
    assert (scene.rows(submitter_notifications)[0]["contact"], scene.serve_way("email")) == (None, 0)


def test_a_way_that_was_closed_meanwhile_gives_up_its_letters(scene, clock):
    told(scene, requested())
    after = scene_on(lambda *_: scene.database, clock, ways={})
    assert after.serve_way("email") == 0
    assert shown(scene) == [("received", "email", "failed", 1, "this way of writing to submitters is no longer set up")]


@pytest.mark.parametrize(
    ("said", "words", "final"),
    [
        (REFUSED, "the mail server refused the address for good", True),
        ("{'wang@x.example': (451, b'greylisted')}", "the mail server asked to try again later", False),
        ("SMTP Exception: timed out", "timed out", False),
        ("ConnectionRefusedError: [Errno 111] Connection refused", "could not be reached", False),
        ("Failed to send JSON POST notification: error=503.", "answered with an error", False),
        ("wang@x.example", "not taken", False),
    ],
)
def test_a_cause_names_nobody(said, words, final):
    assert cause_of(said) == (words, final)


def test_nothing_of_a_submitter_reaches_the_log_or_the_reminders(scene):
    stream, standard = io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    scene.notifier.failing = {"wang": REFUSED, "sms": "13800000000 timed out"}
    try:
        with redirect_stdout(standard):
            told(scene, requested(phone="13800000000"), requested(email="not one"))
            for way in scene.ways_due():
                scene.serve_way(way)
            print(repr(SubmitterNotificationStore(scene.database, scene.vault).take("sms")), file=standard)
    finally:
        logging.getLogger().removeHandler(handler)
    said = stream.getvalue() + standard.getvalue()
    assert "submitter_notification_refused" in said
    assert [word for word in ("wang", "王先生", "13800000000", "ABCD", "not one") if word in said] == []
    assert scene.rows(staff_notifications) == []


def test_a_letter_that_cannot_be_read_does_not_repeat_what_it_says():
    body = json.loads(encode(Event("e-1", "/intake", "o-1", at("2026-11-23 09:30"), 1, requested(phone="13800000000"))))
    body["data"]["about"] = {"wang@x.example": 1}
    delivery = Delivery(1, "notify.letters", "e-1", "letter.requested.-", json.dumps(body).encode())
    with pytest.raises(Poison) as refused:
        read_request(delivery)
    assert (str(refused.value), refused.value.__context__) == ("not a letter that can be read", None)
