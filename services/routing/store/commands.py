"""Which commands were answered, and how: the same command again gets the same answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from services.contracts.messages.commands import CommandAccepted, CommandRejected
from services.routing.store.tables import tables
from services.runtime.clock import new_id
from services.runtime.store.database import Instant, Transaction

Answer = CommandAccepted | CommandRejected
#: `key` is the command's id and its department's, `digest` what it asked for: a refused id may come again with something else.
commands = sa.Table(
    "commands",
    tables,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("accepted", sa.Boolean, nullable=False),
    sa.Column("message_id", sa.String(36)),
    sa.Column("answer", sa.LargeBinary),
    sa.Column("answered", Instant, nullable=False),
)
_KNOWN = sa.select(commands).where(commands.c.key.in_(sa.bindparam("keys", expanding=True)))


@dataclass(frozen=True, slots=True)
class AnsweredCommand:
    """How a command was answered. Of one from before answers were kept, only that it was carried out is known."""

    accepted: bool
    message_id: str | None
    answer: Answer | None


class CommandStore:
    """Answered commands within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def known(self, keys: Collection[str]) -> dict[str, dict[str, AnsweredCommand]]:
        """What was answered under each of these keys, by digest."""
        found: dict[str, dict[str, AnsweredCommand]] = defaultdict(dict)
        for row in self._work.execute(_KNOWN, {"keys": sorted(set(keys))}):
            shape: type[Answer] = CommandAccepted if row.accepted else CommandRejected
            answer = None if row.answer is None else msgspec.json.decode(row.answer, type=shape)
            found[row.key][row.digest] = AnsweredCommand(row.accepted, row.message_id, answer)
        return found

    def keep(self, key: str, digest: str, answer: Answer) -> AnsweredCommand:
        """Remember an answer. A copy of the command that is answered beside this one fails the commit, and is tried again."""
        accepted, message_id = isinstance(answer, CommandAccepted), new_id()
        self._work.add(commands, {
            "key": key, "digest": digest, "accepted": accepted, "message_id": message_id, "answer": msgspec.json.encode(answer),
            "answered": self._work.now,
        })  # fmt: skip
        return AnsweredCommand(accepted, message_id, answer)

    def publish_once(self, answer: Answer, correlation_id: str) -> None:
        """Tell the department without remembering it."""
        self.publish(AnsweredCommand(isinstance(answer, CommandAccepted), new_id(), answer), correlation_id)

    def publish(self, answered: AnsweredCommand, correlation_id: str) -> None:
        """Tell the department, under the same message id each time.

        Of a subject of its own: messages of one subject wait for one another, and departments must not.
        """
        if answered.answer is not None:
            self._work.publish(
                answered.answer, subject=answered.message_id or new_id(), sequence=0, message_id=answered.message_id,
                correlation_id=correlation_id or None,
            )  # fmt: skip
