"""Fills a store of intake with many opinions: some are submitted and handled, the others are copies, public and found, too."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import click
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.engine import Connection

from benchmarks.systems import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.envelope import EncodedEvent, Event, encode
from services.contracts.messages.assignments import AssignmentConcluded, AssignmentCreated, AssignmentReplied, AssignmentSigned
from services.contracts.messages.values import Message, OpinionText, Outcome, Why
from services.intake import __main__ as intake
from services.intake.app.context import Intake
from services.intake.consumer import handle
from services.intake.domain.publication.bigrams import bigrams, in_text
from services.intake.domain.publication.publishing import PublicCopy
from services.intake.domain.publication.searchable import staff_terms
from services.intake.store.publication.search import PUBLIC_WORDS, STAFF_WORDS
from services.intake.store.similarity.wordings import wordings
from services.intake.store.tables import messages, opinions, publications
from services.intake.store.writing import IntakeStore
from services.runtime.clock import FixedClock, new_id
from services.runtime.web.routes import API

CHANNELS = ("web", "hotline", "meeting", "import")
#: How many opinions are told one by one, one an hour.
TOLD, HOUR = 1_000, timedelta(hours=1)
#: From which letter on the ids of copies are those of their originals, and how much of an index is put together in memory.
KEY_FROM, HASH_BYTES = stored.DIGITS + 1, 256_000_000
Texts = Sequence[tuple[str, str]]
#: What an opinion is found by: for staff, and in public.
Terms = tuple[Sequence[str], Sequence[str]]


def fill(service: Intake, client: FlaskClient, token: str, clock: FixedClock, texts: Texts, cases: int) -> None:
    """Fill an empty store; `client` asks the service's application, by the token of a reviewer."""
    told = {
        _tell(service, client, token, clock, *texts[place % len(texts)], place): texts[place % len(texts)]
        for place in range(min(cases, TOLD))
    }
    database = service.database
    with database.transaction() as work:
        work.execute(messages.delete())
        last = work.execute(sa.select(sa.func.max(publications.c.number))).scalar() or 0
    cut = {opinion: (staff_terms(*text), bigrams(*text)) for opinion, text in told.items()}
    url = database.url.render_as_string(hide_password=False)
    stored.fill(url, "intake", list(told), cases // len(told) - 1, _Rest(last, cut))
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


class _Rest:
    """What copying leaves to do: each copied opinion names its own public copy, and all of them are found by words."""

    def __init__(self, last: int, texts: Mapping[str, Terms]) -> None:
        self._last, self._texts = last, texts

    def __call__(self, connection: Connection) -> None:
        """Do it. Copies say the same, so that each text is cut once and the store copies what comes of it."""
        own = sa.select(publications.c.number).where(publications.c.opinion == opinions.c.id).scalar_subquery()
        connection.execute(opinions.update().where(opinions.c.published.is_not(None)).values(published=own))
        is_sqlite = connection.dialect.name == "sqlite"
        self._cut(connection, is_sqlite)
        for index, table, narrowed in (
            (STAFF_WORDS, wordings, "NOT t.indexed"), (PUBLIC_WORDS, publications, f"t.number > {self._last}"),
        ):  # fmt: skip
            if is_sqlite:
                # One flush for what is much more than a million bytes, which is when it does that by itself.
                connection.exec_driver_sql(f"INSERT INTO {index.table}({index.table}, rank) VALUES('hashsize', {HASH_BYTES})")  # nosec B608
            number = "rowid" if is_sqlite else "number"
            found = f"SELECT t.number, cut.{index.table} FROM {table.name} t JOIN cut ON cut.key = substr(t.opinion, {KEY_FROM})"  # nosec B608
            connection.exec_driver_sql(f"INSERT INTO {index.table} ({number}, words) {found} WHERE {narrowed} ORDER BY t.number")  # nosec B608
            connection.commit()
        connection.execute(wordings.update().where(~wordings.c.indexed).values(indexed=True, unread=None))

    def _cut(self, connection: Connection, is_sqlite: bool) -> None:
        """The terms of each text, by what the ids of its copies have in common."""
        kind, value = ("text", ":{}") if is_sqlite else ("tsvector", "array_to_tsvector(CAST(:{} AS text[]))")
        names = [STAFF_WORDS.table, PUBLIC_WORDS.table]
        columns, values = ", ".join(f"{name} {kind}" for name in names), ", ".join(value.format(name) for name in names)
        connection.exec_driver_sql(f"CREATE TEMP TABLE cut (key text PRIMARY KEY, {columns})")
        rows = [
            {
                "key": opinion[KEY_FROM - 1 :],
                **dict(zip(names, [in_text(each) if is_sqlite else list(each) for each in both], strict=True)),
            }
            for opinion, both in self._texts.items()
        ]
        connection.execute(sa.text(f"INSERT INTO cut VALUES (:key, {values})"), rows)  # nosec B608
