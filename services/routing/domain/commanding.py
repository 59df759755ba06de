"""A department's command: reading it, recognizing copies, and which commands are possible. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.contracts.commands import VERBS, Extend, Keep, Object, Pause, Progress, Reply, Resume, Sign
from services.contracts.errors import Conflict
from services.contracts.lifecycle import Move
from services.contracts.messages.assignments import AssignmentCreated
from services.contracts.messages.supervision import PromiseMade
from services.contracts.messages.values import Message, Role
from services.contracts.words.keys import REPEATED, repeated_key
from services.routing.domain.roles import LEAD, moves_of

#: What a department can do with one of its assignments.
DepartmentCommand = Sign | Object | Extend | Pause | Resume | Progress | Reply | Keep
LONGEST_ID, LONGEST_SHOWN = 64, 255
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Command:
    """What a department sent. `department` and `verb` come from the routing key, which the broker has checked.

    `key` tells it from other commands of any department, `digest` from others under the same id; `fault` is the code of what
    keeps it from being read, with `errors` by field where it has any. `id` is what its sender calls it, empty where it has no id
    that could be told back.
    """

    id: str
    department: str
    verb: str
    sender: str | None
    data: Any
    key: str
    digest: str
    fault: str | None = None
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def assignment(self) -> str | None:
        """The assignment that it names, if it names one that could be there."""
        named = self.data.get("assignment") if isinstance(self.data, dict) else None
        return named if isinstance(named, str) and len(named) <= LONGEST_ID and "\0" not in named else None


def command_of(routing_key: str, message_id: str, sender: str | None, body: bytes) -> Command:
    """The command in a message; one that cannot be read says with `fault` what is wrong with it."""
    department, _, verb = routing_key.partition(".")
    envelope, fault = _read(body)
    errors: Mapping[str, Sequence[str]] = {}
    if fault is None and (twice := repeated_key(body.removeprefix(BYTE_ORDER_MARK), envelope)) is not None:
        fault, errors = "invalid", {twice: (REPEATED,)}
    named = message_id or envelope.get("id")
    usable = isinstance(named, str) and 0 < len(named) <= LONGEST_ID and named.isprintable()
    if fault is None and not usable:
        fault = "bad-id" if named else "no-id"
    data = envelope.get("data")
    digest = _digest(verb, data, body, fault)
    # Without an id the content is all there is to know a copy by.
    key = f"{department}/{named}" if usable else f"{department}//{digest}"
    shown = named if isinstance(named, str) and named.isprintable() and len(named.encode()) <= LONGEST_SHOWN else ""
    return Command(shown, department, verb, sender, data, hashlib.sha256(key.encode()).hexdigest(), digest, fault, errors)


def _read(body: bytes) -> tuple[Mapping[str, Any], str | None]:
    try:
        body.decode()
    except UnicodeDecodeError:
        return {}, "not-utf8"
    try:
        parsed = orjson.loads(body.removeprefix(BYTE_ORDER_MARK))
    except orjson.JSONDecodeError:
        return {}, "not-json"
    return (parsed, None) if isinstance(parsed, dict) else ({}, "not-object")


def _digest(verb: str, data: Any, body: bytes, fault: str | None) -> str:
    """Of what is asked for, not of how it is written: the envelope's time and the order of fields may differ in a copy."""
    try:
        content = body if fault is not None else orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        content = body
    return hashlib.sha256(f"{verb} ".encode() + content).hexdigest()


def verbs_of(role: Role, state: str, *, drafts: bool) -> tuple[str, ...]:
    """The verbs that the department of an assignment may send now; where it `drafts`, a reply is a draft for its head."""
    moves = moves_of(role, state)
    reply = Move.DRAFT if drafts and role == LEAD else Move.REPLY
    return tuple(verb for verb in VERBS if (reply if verb == Move.REPLY else Move(verb)) in moves)


def impossible(verb: str, role: Role, state: str, allowed: Collection[str]) -> Conflict:
    """What is said of a verb that the state does not have, with the verbs that are possible."""
    what = "the opinion" if role == LEAD else "the assignment"
    now = ", ".join(allowed) or ("nothing" if moves_of(role, state) else "none, the case is closed")
    return Conflict(f"'{verb}' is not possible while {what} is '{state}'. Allowed now: {now}.")


def message_id_of(message: Message) -> str | None:
    """The id of a message that may be sent to a department again: the same each time. None for all others."""
    match message:
        case AssignmentCreated():
            return message.assignment
        case PromiseMade():
            return message.promise
    return None
