"""The answers to departments' commands. Every command ends in exactly one of them, in its department's queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from services.contracts.messages.values import Message


class CommandAccepted(Message, frozen=True):
    """A department's command was carried out. `command` is its id and the AMQP `correlation_id`, `allowed` what is possible now.

    It goes to the department only: what the command did is published as an event of its own.
    """

    TYPE: ClassVar[str] = "command.accepted"
    ADDRESSED: ClassVar[bool] = True
    PUBLISHED: ClassVar[bool] = False
    command: str
    verb: str
    department: str
    detail: str
    detail_zh: str
    code: str = "accepted"
    assignment: str | None = None
    state: str | None = None
    allowed: tuple[str, ...] = ()


class CommandRejected(Message, frozen=True):
    """A department's command was refused and had no effect, so its id may be used again. `command` is its id and the AMQP
    `correlation_id`, `code` says why for programs, `detail` and `detail_zh` for people, `errors` by field; `state` and `allowed`
    tell where the assignment stands and which verbs are possible now, where it is this department's.
    """

    TYPE: ClassVar[str] = "command.rejected"
    ADDRESSED: ClassVar[bool] = True
    command: str
    verb: str
    department: str
    detail: str
    errors: Mapping[str, tuple[str, ...]]
    code: str = "invalid"
    assignment: str | None = None
    state: str | None = None
    allowed: tuple[str, ...] = ()
    detail_zh: str = ""
