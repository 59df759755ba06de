"""The outside world: e-mail, chat and text messages through Apprise. The only module that knows it."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

import apprise
import structlog

from services.notify.domain.letters.recipients import Undelivered

LONGEST_REASON = 300
MOST_AT_ONCE = 16
log = structlog.get_logger()
_LOGGER = logging.getLogger("apprise")
#: How the HTTP library names what it asked for, which is where chat services want their tokens.
_ASKED = re.compile(r"(with url: )\S+")


class AppriseNotifier:
    """Sends through whatever service an Apprise address names, waiting at most `timeout` seconds for each answer."""

    def __init__(self, timeout: float, secrets: Iterable[str] = ()) -> None:
        self._timeout = timeout
        self._secrets = sorted({form for secret in secrets for form in (secret, quote(secret, safe=""))}, key=len, reverse=True)
        self._asset = apprise.AppriseAsset(app_id="Huiying", app_desc="Huiying 回应")
        # Its lines name addresses of people; what they say of a failure is kept with the notification instead.
        _LOGGER.propagate = False
        _LOGGER.setLevel(logging.DEBUG)

    def send(self, url: str, title: str, body: str) -> None:
        """Returns when the channel took it; raises `Undelivered` with what it said."""
        plugin = apprise.Apprise.instantiate(url, asset=self._asset, suppress_exceptions=True)
        if plugin is None:
            raise Undelivered("the address cannot be read")
        plugin.socket_connect_timeout = min(plugin.socket_connect_timeout, self._timeout)
        plugin.socket_read_timeout = min(plugin.socket_read_timeout, self._timeout)
        with _overhearing() as overheard:
            taken = plugin.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
        if not taken:
            raise Undelivered(self._without_secrets("; ".join(overheard.said))[:LONGEST_REASON] or "it did not say why")

    def _without_secrets(self, said: str) -> str:
        said = _ASKED.sub(r"\1***", said)
        for secret in self._secrets:
            said = said.replace(secret, "***")
        return said


class _Overheard(logging.Handler):
    """What Apprise says on one thread while it sends: it tells the reason of a failure nowhere else."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._thread = threading.get_ident()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep warnings, and the exceptions that it only tells in passing."""
        if record.thread == self._thread and (record.levelno >= logging.WARNING or "Exception" in str(record.msg)):
            self.said.append(record.getMessage())


@contextmanager
def _overhearing() -> Iterator[_Overheard]:
    handler = _Overheard()
    _LOGGER.addHandler(handler)
    try:
        yield handler
    finally:
        _LOGGER.removeHandler(handler)


class NotifierPool:
    """Visits channels, each on a thread of its own, so that one that hangs keeps nobody else waiting."""

    def __init__(self, visit: Callable[[str], object], most: int = MOST_AT_ONCE) -> None:
        self._visit, self._most = visit, most
        self._under_way: set[str] = set()
        self._lock = threading.Lock()

    def begin(self, channels: Iterable[str]) -> list[threading.Thread]:
        """Start a visit of each channel that is not being visited, as long as there are threads; returns those started."""
        started = []
        for channel in channels:
            with self._lock:
                if channel in self._under_way or len(self._under_way) >= self._most:
                    continue
                self._under_way.add(channel)
            # A daemon, because a channel that hangs must not keep the process from ending; its notification becomes uncertain.
            thread = threading.Thread(target=self._go, args=(channel,), name=f"letters-{channel}", daemon=True)
            thread.start()
            started.append(thread)
        return started

    def _go(self, channel: str) -> None:
        try:
            self._visit(channel)
        except Exception:
            log.exception("channel_failed", channel=channel)
        finally:
            with self._lock:
                self._under_way.discard(channel)
