"""How well and how fast words of two characters are found in a file of opinions, on both kinds of store."""

from __future__ import annotations

import itertools
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from benchmarks.cluster import PrivateCluster
from benchmarks.opinions import texts_of
from benchmarks.quantiles import quantiles
from services.intake import consumer
from services.intake.domain.publication.bigrams import bigrams, terms_of
from services.intake.store.publication.search import PUBLIC_WORDS
from services.runtime.clock import FixedClock
from services.runtime.store.database import Database
from services.runtime.store.migrate import STORE, migrate

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MIGRATIONS = Path(consumer.__file__).parent / "migrations"
#: How many words are looked for, how many rows are written in one commit, and how many hits a page has.
WORDS, A_COMMIT, A_PAGE = 100, 1_000, 21


@contextmanager
def stores() -> Iterator[dict[str, Database]]:
    """A migrated store of each kind."""
    with ExitStack() as stack:
        cluster = PrivateCluster()
        # Filling writes more in a minute than an office in a year.
        cluster.start("-c max_wal_size=8GB")
        stack.callback(cluster.stop)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="huiying-search-"))
        urls = {"sqlite": f"sqlite:///{folder}/intake.db", "postgresql": cluster.create()}
        opened = {kind: stack.enter_context(closing(Database(url, "intake", FixedClock(NOW)))) for kind, url in urls.items()}
        for database in opened.values():
            migrate(database, STORE, "runtime")
            migrate(database, MIGRATIONS, "intake")
        yield opened


def words_of(texts: Sequence[str]) -> list[str]:
    """Words of two Chinese characters that stand in the texts, some frequent and some rare."""
    found = sorted({text[place : place + 2] for text in texts for place in range(len(text) - 1)})
    chinese = [word for word in found if all("\u4e00" <= letter <= "\u9fff" for letter in word)]
    return random.Random(1).sample(chinese, min(WORDS, len(chinese)))  # nosec B311


def fill(database: Database, texts: Sequence[str], rows: int) -> float:
    """Index so many rows, the texts again and again; returns the milliseconds for each."""
    terms = [bigrams(text) for text in texts]
    began = time.perf_counter()
    for start in range(0, rows, A_COMMIT):
        with database.transaction() as work:
            for number in range(start, min(start + A_COMMIT, rows)):
                PUBLIC_WORDS.add(work.connection, number + 1, terms[number % len(terms)])
    return 1000 * (time.perf_counter() - began) / rows


def recall(database: Database, texts: Sequence[str], words: Sequence[str]) -> tuple[float, float]:
    """The share of the texts with a word that are found by it, and of what is found that has it: over all words."""
    right = found = there = 0
    with database.reading() as connection:
        for word in words:
            holds = {number + 1 for number, text in enumerate(texts) if word in text}
            hits = {each for each in PUBLIC_WORDS.found(connection, terms_of(word), 10**9, descending=True) if each <= len(texts)}
            right, found, there = right + len(hits & holds), found + len(hits), there + len(holds)
    return right / max(1, there), right / max(1, found)


def times(database: Database, words: Sequence[str]) -> list[float]:
    """The milliseconds until the newest hits of each word were found."""
    taken = []
    with database.reading() as connection:
        for word in itertools.chain(words[:3], words):
            began = time.perf_counter()
            PUBLIC_WORDS.found(connection, terms_of(word), A_PAGE, descending=True)
            taken.append(1000 * (time.perf_counter() - began))
    return taken[3:]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--rows", default=100_000, show_default=True, help="how many rows are indexed; the texts are repeated")
def search(file: Path, rows: int) -> None:
    """测中文检索 · how well two-character words are found in FILE, a CSV with title and content, and how fast."""
    texts = [f"{title}\n{content}" for title, content in texts_of(file)]
    words = words_of(texts)
    click.echo(f"{len(texts)} texts, {rows} rows, {len(words)} words of two characters")
    click.echo(f"{'':12}{'recall':>9}{'precision':>11}{'index ms':>10}{'p50 ms':>9}{'p95 ms':>9}{'worst':>9}")
    with stores() as opened:
        for kind, database in opened.items():
            each = fill(database, texts, max(rows, len(texts)))
            share, exact = recall(database, texts, words)
            p50, p95, _, worst = quantiles(times(database, words))
            figures = f"{p50:9.2f}{p95:9.2f}{worst:9.2f}"
            click.echo(f"{kind:12}{share:9.3f}{exact:11.3f}{each:10.2f}{figures}")
