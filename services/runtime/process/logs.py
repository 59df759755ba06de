"""Structured logs: one JSON object a line, with nothing in it that a terminal would obey."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from typing import Any, TextIO, cast

import structlog

from services.contracts.words.text import escape_json, printable


class BestEffortStream:
    """A stream for logs that loses what it cannot write: on a full disk, a line that is not written must not stop the work."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write, if that is possible."""
        with contextlib.suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        """Flush, if that is possible."""
        with contextlib.suppress(OSError):
            self._stream.flush()


class _Printable(logging.Formatter):
    """Lines of other libraries; what they quote may come from anywhere."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with nothing in it that a terminal would obey."""
        return printable(super().format(record), lines=True)


def _one_json_line(entry: object, **options: Any) -> str:
    return escape_json(json.dumps(entry, **options))


def set_up_logs(level: str) -> None:
    """Structured logs, one JSON object a line on standard error, with whatever context is bound, such as the request's id."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Printable("%(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
    for chatty in ("amqp", "pika"):  # both tell every connection they open, and a probe opens one every few seconds
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(_one_json_line, ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, BestEffortStream(sys.stderr))),
        cache_logger_on_first_use=True,
    )
