"""What it costs to find an opinion that says the same among many, and to read new ones, on both kinds of store."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click
import numpy as np
import psycopg
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from benchmarks.opinions import texts_of
from benchmarks.search import NOW, stores
from services.intake.domain.similarity.incidents import Weights, terms_of
from services.intake.domain.similarity.likeness import BANDS, bands, shingles
from services.intake.domain.similarity.words import BUCKETS, words_of
from services.intake.handlers.comparing import Desk, compare
from services.intake.store.similarity.incidents import IncidentStore, clues
from services.intake.store.similarity.rising import WordCounts
from services.intake.store.similarity.wordings import WordingStore, introduce, nearest
from services.intake.store.similarity.wordings import bands as band_rows
from services.intake.store.tables import opinions
from services.runtime.store.database import Database

# A commit writes pages all over both tables: few large ones write each page less often.
A_COMMIT, A_PORTION, MEASURED, RAREST = 500_000, 300, 1_500, 20
#: A row of two bigints in PostgreSQL's binary COPY, each after its size, and what stands before and behind all of them.
COPIED = np.dtype([("fields", ">i2"), ("size", ">i4"), ("key", ">i8"), ("owner_size", ">i4"), ("owner", ">i8")])
COPY_BEGINS, COPY_ENDS = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
Texts = Sequence[tuple[str, str]]


def opinion(number: int, title: str, content: str) -> dict[str, object]:
    """The row of an opinion, from one of the last 90 days."""
    at = NOW - timedelta(minutes=number % 120_000)
    return {
        "id": f"{number:036d}", "receipt": f"r{number}", "fingerprint": "", "title": title, "content": content, "channel": "web",
        "visibility": "department", "state": "submitted", "submitted": at, "updated": at, "told": at, "round": 1,
        "published_sequence": 1, "handled_sequence": 0,
    }  # fmt: skip


def fill(database: Database, start: int, end: int) -> None:
    """Opinions that are like no others, without a text of their own: what is looked up are their bands and terms."""
    dice = np.random.default_rng(start)
    with _unordered(database):
        _fill(database, dice, start, end)


def _fill(database: Database, dice: np.random.Generator, start: int, end: int) -> None:
    for first in range(start, end, A_COMMIT):
        numbers = np.arange(first, min(first + A_COMMIT, end))
        made = dice.integers(-(1 << 63), (1 << 63) - 1, (len(numbers), BANDS))
        # Few terms are in many texts, and many in few.
        terms = (dice.pareto(1.0, (len(numbers), RAREST)) * BUCKETS / 50 % BUCKETS).astype(np.int64)
        with database.transaction() as work:
            if not database.is_sqlite:
                work.connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
            work.add(opinions, opinion(first, "", ""))
            work.flush()
            _repeat(work.connection, first, int(numbers[-1]))
            _word(
                work.connection,
                [
                    (f"{number:036d}", number, own.astype("<i8").tobytes())
                    for number, own in zip(numbers.tolist(), made, strict=True)
                ],
            )
            pour(work.connection, band_rows, made, numbers)
            pour(work.connection, clues, terms, numbers)


@contextmanager
def _unordered(database: Database) -> Iterator[None]:
    """Where tables are heaps, leave their keys out and sort them once at the end: hundreds of millions would each write a page."""
    if database.is_sqlite:
        yield
        return
    tables = {table.name: ", ".join(column.name for column in table.primary_key) for table in (band_rows, clues)}
    _patiently(database, *(f"ALTER TABLE {name} DROP CONSTRAINT {name}_pkey" for name in tables))
    yield
    for name, key in tables.items():
        _patiently(database, "SET LOCAL maintenance_work_mem = '2GB'", f"ALTER TABLE {name} ADD PRIMARY KEY ({key})")
    # The server does this by itself some minutes after.
    _patiently(database, "ANALYZE")


def _patiently(database: Database, *statements: str) -> None:
    """Run statements in one transaction, however long they take."""
    with database.transaction() as work:
        for statement in ("SET LOCAL statement_timeout = 0", *statements):
            work.connection.execute(sa.text(statement))


def _repeat(connection: Connection, first: int, last: int) -> None:
    """The first opinion again under each number up to the last, told a minute earlier each time: by the store itself."""
    numbered = {
        "id": "substr(:zeros || n, length(:zeros || n) - 35)", "receipt": "'r' || n",
        **dict.fromkeys(("submitted", "updated"), "{} - 60000000 * CAST((n - :first) % 120000 AS BIGINT)"),
    }  # fmt: skip
    names = [column.name for column in opinions.columns]
    chosen = ", ".join(numbered.get(name, "{}").replace("{}", name) for name in names)
    series = "WITH RECURSIVE series(n) AS (SELECT :first + 1 UNION ALL SELECT n + 1 FROM series WHERE n < :last)"
    repeated = f"{series} SELECT {chosen} FROM opinions, series WHERE id = :own AND n <= :last"  # nosec B608
    sql = f"INSERT INTO opinions ({', '.join(names)}) {repeated}"  # nosec B608
    connection.execute(sa.text(sql), {"first": first, "last": last, "own": f"{first:036d}", "zeros": "0" * 36})


def _word(connection: Connection, rows: Sequence[tuple[str, int, bytes]]) -> None:
    """How opinions are worded: each is like no other."""
    cursor = connection.connection.cursor()
    if isinstance(cursor, psycopg.Cursor):
        with cursor.copy("COPY wordings (opinion, alike, bands) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        cursor.executemany("INSERT INTO wordings (opinion, alike, bands) VALUES (?, ?, ?)", rows)


def pour(connection: Connection, table: sa.Table, keys: NDArray[np.int64], numbers: NDArray[np.int64]) -> None:
    """A row for each key of each number, in the order of the table, and past SQLAlchemy, which would take most of the time."""
    flat, owners = keys.ravel(), np.repeat(numbers, keys.shape[1])
    order = np.lexsort((owners, flat))
    flat, owners = flat[order], owners[order]
    fresh = np.r_[True, (flat[1:] != flat[:-1]) | (owners[1:] != owners[:-1])]
    names = ", ".join(column.name for column in table.columns)
    cursor = connection.connection.cursor()
    if isinstance(cursor, psycopg.Cursor):
        packed = np.empty(int(fresh.sum()), COPIED)
        packed["fields"], packed["size"], packed["key"], packed["owner_size"], packed["owner"] = 2, 8, flat[fresh], 8, owners[fresh]
        with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(COPY_BEGINS + packed.tobytes() + COPY_ENDS)
    else:
        rows = list(zip(flat[fresh].tolist(), owners[fresh].tolist(), strict=True))
        cursor.executemany(f"INSERT INTO {table.name} ({names}) VALUES (?, ?)", rows)  # nosec B608


def read(database: Database, weights: Weights, texts: Texts, first: int) -> float:
    """Take these texts in and read them; returns the CPU microseconds of this process for each."""
    with database.transaction() as work:
        for number, (title, content) in enumerate(texts, first):
            work.add(opinions, opinion(number, title, content))
            introduce(work, f"{number:036d}")
    began = time.process_time()
    while True:
        with database.transaction() as work:
            store = WordingStore(work)
            unread = store.unread(None, A_PORTION)
            compare(Desk(store, IncidentStore(work), WordCounts(work), weights, {}), unread)
        if len(unread) < A_PORTION:
            return 1e6 * (time.process_time() - began) / len(texts)


def look(database: Database, texts: Texts) -> tuple[float, float]:
    """The CPU microseconds of this process for a look-up, and how many candidates it finds beside the text itself."""
    asked = [bands(shingles(title, content)) for title, content in texts]
    with database.reading() as connection:
        began = time.process_time()
        found = sum(len(nearest(connection, own)) for own in asked)
        taken = time.process_time() - began
    return 1e6 * taken / len(asked), found / len(asked) - 1


def size_of(database: Database) -> int:
    """The bytes of the store."""
    sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    with database.reading() as connection:
        asked = sql if database.is_sqlite else "SELECT pg_database_size(current_database())"
        return int(connection.execute(sa.text(asked)).scalar_one())


def measure(database: Database, texts: Texts, sizes: Sequence[int], say: Callable[[int, Sequence[float]], None]) -> None:
    """Fill a store step by step, and measure at each size with texts that it has not seen."""
    weights = Weights()
    for title, content in texts:
        weights.add(terms_of(title, words_of(f"{title}\n{content}")))
    there = 1
    for place, size in enumerate(sizes):
        before = size_of(database)
        fill(database, there, size + 1)
        held, there = (size_of(database) - before) / (size + 1 - there), size + 1
        part = texts[place * MEASURED : (place + 1) * MEASURED]
        reading = read(database, weights, part, there)
        there += len(part)
        say(size, (*look(database, part), reading, held))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sizes", default="10000,100000", show_default=True, help="among how many opinions, growing; at most three")
@click.option("--store", "kinds", type=click.Choice(["sqlite", "postgresql"]), multiple=True, help="only this kind of store")
def doubles(file: Path, sizes: str, kinds: tuple[str, ...]) -> None:
    """测相同意见的查找 · what finding opinions that say the same costs among many; FILE is a CSV with title and content."""
    texts = texts_of(file)
    random.Random(1).shuffle(texts)  # nosec B311
    named = [int(size) for size in sizes.split(",")][:3]
    click.echo(f"{'':12}{'opinions':>12}{'look-up µs':>12}{'candidates':>12}{'reading µs':>12}{'bytes each':>12}")
    with stores() as opened:
        for kind in kinds or opened:
            measure(opened[kind], texts, named, lambda size, row, kind=kind: click.echo(_line(kind, size, row)))  # type: ignore[misc]


def _line(kind: str, size: int, row: Sequence[float]) -> str:
    looked, candidates, reading, held = row
    return f"{kind:12}{size:12,}{looked:12.0f}{candidates:12.3f}{reading:12.0f}{held:12.0f}"
