"""A request sent twice and a message heard twice: one effect, on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from services.contracts.errors import Conflict, Invalid
from services.runtime import inbox
from services.runtime.clock import FixedClock
from services.runtime.database import Database, Transaction
from services.runtime.idempotency import once
from tests.conftest import MakeDatabase

notes = sa.Table("notes", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.Text))


@pytest.fixture
def database(any_database: MakeDatabase) -> Database:
    made = any_database()
    notes.metadata.create_all(made.engine)
    return made


def texts(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(sa.select(notes.c.text).order_by(notes.c.id)).scalars())


class TestIdempotency:
    def act(self, text: str) -> Callable[[Transaction], tuple[int, dict[str, str]]]:
        def acting(work: Transaction) -> tuple[int, dict[str, str]]:
            work.execute(notes.insert(), {"id": sum(text.encode()), "text": text})
            return 201, {"text": text}

        return acting

    def test_the_same_request_twice_has_one_effect_and_one_answer(self, database: Database) -> None:
        first = once(database, "k", "/notes", {"text": "a"}, self.act("a"))
        again = once(database, "k", "/notes", {"text": "a"}, self.act("b"))
        assert first == again == (201, {"text": "a"})
        assert texts(database) == ["a"]

    def test_a_key_counts_for_one_route_only(self, database: Database) -> None:
        once(database, "k", "/notes", {}, self.act("a"))
        assert once(database, "k", "/others", {}, self.act("b")) == (201, {"text": "b"})

    def test_a_key_used_for_another_body_is_a_conflict(self, database: Database) -> None:
        once(database, "k", "/notes", {"text": "a"}, self.act("a"))
        with pytest.raises(Conflict, match="another request"):
            once(database, "k", "/notes", {"text": "b"}, self.act("b"))

    def test_what_another_request_did_first_is_found_at_the_second_try(self, database: Database) -> None:
        tries: list[int] = []

        def overtaken(work: Transaction) -> tuple[int, dict[str, str]]:
            tries.append(1)
            if len(tries) == 1:
                raise IntegrityError("INSERT", {}, Exception("duplicate key"))
            return 200, {"text": "known"}

        assert once(database, None, "/notes", {}, overtaken) == (200, {"text": "known"})
        assert len(tries) == 2

    def test_without_a_key_every_request_acts(self, database: Database) -> None:
        once(database, None, "/notes", {}, self.act("a"))
        once(database, None, "/notes", {}, self.act("b"))
        assert sorted(texts(database)) == ["a", "b"]

    def test_a_failed_request_leaves_its_key_free(self, database: Database) -> None:
        def refuse(work: Transaction) -> tuple[int, object]:
            raise Conflict("not now")

        with pytest.raises(Conflict, match="not now"):
            once(database, "k", "/notes", {}, refuse)
        assert once(database, "k", "/notes", {}, self.act("a"))[0] == 201

    def test_a_key_can_be_too_long(self, database: Database) -> None:
        with pytest.raises(Invalid, match="too long"):
            once(database, "k" * 201, "/notes", {}, self.act("a"))
        assert once(database, "k" * 200, "/notes", {}, self.act("a"))[0] == 201

    def test_requests_beside_one_another_get_the_same_answer(self, database: Database) -> None:
        answers: list[object] = []
        gate = threading.Barrier(6)

        def request(number: int) -> None:
            gate.wait()
            try:
                answers.append(once(database, "k", "/notes", {}, self.act(f"n{number}")))
            except BaseException as error:
                answers.append(error)

        threads = [threading.Thread(target=request, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(texts(database)) == 1
        assert answers == [(201, {"text": texts(database)[0]})] * 6


def test_the_inbox_forgets_what_is_old(any_database: MakeDatabase, clock: FixedClock) -> None:
    database = any_database()
    with database.transaction() as work:
        assert inbox.claim(work, "q", ["b", "a", "a"]) == {"a", "b"}
    clock.instant += timedelta(days=40)
    with database.transaction() as work:
        assert inbox.claim(work, "q", ["a", "c"]) == {"c"}
        assert inbox.claim(work, "other", ["a"]) == {"a"}
        assert inbox.prune(work, 30) == 2
        assert inbox.claim(work, "q", ["a", "c"]) == {"a"}
