"""Mail servers on loopback: one that takes mail, and one that never says a word."""

from __future__ import annotations

import asyncio
import email
import email.message
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from aiosmtpd.controller import Controller


class Mailbox:
    """Takes every mail, except those to `nobody@…`, and needs `pause` seconds to say so."""

    def __init__(self, pause: float = 0.0) -> None:
        self.mails: list[email.message.EmailMessage] = []
        self.port = 0
        self._pause = pause

    async def handle_RCPT(self, _server, _session, envelope, recipient, _options):
        if recipient.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(recipient)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        # It has the mail; a client that dies before the answer cannot know.
        await asyncio.sleep(self._pause)
        return "250 taken"

    def subjects(self) -> list[str]:
        """The subjects of what came, in order."""
        return [str(mail["subject"]) for mail in self.mails]


@contextmanager
def post_office(pause: float = 0.0) -> Iterator[Mailbox]:
    """A mail server on a free port."""
    mailbox = Mailbox(pause)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        mailbox.port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


@contextmanager
def silent_server() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(5)
        yield server.getsockname()[1]


def mailto(port: int, to: str = "duty@water.example") -> str:
    """The Apprise address of a mailbox behind a server on loopback; `{to}` stays as it is."""
    return f"mailto://127.0.0.1:{port}?from=huiying@congress.example&to={quote(to, safe='{}@')}"
