"""Letters through Apprise to a real mail server on loopback."""

from __future__ import annotations

import io
import logging
import socket

import pytest

from services.contracts.messages.supervision import LetterRequested
from services.contracts.people.callers import Caller, Role
from services.notify.app.routes import routes
from services.notify.domain.letters.recipients import Undelivered, address
from services.notify.gateway import AppriseNotifier, NotifierPool
from services.notify.store.tables import staff_notifications, submitter_notifications
from services.runtime.telemetry import Telemetry
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app
from tests.integration.notify.mailing import mailto, post_office, silent_server
from tests.unit.notify.scenes import scene_on, small_place

# Apprise's mail plugin imports a module that Python 3.11 and 3.12 call deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def office():
    with post_office() as mailbox:
        yield mailbox


@pytest.fixture
def silent_port():
    with silent_server() as port:
        yield port


def test_a_reminder_reaches_the_mailbox_of_the_department(office, sqlite_database, clock):
    url = mailto(office.port)
    scene = scene_on(sqlite_database, clock, catalogue=small_place(channels={"water": (url,)}), notifier=AppriseNotifier(3.0))
    scene.consume(scene.created(reply="2026-12-14 23:59:59"))
    scene.climb("2026-12-03 08:30")
    assert scene.visit(address(url).key) == 1
    (mail,) = office.mails
    assert mail["subject"] == "【级half】河道淤积1"
    assert "duty@water.example" in mail["to"]
    text = mail.get_content()
    assert "water局：" in text
    assert 'the assignment "河道淤积1" (number a-1) asks you to reply by 2026-12-14 23:59.' in text
    assert [row["state"] for row in scene.rows(staff_notifications)] == ["sent"]


def test_a_wrong_address_is_told_apart_from_a_sent_letter(office):
    with pytest.raises(Undelivered, match=r"nobody@water\.example"):
        AppriseNotifier(3.0).send(mailto(office.port, "nobody@water.example"), "t", "b")
    assert office.mails == []


def test_a_server_that_hangs_is_given_up_on_after_the_timeout(silent_port):
    with pytest.raises(Undelivered, match="timed out"):
        AppriseNotifier(0.3).send(mailto(silent_port), "t", "b")


def test_a_server_that_is_not_there_says_so():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(Undelivered, match=r"[Cc]onnection"):
        AppriseNotifier(1.0).send(mailto(port), "t", "b")


def test_nothing_of_a_letter_reaches_the_log(office):
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    try:
        notifier = AppriseNotifier(3.0)
        notifier.send(mailto(office.port), "秘密标题", "秘密内容")
        with pytest.raises(Undelivered):
            notifier.send(mailto(office.port, "nobody@water.example"), "秘密标题", "秘密内容")
    finally:
        logging.getLogger().removeHandler(handler)
    assert len(office.mails) == 1
    assert "秘密" not in log.getvalue()
    assert "water.example" not in log.getvalue()


class FakeAuthenticator(TokenAuthenticator):
    """Takes everybody for a supervisor."""

    def __init__(self):
        pass

    def caller(self, _):
        return Caller(Role.SUPERVISOR)


def asked(scene, path):
    client = create_app("notify", scene.service, routes, FakeAuthenticator(), Telemetry()).test_client()
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200
    return answer.get_json()["items"]


def bring(scene):
    """What the worker does once a second, until everybody whom it sent is back."""
    rounds = NotifierPool(scene.visit)
    for thread in rounds.begin(scene.channels()):
        thread.join(10)


def test_channels_that_hang_refuse_or_were_turned_off_are_told_apart_and_harm_no_other(office, silent_port, sqlite_database, clock):
    hanging, wrong = mailto(silent_port), mailto(office.port, "nobody@water.example")
    good, gone = mailto(office.port), mailto(office.port, "former@water.example")
    before = scene_on(sqlite_database, clock, catalogue=small_place(channels={"water": (hanging, wrong, good, gone)}))
    before.consume(before.created(reply="2026-12-14 23:59:59"))
    before.climb("2026-12-03 08:30")
    place = small_place(channels={"water": (hanging, wrong, good)})
    scene = scene_on(lambda *_: before.database, clock, catalogue=place, notifier=AppriseNotifier(0.5))
    bring(scene)
    assert office.subjects() == ["【级half】河道淤积1"]
    (reminder,) = asked(scene, "/reminders")
    told = {letter["channel"]: (letter["state"], letter["attempts"], letter["reason"] or "") for letter in reminder["letters"]}
    state, attempts, reason = told[address(hanging).key]
    assert (state, attempts, "timed out" in reason) == ("pending", 1, True)
    state, attempts, reason = told[address(wrong).key]
    assert (state, attempts, "550" in reason) == ("pending", 1, True)
    assert told[address(good).key] == ("sent", 1, "")
    assert told[address(gone).key] == ("failed", 1, "the channel is no longer in the catalogue")
    assert {letter["next_at"] is not None for letter in reminder["letters"] if letter["state"] == "pending"} == {True}


def test_turning_every_channel_off_ends_what_waits_and_the_ladder_goes_on(office, sqlite_database, clock):
    before = scene_on(sqlite_database, clock, catalogue=small_place(channels={"water": (mailto(office.port),)}))
    before.consume(before.created(reply="2026-12-14 23:59:59"))
    before.climb("2026-12-03 08:30")
    scene = scene_on(lambda *_: before.database, clock, catalogue=small_place(), notifier=AppriseNotifier(1.0))
    bring(scene)
    scene.climb("2026-12-15 09:00")
    assert office.mails == []
    told = {reminder["rung"]: reminder for reminder in asked(scene, "/reminders") if reminder["state"] == "sent"}
    assert {rung: [letter["state"] for letter in each["letters"]] for rung, each in told.items()} == {"half": ["failed"], "red": []}


def test_a_submitter_gets_a_mail_and_a_wrong_address_is_given_up(office, sqlite_database, clock):
    ways = {"email": mailto(office.port, "{to}")}
    scene = scene_on(sqlite_database, clock, ways=ways, notifier=AppriseNotifier(2.0))
    for number, to in enumerate(("wang+1@x.example", "nobody@x.example")):
        message = LetterRequested("received", "ABCD-1234", "河道淤积", {"department": "县水利局"}, "王先生", to, None)
        scene.hear_letters(scene.event(message, 1, f"o-{number}"))
    assert scene.serve_way("email") == 1
    (mail,) = office.mails
    assert (mail["to"], mail["subject"]) == ("wang+1@x.example", "【回应】已收到 · We have received your opinion")
    assert "回执号：ABCD-1234" in mail.get_content()
    assert {(item["opinion"], item["state"], item["reason"]) for item in asked(scene, "/letters")} == {
        ("o-0", "sent", None), ("o-1", "failed", "the mail server refused the address for good"),
    }  # fmt: skip
    assert {row["contact"] for row in scene.rows(submitter_notifications)} == {None}


def test_a_mail_server_for_submitters_that_hangs_lets_them_wait(silent_port, sqlite_database, clock):
    scene = scene_on(sqlite_database, clock, ways={"email": mailto(silent_port, "{to}")}, notifier=AppriseNotifier(0.3))
    scene.hear_letters(scene.event(LetterRequested("received", "ABCD", "河道淤积", {}, None, "wang@x.example", None), 1))
    assert scene.serve_way("email") == 0
    (item,) = asked(scene, "/letters")
    assert (item["state"], item["attempts"], item["reason"]) == ("pending", 1, "timed out")
