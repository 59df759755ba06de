"""Letters through Apprise to a real mail server on loopback."""

from __future__ import annotations

import email
import email.policy
import io
import logging
import socket
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller

from services.notify.domain import Undelivered
from services.notify.domain.letters import address
from services.notify.gateway import AppriseCourier
from services.notify.store.tables import letters
from tests.unit.notify.scenes import scene_on, small_place

# Apprise's mail plugin imports a module that Python 3.11 and 3.12 call deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


class Mailbox:
    """Takes every mail, except those to `nobody@…`."""

    def __init__(self) -> None:
        self.mails: list[email.message.EmailMessage] = []

    async def handle_RCPT(self, _server, _session, envelope, recipient, _options):
        if recipient.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(recipient)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"


@pytest.fixture
def post_office():
    mailbox = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield SimpleNamespace(mails=mailbox.mails, port=port)
    finally:
        controller.stop()


@pytest.fixture
def silent_port():
    """A port that takes connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(5)
        yield server.getsockname()[1]


def mailto(port: int, to: str = "duty@water.example") -> str:
    return f"mailto://127.0.0.1:{port}?from=huiying@congress.example&to={to}"


def test_a_reminder_reaches_the_mailbox_of_the_department(post_office, sqlite_database, clock):
    url = mailto(post_office.port)
    scene = scene_on(sqlite_database, clock, catalogue=small_place(channels={"water": (url,)}), courier=AppriseCourier(3.0))
    scene.hear(scene.created(reply="2026-12-14 23:59:59"))
    scene.climb("2026-12-03 08:30")
    assert scene.visit(address(url).key) == 1
    (mail,) = post_office.mails
    assert mail["subject"] == "【级half】河道淤积1"
    assert "duty@water.example" in mail["to"]
    text = mail.get_content()
    assert "water局：" in text
    assert 'the assignment "河道淤积1" (number a-1) asks you to reply by 2026-12-14 23:59.' in text
    assert [row["state"] for row in scene.rows(letters)] == ["sent"]


def test_a_wrong_address_is_told_apart_from_a_sent_letter(post_office):
    with pytest.raises(Undelivered, match=r"nobody@water\.example"):
        AppriseCourier(3.0).send(mailto(post_office.port, "nobody@water.example"), "t", "b")
    assert post_office.mails == []


def test_a_server_that_hangs_is_given_up_on_after_the_timeout(silent_port):
    with pytest.raises(Undelivered, match="timed out"):
        AppriseCourier(0.3).send(mailto(silent_port), "t", "b")


def test_a_server_that_is_not_there_says_so():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(Undelivered, match=r"[Cc]onnection"):
        AppriseCourier(1.0).send(mailto(port), "t", "b")


def test_nothing_of_a_letter_reaches_the_log(post_office):
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    try:
        courier = AppriseCourier(3.0)
        courier.send(mailto(post_office.port), "秘密标题", "秘密内容")
        with pytest.raises(Undelivered):
            courier.send(mailto(post_office.port, "nobody@water.example"), "秘密标题", "秘密内容")
    finally:
        logging.getLogger().removeHandler(handler)
    assert len(post_office.mails) == 1
    assert "秘密" not in log.getvalue()
    assert "water.example" not in log.getvalue()
