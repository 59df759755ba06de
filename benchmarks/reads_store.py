"""Fills a store of metrics with many cases: some are recorded message by message, and the rest are copies of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from operator import attrgetter

import orjson
import sqlalchemy as sa

from benchmarks.systems import stored
from services.console.settings import EXAMPLE
from services.contracts.catalogue.model import Catalogue
from services.contracts.envelope import Event, encode
from services.contracts.messages.assignments import AssignmentConcluded, AssignmentCreated, AssignmentReplied, AssignmentSigned
from services.contracts.messages.opinions import OpinionAccepted, OpinionEvaluated, OpinionSubmitted
from services.contracts.messages.values import Message, OpinionText, Outcome, Rating, Why
from services.metrics import __main__ as metrics
from services.metrics.domain.ledger.received import received
from services.metrics.domain.sums.figures import Figures
from services.metrics.handlers import recording
from services.metrics.handlers.service import Service
from services.metrics.store.sum_tables import changes, sums, sums_past
from services.runtime.clock import ZONE, FixedClock
from services.runtime.settings import load
from services.runtime.store.database import Database
from services.runtime.store.migrate import STORE, migrate

#: How many cases are recorded, and how many messages at a time; for how many days they have been coming.
RECORDED, A_BATCH, DAYS = 4_000, 50, 1_060
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CHANNELS = ("web", "qr", "station", "hotline")
OUTCOMES, RATINGS = tuple(Outcome), tuple(Rating)
#: What the ids of all cases and of their parts begin with, as those of one hour do.
HOUR_OF_IDS = "01930f"


def fill(url: str, cases: int, now: datetime) -> None:
    """Migrate an empty store and fill it with cases of the last three years."""
    database = Database(url, "metrics", FixedClock(now))
    migrate(database, STORE, "runtime")
    migrate(database, metrics.ASSEMBLY.migrations, "metrics")
    known = {
        "HUIYING_METRICS_DATABASE_URL": url, "HUIYING_ACCESS_DATABASE_URL": url, "HUIYING_CATALOGUE": str(EXAMPLE),
        "HUIYING_BROKER_URL": "amqp://127.0.0.1:1/huiying",
    }  # fmt: skip
    clock = FixedClock(now)
    service = metrics.build(load(metrics.ASSEMBLY.settings, "metrics", known), database, clock)
    recorded = min(cases, RECORDED)
    _record(service, database, clock, recorded)
    if cases > recorded:
        copies = cases // recorded
        stored.fill(url, "metrics", [_id(number) for number in range(recorded)], copies - 1)
        _multiply_sums(database, copies)
    database.close()


def _record(service: Service, database: Database, clock: FixedClock, cases: int) -> None:
    chance = random.Random(1)  # nosec B311
    first = clock.instant - DAYS * DAY
    every = [event for number in range(cases) for event in _case(service.catalogue, _id(number), first, chance)]
    events = sorted((event for event in every if event.time < clock.instant), key=attrgetter("time"))
    for start in range(0, len(events), A_BATCH):
        batch = events[start : start + A_BATCH]
        clock.instant = batch[-1].time
        with database.transaction() as work:
            recording.record(service, work, [received(encode(event)) for event in batch])


def _id(number: int) -> str:
    return f"{HOUR_OF_IDS}{number:06}"


def _case(catalogue: Catalogue, name: str, first: datetime, chance: random.Random) -> Iterator[Event]:
    topic = catalogue.topics[chance.choice(list(catalogue.topics))]
    area, station = (chance.choice(list(codes) or [None]) for codes in (catalogue.areas, catalogue.stations))
    at = first + timedelta(seconds=chance.randrange(DAYS * 86_400))
    assignment, channel, department = f"{name}a", chance.choice(CHANNELS), topic.department
    text = OpinionText(name, "title", "content", topic.code, area, station)
    said: list[tuple[str, Message]] = [("intake", OpinionSubmitted(channel, "title", topic.code, area, station))]
    said.append(("intake", OpinionAccepted(text, channel, "automatic", topic.code, chance.choice(("town", "county")))))
    due = {"sign": _end_of_day(at + DAY), "reply": _end_of_day(at + 20 * DAY)}
    said.append(("routing", AssignmentCreated(assignment, text, department, "lead", "ordinary", due, Why("topic", 1.0))))
    said.append(("routing", AssignmentSigned(assignment, department, due["sign"], chance.random() < 0.9)))
    outcome, on_time = chance.choice(OUTCOMES), chance.random() < 0.9
    if chance.random() < 0.95:
        said.append(("routing", AssignmentReplied(assignment, department, "reply", outcome, due["reply"], on_time, at + 60 * DAY)))
        rated = chance.random() < 0.6
        if rated:
            said.append(("intake", OpinionEvaluated(assignment, department, chance.choice(RATINGS), topic=topic.code, round=1)))
        said.append(("routing", AssignmentConcluded(assignment, department, outcome, on_time, rated)))
    numbers = {"intake": 0, "routing": 0}
    for place, (source, message) in enumerate(said):
        numbers[source] += 1
        at += MINUTE if place < 3 else timedelta(hours=chance.randrange(1, 24 * 12))
        yield Event(f"{name}-{place}", f"/{source}", name, at, numbers[source], message)


def _end_of_day(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(ZONE).date(), time(23, 59, 59), ZONE)


def _multiply_sums(database: Database, by: int) -> None:
    """Let the sums say that there is each case so often."""
    with database.engine.begin() as connection:
        for table in (changes, sums, sums_past):
            _multiply(connection, table, by)


def _multiply(connection: sa.Connection, table: sa.Table, copies: int) -> None:
    keys = list(table.primary_key)
    change = (
        table.update()
        .where(*(key == sa.bindparam(f"of_{key.name}", type_=key.type) for key in keys))
        .values(figures=sa.bindparam("to"))
    )
    rows = connection.execute(sa.select(*keys, table.c.figures)).all()
    many = [
        {**{f"of_{key.name}": value for key, value in zip(keys, row, strict=False)}, "to": _times(row.figures, copies)}
        for row in rows
    ]
    if many:
        connection.execute(change, many)


def _times(text: bytes, copies: int) -> bytes:
    found: Figures | list[tuple[object, Figures]] = orjson.loads(text)
    if isinstance(found, dict):
        return orjson.dumps({figure: copies * number for figure, number in found.items()})
    return orjson.dumps([(key, {figure: copies * number for figure, number in own.items()}) for key, own in found])
