"""Units of work that several threads want stored at once, and a store to try them on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from services.contracts.errors import Conflict
from services.runtime.store.database import Database, Transaction
from tests.integration.relaying import until

tables = sa.MetaData()
notes = sa.Table("notes", tables, sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.Text, unique=True))
marks = sa.Table("marks", tables, sa.Column("note", sa.ForeignKey("notes.id"), primary_key=True))
Unit = Callable[[Transaction], Any]


def texts(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(sa.select(notes.c.text).order_by(notes.c.id)).scalars())


def adding(number: int, text: str | None = None) -> Unit:
    def unit(work: Transaction) -> int:
        work.add(notes, {"id": number, "text": text or f"note {number}"})
        return number

    return unit


class Threads:
    """Units of work given to `write` by a thread each, with what each got back."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._threads: list[threading.Thread] = []
        self.results: dict[int, Any] = {}

    def give(self, *units: Unit) -> None:
        for unit in units:
            number = len(self._threads)
            self._threads.append(threading.Thread(target=self._write, args=(number, unit)))
            self._threads[-1].start()

    def all(self) -> list[Any]:
        for thread in self._threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in self._threads)
        return [self.results[number] for number in range(len(self._threads))]

    def _write(self, number: int, unit: Unit) -> None:
        try:
            self.results[number] = self._database.write(unit)
        except BaseException as error:
            self.results[number] = error


@contextmanager
def gathering(database: Database, count: int) -> Iterator[Threads]:
    """Units given in the block run in one transaction, once there are so many: it is held open by the first of them."""
    threads, begun = Threads(database), threading.Event()

    def hold(_: Transaction) -> str:
        if not begun.is_set():
            begun.set()
            until(lambda: len(database._committer._waiting) >= count)
        return "held"

    threads.give(hold)
    assert begun.wait(10)
    yield threads
    threads.all()


def commits_of(database: Database) -> list[int]:
    seen = list[int]()
    for engine in {id(each): each for each in (database.engine, database._shared.engine)}.values():
        sa.event.listen(engine, "commit", lambda _: seen.append(1))
    return seen


def refused(work: Transaction) -> None:
    work.add(notes, {"id": 50, "text": "refused"})
    work.execute(notes.update().values(text=notes.c.text + "!"))
    raise Conflict("refused after it had changed something")
