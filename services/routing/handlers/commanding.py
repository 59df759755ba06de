"""Departments' commands over AMQP: each is carried out at most once, and answered every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import structlog

from services.contracts.commands import Resync
from services.contracts.errors import Poison, Refusal, status_of
from services.contracts.messages.commands import CommandAccepted, CommandRejected
from services.contracts.words.answers import ACCEPTED, FAILED, ID_USED, in_chinese, words_of
from services.routing.domain.assignment import Assignment
from services.routing.domain.commanding import Command, DepartmentCommand
from services.routing.handlers.people import move
from services.routing.handlers.resyncing import resync

if TYPE_CHECKING:
    from services.routing.store.cases import RoutingStore
    from services.routing.store.commands import AnsweredCommand

log = structlog.get_logger()


class CommandRefused(Exception):
    """A command that is refused with a code of its own. `errors` maps a field to its reasons."""

    def __init__(self, code: str, errors: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(code)
        self.code, self.errors = code, errors or {}


#: The body of a command as its verb takes it; raises `CommandRefused` and `Refusal`.
Parse = Callable[[Command], DepartmentCommand | Resync]


def answer_commands(store: RoutingStore, parse: Parse, commands: Sequence[Command]) -> int:
    """Carry out what is new and answer each command; the same one again gets the same answer. Returns how many were known.

    Raises `Poison` for a department that never was one: nobody could be told.
    """
    for department in {command.department for command in commands} - store.catalogue.departments.keys():
        if not store.has_had(department):
            raise Poison(f"unknown department {department!r}")
    named = {command.assignment for command in commands if command.assignment is not None}
    store.load_of(named)
    store.load_promises(*filter(None, map(store.case_of, named)))
    known = store.commands.known([command.key for command in commands])
    repeated = 0
    for command in commands:
        before = known[command.key]
        if command.digest in before:
            repeated += 1
        else:
            answer = _carry_out(store, parse, command, before)
            before[command.digest] = store.commands.keep(command.key, command.digest, answer)
        store.commands.publish(before[command.digest], command.id)
    return repeated


def give_up(store: RoutingStore, command: Command) -> None:
    """Tell the department that its command has failed repeatedly. Not stored: the same command may be sent again."""
    store.commands.publish_once(_rejected(store, command, FAILED, words_of(FAILED).en, {}), command.id)


def _carry_out(
    store: RoutingStore, parse: Parse, command: Command, before: Mapping[str, AnsweredCommand]
) -> CommandAccepted | CommandRejected:
    try:
        if command.fault is not None:
            raise CommandRefused(command.fault, command.errors)
        if any(each.accepted for each in before.values()):
            raise CommandRefused(ID_USED)
        body = parse(command)
        if isinstance(body, Resync):
            resync(store, command.department)
            said = words_of(ACCEPTED)
            return CommandAccepted(command.id, command.verb, command.department, said.en, said.zh)
        moved = move(store, command.verb, command.assignment or "", command.department, body)
    except CommandRefused as error:
        return _rejected(store, command, error.code, words_of(error.code).en, error.errors)
    except Refusal as error:
        return _rejected(store, command, status_of(error).slug, error.detail, error.errors)
    allowed = moved.verbs_now(store.catalogue, store.promises_of(moved))
    words = words_of(ACCEPTED).en, in_chinese(ACCEPTED, moved.state, allowed, {})
    return CommandAccepted(command.id, command.verb, command.department, *words, ACCEPTED, moved.id, moved.state, allowed)


def _rejected(
    store: RoutingStore, command: Command, code: str, detail: str, errors: Mapping[str, Sequence[str]]
) -> CommandRejected:
    log.info("command_rejected", department=command.department, verb=command.verb, command=command.id, code=code, reason=detail)
    own = _own(store, command)
    state, allowed = (None, ()) if own is None else (own.state, own.verbs_now(store.catalogue, store.promises_of(own)))
    return CommandRejected(
        command.id, command.verb, command.department, detail, {name: tuple(reasons) for name, reasons in errors.items()}, code,
        command.assignment, state, allowed, in_chinese(code, state, allowed, errors),
    )  # fmt: skip


def _own(store: RoutingStore, command: Command) -> Assignment | None:
    """The assignment that a command names, where it is its department's: of others it is told nothing."""
    case = None if command.assignment is None else store.case_of(command.assignment)
    found = None if case is None else case.assignment(command.assignment or "")
    return found if found is not None and found.department == command.department else None
