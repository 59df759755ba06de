"""Measures one scan for due deadlines on a store with many open ones: rows read and time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa

from services.contracts.catalogue.model import Catalogue
from services.notify import __main__ as notify
from services.notify.domain.ladder import Ladder
from services.notify.domain.letters.recipients import Recipients
from services.notify.handlers.climbing import Climber, climb
from services.notify.store.deadlines import DeadlineStore
from services.notify.store.reminders import ReminderStore
from services.notify.store.supervision.supervisions import SupervisionStore
from services.notify.store.tables import deadlines, reminders
from services.notify.store.timeline import next_due
from services.runtime.clock import ZONE, FixedClock
from services.runtime.store.database import Database, Transaction
from services.runtime.store.migrate import STORE, migrate
from services.runtime.store.outgoing.outbox import outbox_table

FEW, MANY, DUE = 10_000, 1_000_000, 1_000
FINDS, CLIMBS = 40, 8
#: A Monday morning in working hours, half way through the deadlines that are due.
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=ZONE)
MICROSECONDS = 1_000_000
#: A statement, with its parameters as the driver takes them.
Statement = tuple[str, Any]
#: Every `every`-th deadline is due, so that they are spread over the table; each case was signed before.
FILL = (
    ("INSERT INTO deadlines (assignment, kind, version, opinion, department, title, difficulty, start, due, provisional, "
    "sequence, state, next_rung, next_at) "
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :open) "
    "SELECT 'a-' || (10000000 + i), 'reply', 1, 'o-' || (10000000 + i), "
    "'department-' || (i % 24), 'title', 'ordinary', :start, :due, false, 1, 'open', 'half-time', "
    "CASE WHEN i % :every = 0 THEN :now - i ELSE :later + i END FROM n"),
    ("INSERT INTO endings (assignment, kind, sequence, ended) "
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :open) "
    "SELECT 'a-' || (10000000 + i), 'sign', 2, :start FROM n"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """The measurements on one store. `read` counts rows on PostgreSQL and engine steps on SQLite.

    `find` and `climb` are milliseconds, the quickest of several: finding what is due, and firing all of it.
    """

    open: int
    due: int
    read: int
    find: float
    climb: float

    def beside(self, few: Look) -> dict[str, float]:
        """The figures as multiples of those with `few` open."""
        return {name: round(getattr(self, name) / getattr(few, name), 2) for name in ("read", "find", "climb")}


class FilledStore:
    """A store with `open_` open deadlines, `due` of them due now."""

    def __init__(self, make: Callable[[FixedClock], Database], catalogue: Catalogue, open_: int, due: int) -> None:
        self.open, self.due = open_, due
        self.database = make(FixedClock(NOW))
        self._ladder = Ladder.of(catalogue)
        self._recipients = Recipients(catalogue, {})
        migrate(self.database, STORE, "runtime")
        migrate(self.database, notify.ASSEMBLY.migrations, "notify")
        self._fill()
        self._due = [f"a-{10_000_000 + number}" for number in range(open_ // due, open_ + 1, open_ // due)]

    def find(self) -> float:
        """Milliseconds to find all that is due; rolled back."""
        with self._trying() as work:
            started = time.perf_counter()
            found = len(DeadlineStore(work).due(NOW, self.due))
            passed = time.perf_counter() - started
        if found != self.due:
            raise AssertionError(f"{found} of {self.due} were found")
        return 1000 * passed

    def climb(self) -> float:
        """Milliseconds to fire all that is due in the worker's portions; restores the store afterwards."""
        started, fired = time.perf_counter(), 0
        while self._next_due() <= NOW:
            with self.database.transaction() as work:
                climber = Climber(
                    DeadlineStore(work),
                    SupervisionStore(work),
                    partial(ReminderStore, work),
                    self._ladder,
                    self._recipients,
                    work.now,
                )  # fmt: skip
                found = climber.deadlines.due(work.now, notify.RUNGS_A_COMMIT)
                climb(climber, found)
                fired += len(found)
        passed = time.perf_counter() - started
        if fired != self.due:
            raise AssertionError(f"{fired} of {self.due} were fired")
        self._wind_back()
        return 1000 * passed

    def read(self) -> int:
        """What finding all that is due reads."""
        with self._trying() as work:
            return reads(work, lambda: DeadlineStore(work).due(NOW, self.due))

    @contextmanager
    def _trying(self) -> Iterator[Transaction]:
        with self.database.engine.connect() as connection:
            yield Transaction(connection, "notify", NOW)
            connection.rollback()

    def _next_due(self) -> datetime:
        with self.database.reading() as connection:
            return next_due(connection) or NOW + timedelta(days=1)

    def _fill(self) -> None:
        now = int(NOW.timestamp() * MICROSECONDS)
        day = 86_400 * MICROSECONDS
        facts = {"now": now, "later": now + day, "start": now - 10 * day, "due": now + 14 * day}
        with self.database.engine.begin() as connection:
            if not self.database.is_sqlite:
                connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
            for statement in FILL:
                wanted = {name: value for name, value in facts.items() if f":{name}" in statement}
                if ":every" in statement:
                    wanted["every"] = self.open // self.due
                connection.execute(sa.text(statement), wanted | {"open": self.open})
        self._tidy_up()

    def _tidy_up(self) -> None:
        """What a database does itself in time: move the log into a file, vacuum and count on a server."""
        if self.database.is_sqlite:
            with closing(self.database.engine.raw_connection()) as connection:
                raw: Any = connection.driver_connection
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            with self.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.text("VACUUM ANALYZE"))

    def _wind_back(self) -> None:
        one = deadlines.update().where(deadlines.c.assignment == sa.bindparam("_assignment"), deadlines.c.kind == "reply")
        with self.database.transaction() as work:
            work.execute(one.values(next_at=NOW, next_rung="half-time"), [{"_assignment": each} for each in self._due])
            for table in (reminders, outbox_table):
                work.execute(table.delete())


def measure(make: Callable[[FixedClock], Database], catalogue: Catalogue, sizes: Sequence[int], due: int = DUE) -> list[Look]:
    """Measure stores of these sizes in turn, so that a busy moment of the machine affects all alike."""
    places = [FilledStore(make, catalogue, size, due) for size in sizes]
    times: dict[int, dict[str, list[float]]] = {place.open: {"find": [], "climb": []} for place in places}
    try:
        read = {place.open: place.read() for place in places}
        for what, often in (("find", FINDS), ("climb", CLIMBS)):
            for _ in range(often):
                for place in places:
                    times[place.open][what].append(getattr(place, what)())
    finally:
        for place in places:
            place.database.close()
    return [Look(size, due, read[size], min(times[size]["find"]), min(times[size]["climb"])) for size in sizes]


def reads(work: Transaction, act: Callable[[], object]) -> int:
    """What the statements of `act` read: rows on PostgreSQL, engine steps on SQLite."""
    return sum(_read_by(work, *each) for each in _noted(work, act))


def _read_by(work: Transaction, statement: str, parameters: Any) -> int:
    if work.connection.dialect.name == "sqlite":
        return _steps(work, statement, parameters)
    plan = work.connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()
    return round(_rows(msgspec.convert(plan[0], Explained).plan))


def _noted(work: Transaction, act: Callable[[], object]) -> list[Statement]:
    """The statements, with their parameters, that `act` runs."""
    noted: list[Statement] = []

    def note(_: object, __: object, statement: str, parameters: Any, ___: object, ____: object) -> None:
        noted.append((statement, parameters))

    sa.event.listen(work.connection, "before_cursor_execute", note)
    try:
        act()
    finally:
        sa.event.remove(work.connection, "before_cursor_execute", note)
    return noted


def _steps(work: Transaction, statement: str, parameters: Any) -> int:
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    raw: Any = work.connection.connection.dbapi_connection
    raw.set_progress_handler(count, 1)
    try:
        raw.execute(statement, parameters).fetchall()
    finally:
        raw.set_progress_handler(None, 1)
    return taken


class Plan(msgspec.Struct):
    """One node of PostgreSQL's query plan."""

    relation: str = msgspec.field(name="Relation Name", default="")
    rows: float = msgspec.field(name="Actual Rows", default=0.0)
    loops: float = msgspec.field(name="Actual Loops", default=0.0)
    filtered: float = msgspec.field(name="Rows Removed by Filter", default=0.0)
    rechecked: float = msgspec.field(name="Rows Removed by Index Recheck", default=0.0)
    below: list[Plan] = msgspec.field(name="Plans", default_factory=list)


class Explained(msgspec.Struct):
    """PostgreSQL's answer to EXPLAIN."""

    plan: Plan = msgspec.field(name="Plan")


def _rows(plan: Plan) -> float:
    """The rows that a plan read from tables and indexes, including those it filtered out."""
    own = (plan.rows + plan.filtered + plan.rechecked) * plan.loops if plan.relation else 0.0
    return own + sum(map(_rows, plan.below))
