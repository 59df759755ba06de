"""Work that nobody waits for comes along with the next commit: the same cases on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError

from services.runtime.store.commits import committer
from services.runtime.store.database import Database, Transaction
from tests.contract.sharing import adding, commits_of, notes, refused, tables, texts
from tests.integration.relaying import until
from tests.stores import MakeDatabase

#: How long a thread has for the next step.
SECONDS = 60


@pytest.fixture
def database(any_database: MakeDatabase) -> Iterator[Database]:
    made = any_database()
    tables.create_all(made.engine)
    yield made
    made.close()


class TestLater:
    def test_what_nobody_waits_for_comes_along_with_the_next_commit(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(committer, "LATER_SECONDS", 60.0)
        seen = commits_of(database)
        for number in range(5):
            database.write_later(adding(number), _never)
        assert texts(database) == []
        database.write(adding(9))
        assert texts(database) == [*(f"note {number}" for number in range(5)), "note 9"]
        assert len(seen) == 1

    def test_it_comes_along_with_a_transaction_of_somebody_s_own(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(committer, "LATER_SECONDS", 60.0)
        seen, lost = commits_of(database), list[Exception]()
        for unit in (adding(1), refused, adding(2)):
            database.write_later(unit, lost.append)
        with database.transaction() as work:
            work.add(notes, {"id": 9, "text": "note 9"})
        assert texts(database) == ["note 1", "note 2", "note 9"]
        assert ([type(each).__name__ for each in lost], len(seen)) == (["Conflict"], 1)

    def test_it_is_stored_where_that_transaction_fails(self, database: Database) -> None:
        database.write(adding(1))
        lost = list[Exception]()
        with pytest.raises(IntegrityError):
            _with_companions(database, lost)
        until(lambda: texts(database) == ["note 1", "note 2"])
        database.close()
        assert [type(each) for each in lost] == [IntegrityError]

    def test_it_is_stored_by_itself_after_a_moment(self, database: Database) -> None:
        database.write_later(adding(1), _never)
        until(lambda: texts(database) == ["note 1"])

    def test_it_is_stored_when_the_process_ends_in_order(self, database: Database) -> None:
        for _ in range(3):
            database.write_later(adding(1), _never)
            database.write_later(emptied, _never)
            database.write_later(adding(2), _never)
            database.close()
            assert texts(database) == ["note 2"]
            database.write(emptied)

    def test_an_end_at_any_moment_keeps_nothing_of_later_from_being_stored(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The store is closed just when the thread that commits has cleared the event and not yet asked whether it is to end."""
        monkeypatch.setattr(committer, "LATER_SECONDS", 0.0)
        trail = database._committer._trail
        cleared = threading.Event()

        class Due(threading.Event):
            def clear(self) -> None:
                super().clear()
                if not cleared.is_set():
                    cleared.set()
                    assert self.wait(SECONDS)

        monkeypatch.setattr(trail, "_due", Due())
        database.write_later(adding(1), _never)
        assert cleared.wait(SECONDS)
        database.close()
        assert trail._due.is_set()  # As it was told to end; nobody clears it any more.
        monkeypatch.setattr(committer, "LATER_SECONDS", 60.0)
        database.write_later(adding(2), _never)
        database.close()
        assert texts(database) == ["note 1", "note 2"]

    def test_a_bad_one_is_reported_and_harms_nobody(self, database: Database) -> None:
        lost = list[Exception]()
        database.write(adding(1))
        database.write_later(adding(1), lost.append)
        database.write_later(refused, lost.append)  # Sends the bad one, before the turn of whoever commits for all.
        database.write_later(adding(2), _never)
        assert database.write(adding(3)) == 3
        database.close()
        assert sorted(type(each).__name__ for each in lost) == ["Conflict", "IntegrityError"]
        assert texts(database) == ["note 1", "note 2", "note 3"]

    def test_it_is_reported_when_the_store_is_away(self, database: Database) -> None:
        lost = list[Exception]()

        def fail(_: object) -> None:
            raise OperationalError("COMMIT", {}, Exception("disk full"))

        sa.event.listen(database._shared.engine, "commit", fail)
        database.write_later(adding(1), lost.append)
        database.close()
        assert len(lost) == 1


def _with_companions(database: Database, lost: list[Exception]) -> None:
    with database.transaction() as work:
        # Taken along, this one breaks the transaction when it is sent.
        database.write_later(adding(1), lost.append)
        database.write_later(adding(2), _never)
        work.add(notes, {"id": 9, "text": "note 9"})


def emptied(work: Transaction) -> None:
    work.execute(notes.delete())


def _never(error: Exception) -> None:
    raise AssertionError from error
