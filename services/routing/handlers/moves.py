"""What a department can do with its assignment: one function for each verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from services.contracts.catalogue.model import Catalogue
from services.contracts.commands import Extend, Object, Pause, Progress, Reply, Resume, Sign
from services.contracts.lifecycle import CoState, Move, State, advance
from services.contracts.messages.assignments import (
    AssignmentAsked,
    AssignmentObjected,
    AssignmentPaused,
    AssignmentProgressed,
    AssignmentReplied,
    AssignmentSigned,
)
from services.contracts.messages.values import Message, Promise, ReplyItem
from services.routing import domain
from services.routing.handlers.assigning import Row
from services.routing.handlers.closing import resume, waited
from services.routing.handlers.joining import quoted, release, unneeded
from services.routing.handlers.promises import keep, named, promise

if TYPE_CHECKING:
    from services.routing.store import RoutingStore

S = TypeVar("S", State, CoState)


def sign(store: RoutingStore, catalogue: Catalogue, row: Row, _: Sign) -> State:
    """签收: the department has it."""
    return note_signature(store, row, advance(State(row["state"]), Move.SIGN))


def note_signature(store: RoutingStore, row: Row, state: S) -> S:
    """Whatever its role: the assignment is signed for, and is in `state` now."""
    signed = row["signed"] or store.now
    on_time = signed <= row["sign_by"]
    store.change(row["id"], state=state, signed=signed)
    store.publish_case(row["opinion"], AssignmentSigned(row["id"], row["department"], row["sign_by"], on_time, row["role"]))
    return state


def object_(store: RoutingStore, catalogue: Catalogue, row: Row, command: Object) -> State:
    """退办申请: not ours but theirs; a supervisor will rule."""
    return note_objection(store, catalogue, row, command, advance(State(row["state"]), Move.OBJECT))


def note_objection(store: RoutingStore, catalogue: Catalogue, row: Row, command: Object, state: S) -> S:
    """Whatever its role: the department objects while it may, and the assignment is in `state` now."""
    domain.check_objection(command, catalogue, row["department"], row["object_by"], store.now)
    store.change(row["id"], state=state, proposed=command.department, objection=command.reason)
    objected = AssignmentObjected(row["id"], row["department"], command.reason, command.department, row["role"])
    store.publish_case(row["opinion"], objected)
    return state


def extend(store: RoutingStore, catalogue: Catalogue, row: Row, command: Extend) -> State:
    """延期: asks for more time; a supervisor will rule, and until then the deadline stands."""
    state = advance(State(row["state"]), Move.EXTEND)
    difficulty = domain.terms(catalogue, row)
    domain.check_extension(command, catalogue, difficulty, row, store.now)
    store.change(row["id"], asked_until=command.until, asked_reason=command.reason)
    store.publish_case(row["opinion"], AssignmentAsked(row["id"], row["department"], command.until, command.reason))
    return state


def pause(store: RoutingStore, catalogue: Catalogue, row: Row, command: Pause) -> State:
    """挂起: waits for the submitter, once a round and at most as long as a case may be extended. Who pauses has signed with it."""
    state = advance(State(row["state"]), Move.PAUSE)
    until = domain.pause_until(command, catalogue, domain.terms(catalogue, row), row["pauses"], store.now)
    paused = AssignmentPaused(row["id"], row["department"], command.reason, until)
    store.publish_case(row["opinion"], *signature(store, row), paused)
    store.change(
        row["id"], state=state, signed=row["signed"] or store.now, paused=store.now, paused_until=until, pauses=row["pauses"] + 1
    )
    return state


def progress(store: RoutingStore, catalogue: Catalogue, row: Row, command: Progress) -> State:
    """办理进展: an interim note, or how the submitter was contacted; it is always the first contact that is measured."""
    state = advance(State(row["state"]), Move.PROGRESS)
    on_time = None
    if command.contact is not None:
        contacted, deadline = row["contacted"] or store.now, row["contact_by"]
        if state is State.PAUSED:
            difficulty = domain.terms(catalogue, row)
            deadline = domain.resumed_deadlines(catalogue, difficulty, row, store.now).get("contact", deadline)
        on_time = contacted <= deadline
        store.change(row["id"], contacted=contacted, contact_by=deadline)
    progressed = AssignmentProgressed(
        row["id"], row["department"], command.content, row["role"], contact=command.contact, on_time=on_time
    )
    store.publish_case(row["opinion"], progressed)
    return state


def resume_early(store: RoutingStore, catalogue: Catalogue, row: Row, _: Resume) -> State:
    """The department goes on without waiting any longer."""
    return resume(store, catalogue, row, None)


def reply(store: RoutingStore, catalogue: Catalogue, row: Row, command: Reply) -> State:
    """答复: the final answer."""
    return send(store, catalogue, row, command, advance(State(row["state"]), Move.REPLY))


def send(store: RoutingStore, catalogue: Catalogue, row: Row, command: Reply, state: State) -> State:
    """Let a reply go out. A department that replies without having signed has signed with it."""
    outcome, others = domain.check_outcome(command), store.others_of(row["opinion"])
    domain.check_reply(command, catalogue, store.now)
    difficulty = domain.terms(catalogue, row)
    deadline, pauses = row["reply_by"], row["waited"]
    if row["state"] == State.PAUSED:
        deadline, pauses = domain.resumed_deadlines(catalogue, difficulty, row, store.now)["reply"], waited(row, store.now)
    window = domain.evaluation_window(catalogue, difficulty, store.now)
    on_time = store.now <= deadline
    answer = _with_names(command, catalogue, row["department"])
    replied = AssignmentReplied(
        row["id"], row["department"], answer.content, outcome, deadline, on_time, window, answer.promise, answer.items,
        quoted(others, row["round"]),
    )  # fmt: skip
    promised = promise(store, catalogue, row, domain.promises_of(answer))
    released = release(store, unneeded(others), "answered")
    store.publish_case(row["opinion"], *signature(store, row), replied, *promised, *released)
    store.change(
        row["id"], state=state, signed=row["signed"] or store.now, replied=store.now, reply=answer.content,
        outcome=outcome, on_time=on_time, promise=_kept(answer.promise),
        items=[_kept(item) for item in answer.items] or None, evaluate_by=window, reply_by=deadline, asked_until=None,
        paused=None, paused_until=None, waited=pauses,
    )  # fmt: skip
    return state


def _with_names(command: Reply, catalogue: Catalogue, department: str) -> Reply:
    """The reply with whoever is to keep each of its promises."""

    def of(found: Promise | None) -> Promise | None:
        return None if found is None else named(found, catalogue, department)

    items = tuple(msgspec.structs.replace(item, promise=of(item.promise)) for item in command.items)
    return msgspec.structs.replace(command, promise=of(command.promise), items=items)


def _kept(value: Promise | ReplyItem | None) -> Any:
    """A value of a message as JSON keeps it."""
    return None if value is None else msgspec.to_builtins(value)


def signature(store: RoutingStore, row: Row) -> list[Message]:
    """What is said of a department that does something without having signed: it has signed with it."""
    if row["signed"] is not None:
        return []
    return [AssignmentSigned(row["id"], row["department"], row["sign_by"], store.now <= row["sign_by"], row["role"])]


MOVES: Mapping[str, Callable[[RoutingStore, Catalogue, Row, Any], State]] = {
    "sign": sign, "object": object_, "extend": extend, "pause": pause, "resume": resume_early,
    "progress": progress, "reply": reply, "keep": keep,
}  # fmt: skip
