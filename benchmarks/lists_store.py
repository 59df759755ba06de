"""Fills a store of intake with many opinions: some are submitted and handled, the others are copies, public and found, too."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import click
import sqlalchemy as sa
from flask.testing import FlaskClient

from benchmarks.systems import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.envelope import EncodedEvent, Event, encode
from services.contracts.messages.assignments import AssignmentConcluded, AssignmentCreated, AssignmentReplied, AssignmentSigned
from services.contracts.messages.values import Message, OpinionText, Outcome, Why
from services.intake import __main__ as intake
from services.intake.app.context import Intake
from services.intake.consumer import handle
from services.intake.domain.publication.bigrams import bigrams
from services.intake.domain.publication.publishing import PublicCopy
from services.intake.domain.publication.searchable import staff_terms
from services.intake.store.publication.search import PUBLIC_WORDS, STAFF_WORDS
from services.intake.store.similarity.wordings import wordings
from services.intake.store.tables import messages, opinions, publications
from services.intake.store.writing import IntakeStore
from services.runtime.clock import FixedClock, new_id
from services.runtime.store.database import Database, Transaction
from services.runtime.store.migrate import STORE, migrate
from services.runtime.web.routes import API

CHANNELS = ("web", "hotline", "meeting", "import")
#: How many opinions are told one by one, one an hour, and how many rows are indexed in one commit.
TOLD, HOUR, A_COMMIT = 1_000, timedelta(hours=1), 2_000
Texts = Sequence[tuple[str, str]]


def migrated(url: str, clock: FixedClock) -> Database:
    """An empty store of intake."""
    database = Database(url, "intake", clock)
    migrate(database, STORE, "runtime")
    migrate(database, Path(intake.__file__).parent / "migrations", "intake")
    return database


def fill(service: Intake, client: FlaskClient, token: str, clock: FixedClock, texts: Texts, cases: int) -> None:
    """Fill an empty store; `client` asks the service's application, by the token of a reviewer."""
    told = [_tell(service, client, token, clock, *texts[place % len(texts)], place) for place in range(min(cases, TOLD))]
    database = service.database
    with database.transaction() as work:
        work.execute(messages.delete())
    if cases > len(told):
        stored.fill(database.url.render_as_string(hide_password=False), "intake", told, cases // len(told) - 1)
    _number(database)
    _index(database)
    intake.count_public(service)


def _tell(service: Intake, client: FlaskClient, token: str, clock: FixedClock, title: str, content: str, place: int) -> str:
    """One opinion, which is handled as far as chance will have it; two of three are public."""
    chance, catalogue = random.Random(place), service.catalogue  # nosec B311
    clock.instant += HOUR
    topic = catalogue.topics[chance.choice(sorted(catalogue.topics))]
    body = {"title": title[:120], "content": content[:1500], "channel": chance.choice(CHANNELS), "topic": topic.code}
    # A station stands in one area; half of all opinions come to one.
    name, known = ("station", catalogue.stations) if place % 2 and catalogue.stations else ("area", catalogue.areas)
    body |= {name: chance.choice(sorted(known))} if known else {}
    body |= {"visibility": "public"}
    answer = client.post(f"{API}/opinions", json=body, headers={"Authorization": f"Bearer {token}"})
    if answer.status_code != 201:
        raise click.ClickException(answer.text)
    opinion = str(answer.get_json()["id"])
    sequence = 100
    with service.database.transaction() as work:
        for message in _handling(catalogue, opinion, topic.department, clock, chance):
            sequence += 1
            event = Event(new_id(), "/routing", opinion, clock.instant, sequence, message)
            handle(service, work, [EncodedEvent(event, encode(event))])
    if chance.random() < 2 / 3:
        with service.database.transaction() as work:
            IntakeStore(work, service.vault).release(PublicCopy(opinion, body["title"], body["content"], work.now))
    return opinion


def _handling(catalogue: Catalogue, opinion: str, department: str, clock: FixedClock, chance: random.Random) -> Iterator[Message]:
    assignment, due = f"{opinion[:24]}{opinion[24:][::-1]}", clock.instant + 480 * HOUR
    text, why, difficulty = OpinionText(opinion, "title", "content"), Why("topic", 1.0), next(iter(catalogue.difficulties))
    steps: tuple[Message, ...] = (
        AssignmentCreated(assignment, text, department, "lead", difficulty, {"sign": due, "reply": due}, why),
        AssignmentSigned(assignment, department, due, True),
        AssignmentReplied(assignment, department, "已安排处理，请查看。", Outcome.SOLVED, due, True, due),
        AssignmentConcluded(assignment, department, Outcome.SOLVED, True, False),
    )  # fmt: skip
    # Most have ended, as in a store of many years.
    yield from steps[: chance.choices((1, 2, 3, 4), (1, 2, 2, 95))[0]]


def _number(database: Database) -> None:
    """Let each copied opinion name its own public copy."""
    own = sa.select(publications.c.number).where(publications.c.opinion == opinions.c.id).scalar_subquery()
    with database.engine.begin() as connection:
        connection.execute(opinions.update().where(opinions.c.published.is_not(None)).values(published=own))


def _index(database: Database) -> None:
    """Let everything be found that is not found yet. Copies say the same, so each text is cut once."""
    known: dict[tuple[str, str], tuple[Sequence[str], Sequence[str]]] = {}
    texts = (opinions.c.title, opinions.c.content)
    public = sa.select(publications.c.number, *texts).join(opinions, opinions.c.id == publications.c.opinion)
    every = sa.select(wordings.c.number, *texts).join(opinions, opinions.c.id == wordings.c.opinion).where(~wordings.c.indexed)
    with database.reading() as connection:
        rows = [connection.execute(query).all() for query in (every, public)]
    for place, (index, found) in enumerate(zip((STAFF_WORDS, PUBLIC_WORDS), rows, strict=True)):
        done = _found(database, index.table) if index is PUBLIC_WORDS else frozenset()
        missing = [row for row in found if row.number not in done]
        for start in range(0, len(missing), A_COMMIT):
            with database.transaction() as work:
                entries = []
                for row in missing[start : start + A_COMMIT]:
                    key = (row.title, row.content)
                    if key not in known:
                        known[key] = (staff_terms(*key), bigrams(*key))
                    entries.append((row.number, known[key][place]))
                index.add_many(work.connection, entries)
    with database.transaction() as work:
        _settle(work)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def _found(database: Database, table: str) -> frozenset[int]:
    column = "rowid" if database.is_sqlite else "number"
    with database.reading() as connection:
        return frozenset(connection.exec_driver_sql(f"SELECT {column} FROM {table}").scalars())  # nosec B608


def _settle(work: Transaction) -> None:
    work.execute(wordings.update().where(~wordings.c.indexed).values(indexed=True, unread=None))
