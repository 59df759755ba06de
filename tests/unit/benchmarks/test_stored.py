"""Stores are filled with copies that look like what the system wrote itself, at earlier times."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks.systems.stored import FORGOTTEN, fill, forget_messages
from services.intake.store.tables import opinions, tables, timeline
from services.metrics.store.tables import leaves, subjects
from services.metrics.store.tables import tables as metrics_tables
from services.routing.store.unsigned import unsigned_since
from services.runtime.clock import FixedClock, SystemClock, new_id
from services.runtime.store.database import Database
from services.runtime.store.journal_tables import published_table
from services.runtime.store.outgoing.outbox import outbox_table
from services.runtime.store.outgoing.outbox import tables as messages
from tests.stores import MakeDatabase
from tests.unit.routing.bureau import MIGRATIONS, Bureau

COPIES = 150


@pytest.fixture
def originals() -> list[str]:
    return [new_id() for _ in range(2)]


def made(folder: Path, name: str, *metadata: sa.MetaData) -> Database:
    database = Database(f"sqlite:///{folder / name}.db", name, SystemClock())
    with database.engine.begin() as connection:
        for each in metadata:
            each.create_all(connection)
    return database


@pytest.mark.slow
def test_each_copy_is_an_opinion_of_its_own_with_all_that_belongs_to_it(tmp_path: Path, originals: list[str]) -> None:
    database = made(tmp_path, "intake", tables, messages)
    numbers = {"round": 0, "published_sequence": 0, "handled_sequence": 0}
    with database.transaction() as work:
        for place, opinion in enumerate(originals):
            texts = dict.fromkeys(("title", "content", "channel", "visibility", "fingerprint"), "x")
            row: dict[str, object] = {**texts, **numbers}
            row |= {"id": opinion, "receipt": f"{place:04}-ABCD-EFGH", "submitted": work.now, "state": "accepted"}
            work.add(opinions, row)
            facts = {"opinion": opinion, "number": place}
            work.add(timeline, {"opinion": opinion, "at": work.now, "what": "accepted", "by": "x", "facts": facts})
            message = {
                "message_id": opinion,
                "subject": opinion,
                "destinations": "",
                "body": b"",
                "created": 0,
                "due": 0,
                "attempts": 0,
            }
            work.add(outbox_table, message)
            sent = {"message_id": opinion, "subject": opinion, "destinations": "", "body": b"", "confirmed": 0.0}
            work.add(published_table, sent)
    fill(str(database.url), "intake", originals, COPIES)
    with database.reading() as connection:
        ids = set(connection.execute(sa.select(opinions.c.id)).scalars())
        receipts = set(connection.execute(sa.select(opinions.c.receipt)).scalars())
        entries = connection.execute(sa.select(timeline.c.opinion, timeline.c.facts)).all()
        messages_kept = [
            connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in (outbox_table, published_table)
        ]
    database.close()
    assert len(ids) == len(receipts) == len(entries) == 2 * (COPIES + 1)
    assert {len(receipt) for receipt in receipts} == {14}
    assert {opinion for opinion, _ in entries} == ids
    assert all(facts["opinion"] == opinion for opinion, facts in entries)
    assert sorted(ids)[-2:] == sorted(originals)
    assert {len(each) for each in ids} == {36}
    assert messages_kept == [2, 2]
    assert set(messages.tables) <= FORGOTTEN


def test_what_was_published_is_forgotten_and_nobody_is_waited_for(sqlite_database: MakeDatabase, clock: FixedClock) -> None:
    bureau = Bureau(sqlite_database("routing", MIGRATIONS), clock)
    bureau.accept()
    with bureau.database.transaction() as work:
        work.add(published_table, {"message_id": "m", "subject": "o", "destinations": "", "body": b"", "confirmed": 0.0})
    with bureau.database.reading() as connection:
        assert len(unsigned_since(connection)) == 1
        for table in (outbox_table, published_table):
            assert connection.execute(sa.select(table.c.id)).all() != []
    forget_messages(str(bureau.database.url), "routing")
    with bureau.database.reading() as connection:
        for table in (outbox_table, published_table):
            assert connection.execute(sa.select(table.c.id)).all() == []
        assert unsigned_since(connection) == {}


@pytest.mark.slow
def test_numbers_that_others_count_on_are_left_to_them(tmp_path: Path, originals: list[str]) -> None:
    database = made(tmp_path, "metrics", metrics_tables)
    with database.transaction() as work:
        for number, opinion in enumerate(originals):
            work.add(leaves, {"number": number, "id": new_id(), "opinion": opinion, "leaf": f'{{"of": "{opinion}"}}'.encode()})
            work.add(subjects, {"subject": bytes([number]) * 32, "opinion": opinion})
    fill(str(database.url), "metrics", originals, COPIES)
    with database.reading() as connection:
        rows = connection.execute(sa.select(leaves.c.number, leaves.c.opinion, leaves.c.leaf)).all()
        hashes = set(connection.execute(sa.select(subjects.c.subject)).scalars())
    database.close()
    assert len(rows) == len(hashes) == 2 * (COPIES + 1)
    assert sorted(number for number, _, _ in rows)[-2:] == [0, 1]
    assert all(bytes(leaf) == f'{{"of": "{opinion}"}}'.encode() for _, opinion, leaf in rows)
    assert {len(each) for each in hashes} == {32}


def test_opinions_of_other_hours_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="same hours"):
        fill(f"sqlite:///{tmp_path / 'x.db'}", "intake", ["0193a000-x", "0293a000-x"], 1)
