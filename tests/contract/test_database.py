"""What services rely on a store to do: the same cases on SQLite and on PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError

from services.contracts.messages.opinions import OpinionDeclined
from services.runtime.clock import ZONE
from services.runtime.store import engine as engine_module
from services.runtime.store.database import Database, Instant
from services.runtime.store.outgoing import outbox
from services.runtime.store.statements.bulk import rows_of
from tests.patience import limit
from tests.stores import MakeDatabase

tables = sa.MetaData()
notes = sa.Table(
    "notes",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text, unique=True),
    sa.Column("at", Instant),
)
marks = sa.Table("marks", tables, sa.Column("note", sa.ForeignKey("notes.id"), primary_key=True))


@pytest.fixture
def database(any_database: MakeDatabase) -> Database:
    made = any_database()
    tables.create_all(made.engine)
    return made


def texts(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(sa.select(notes.c.text).order_by(notes.c.id)).scalars())


class TestInstant:
    @pytest.mark.parametrize(
        "instant",
        [
            datetime(2026, 11, 23, 9, 30, 0, 123456, tzinfo=ZONE),
            datetime(1969, 7, 20, 20, 17, 40, 999999, tzinfo=UTC),
            datetime(2100, 1, 1, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
        ],
    )
    def test_an_instant_comes_back_to_the_microsecond_in_the_local_zone(self, database: Database, instant: datetime) -> None:
        with database.transaction() as work:
            work.add(notes, {"id": 1, "text": "a", "at": instant})
        with database.reading() as connection:
            found = connection.execute(sa.select(notes.c.at)).scalar_one()
            assert connection.execute(sa.select(notes.c.id).where(notes.c.at == instant)).scalar_one() == 1
        assert found == instant
        assert found.tzinfo is ZONE

    def test_no_instant_is_none(self, database: Database) -> None:
        with database.transaction() as work:
            work.add(notes, {"id": 1, "text": "a", "at": None})
        with database.reading() as connection:
            assert connection.execute(sa.select(notes.c.at)).scalar_one() is None

    def test_a_naive_instant_is_refused(self, database: Database) -> None:
        with pytest.raises(sa.exc.StatementError, match="offset-naive"), database.transaction() as work:
            work.execute(notes.insert(), {"id": 1, "text": "a", "at": datetime(2026, 1, 1)})  # noqa: DTZ001


class TestTransaction:
    def test_rows_added_are_there_before_the_next_statement(self, database: Database) -> None:
        with database.transaction() as work:
            work.add(notes, {"id": 1, "text": "a", "at": None})
            work.add(notes, {"id": 2, "text": "b", "at": None})
            work.add(marks, {"note": 2})
            assert work.execute(sa.select(sa.func.count()).select_from(notes)).scalar_one() == 2
            work.add(notes, {"id": 3, "text": "c", "at": None})
        assert texts(database) == ["a", "b", "c"]

    def test_a_statement_is_sent_once_for_all_its_rows(self, database: Database) -> None:
        sent: list[str] = []
        sa.event.listen(database.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
        with database.transaction() as work:
            for number in range(20):
                work.add(notes, {"id": number, "text": f"t{number}", "at": None})
        assert len([statement for statement in sent if statement.startswith(("INSERT INTO notes", "COPY notes"))]) == 1

    def test_deferred_statements_run_in_the_order_of_their_first_use(self, database: Database) -> None:
        rename = notes.update().where(notes.c.id == sa.bindparam("of")).values(text=sa.bindparam("to"))
        with database.transaction() as work:
            work.add(notes, {"id": 1, "text": "a", "at": None})
            work.defer(rename, {"of": 1, "to": "b"})
        assert texts(database) == ["b"]

    def test_an_error_takes_back_rows_and_messages(self, database: Database) -> None:
        def fail() -> None:
            with database.transaction() as work:
                work.add(notes, {"id": 1, "text": "a", "at": None})
                work.publish(OpinionDeclined("spam", "none"), subject="o-1", sequence=1)
                work.flush()
                raise LookupError("after all")

        with pytest.raises(LookupError, match="after all"):
            fail()
        assert texts(database) == []
        with database.reading() as connection:
            assert outbox.backlog(connection, database.clock.now()) == (0, 0.0)

    def test_an_error_at_the_last_flush_takes_back_everything_and_rings_nobody(self, database: Database) -> None:
        def clash() -> None:
            with database.transaction() as work:
                work.publish(OpinionDeclined("spam", "none"), subject="o-1", sequence=1)
                work.add(notes, {"id": 1, "text": "a", "at": None})
                work.add(notes, {"id": 2, "text": "a", "at": None})

        with pytest.raises(IntegrityError):
            clash()
        assert texts(database) == []
        with database.transaction() as work:
            work.add(notes, {"id": 1, "text": "usable again", "at": None})
        assert texts(database) == ["usable again"]

    def test_a_message_says_who_when_and_about_what(self, database: Database) -> None:
        with database.transaction() as work:
            message_id = work.publish(OpinionDeclined("spam", "none"), subject="o-1", sequence=7).event.id
        with database.reading() as connection:
            (row,) = outbox.pending(connection, database.clock.now(), 10)
            assert outbox.backlog(connection, database.clock.now() + timedelta(seconds=3)) == (1, 3.0)
        assert (row.message_id, row.subject, row.destinations) == (message_id, "o-1", (("huiying.events", "opinion.declined.-"),))
        assert b'"source":"/test"' in row.body
        assert b'"sequence":7' in row.body

    def test_foreign_keys_hold(self, database: Database) -> None:
        with pytest.raises(IntegrityError), database.transaction() as work:
            work.execute(marks.insert(), {"note": 99})


class TestSideBySide:
    def test_a_reader_does_not_wait_for_a_writer_and_sees_what_was_committed(self, database: Database) -> None:
        with database.transaction() as work:
            work.add(notes, {"id": 1, "text": "a", "at": None})
        with database.transaction() as work:
            work.execute(notes.insert(), {"id": 2, "text": "b", "at": None})
            started = time.monotonic()
            assert texts(database) == ["a"]
            assert time.monotonic() - started < limit(1.0, 4.0)
        assert texts(database) == ["a", "b"]

    def test_read_then_write_of_two_writers_both_succeed(self, database: Database) -> None:
        with database.transaction() as work:
            work.add(notes, {"id": 0, "text": "0", "at": None})
        errors: list[BaseException] = []

        def increment() -> None:
            try:
                for _ in range(10):
                    with database.transaction() as work:
                        row = work.execute(sa.select(notes.c.text).where(notes.c.id == 0).with_for_update()).scalar_one()
                        work.execute(notes.update().where(notes.c.id == 0).values(text=str(int(row) + 1)))
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=increment) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert texts(database) == ["60"]

    def test_sixteen_threads_share_the_pool(self, database: Database) -> None:
        errors: list[BaseException] = []

        def work_and_look(number: int) -> None:
            try:
                for step in range(5):
                    with database.transaction() as work:
                        work.add(notes, {"id": number * 100 + step, "text": f"{number}/{step}", "at": None})
                    assert f"{number}/{step}" in texts(database)
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work_and_look, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert len(texts(database)) == 80


class TestMigrations:
    def test_processes_that_migrate_beside_one_another_do_no_harm(self, any_database: MakeDatabase) -> None:
        database = any_database()
        url = database.url.render_as_string(hide_password=False)
        code = f"from services.runtime.store.migrate import migrate_access; migrate_access({url!r})"
        running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
        assert [process.wait(120) for process in running] == [0, 0, 0]
        with database.reading() as connection:
            assert connection.execute(sa.text("SELECT count(*) FROM version_access")).scalar_one() == 1


def test_rows_become_mappings(any_database: MakeDatabase) -> None:
    with any_database().reading() as connection:
        assert rows_of(connection.execute(sa.text("SELECT 1 AS one, 'x' AS letter"))) == [{"one": 1, "letter": "x"}]


def test_a_store_that_is_away_does_not_answer_a_ping(clock, tmp_path):
    for url in (f"sqlite:///{tmp_path}/missing/test.db", "postgresql+psycopg://huiying@127.0.0.1:1/nothing"):
        with pytest.raises(OperationalError):
            Database(url, "test", clock).ping()


def test_sqlite_commits_are_durable(sqlite_database: MakeDatabase) -> None:
    with sqlite_database().reading() as connection:
        facts = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert facts == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_busy_sqlite_gives_up_and_the_connection_stays_good(
    sqlite_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.runtime.store.engine.BUSY_MILLISECONDS", 200)
    database = sqlite_database()
    tables.create_all(database.engine)
    with database.transaction() as work:
        work.execute(notes.insert(), {"id": 1, "text": "a", "at": None})
        with pytest.raises(OperationalError, match="locked"), database.transaction():
            pytest.fail("there can be only one writer")
    with database.transaction() as work:
        work.execute(notes.insert(), {"id": 2, "text": "b", "at": None})
    assert texts(database) == ["a", "b"]


def test_threads_that_write_to_one_file_wait_for_their_turn_without_asking_it(sqlite_database, monkeypatch):
    database = sqlite_database()
    tables.create_all(database.engine)
    begun: list[bool] = []
    begin = engine_module._has_begun
    monkeypatch.setattr(engine_module, "_has_begun", lambda raw: begun.append(begin(raw)) or begun[-1])

    def write(number: int) -> None:
        with database.transaction() as work:
            work.execute(notes.insert(), {"id": number, "text": str(number), "at": None})
            time.sleep(0.005)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert begun == [True] * 8
    assert len(texts(database)) == 8


def test_connections_that_the_server_has_ended_are_noticed_before_they_are_used(postgres_database: MakeDatabase) -> None:
    database = postgres_database()
    tables.create_all(database.engine)
    with database.transaction() as first, database.transaction() as second:
        first.execute(sa.select(notes))
        second.execute(sa.select(notes))
    database.write(lambda work: work.add(notes, {"id": 1, "text": "a"}))
    with database.engine.connect() as other:
        ours = "datname = current_database() AND pid <> pg_backend_pid()"
        ended = other.execute(sa.text(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {ours}")).scalars().all()
        assert len(ended) >= 3
        assert all(ended)
    database.write(lambda work: work.add(notes, {"id": 2, "text": "b"}))
    with database.transaction() as first, database.transaction() as second:
        first.add(notes, {"id": 3, "text": "c"})
        second.add(notes, {"id": 4, "text": "d"})
    assert texts(database) == ["a", "b", "c", "d"]
