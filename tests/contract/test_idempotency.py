"""A request sent twice and a message heard twice: one effect, on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from services.contracts.errors import Conflict, Invalid
from services.runtime.clock import FixedClock
from services.runtime.store import inbox
from services.runtime.store.database import Database, Transaction
from services.runtime.store.idempotency import KEPT, PRUNED_A_COMMIT, Key, answers, forget, once, prune
from tests.stores import MakeDatabase

K = Key("k", "token-1")
_PARTS = st.text(alphabet="ab \x1f/", min_size=22, max_size=23)
SENDERS = st.tuples(st.none() | _PARTS, _PARTS, _PARTS)
notes = sa.Table("notes", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.Text))


@pytest.fixture
def database(any_database: MakeDatabase) -> Database:
    made = any_database()
    notes.metadata.create_all(made.engine)
    return made


def texts(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(sa.select(notes.c.text).order_by(notes.c.id)).scalars())


def remembered(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(answers)).scalar_one())


class TestIdempotency:
    def act(self, text: str) -> Callable[[Transaction], tuple[int, dict[str, str]]]:
        def acting(work: Transaction) -> tuple[int, dict[str, str]]:
            work.execute(notes.insert(), {"id": sum(text.encode()), "text": text})
            return 201, {"text": text}

        return acting

    def test_the_same_request_twice_has_one_effect_and_one_answer(self, database: Database) -> None:
        first = once(database, K, "/notes", {"text": "a"}, self.act("a"))
        again = once(database, K, "/notes", {"text": "a"}, self.act("b"))
        assert first == again == (201, {"text": "a"})
        assert texts(database) == ["a"]

    def test_a_key_counts_for_one_route_only(self, database: Database) -> None:
        once(database, K, "/notes", {}, self.act("a"))
        assert once(database, K, "/others", {}, self.act("b")) == (201, {"text": "b"})

    def test_a_key_used_for_another_body_is_a_conflict(self, database: Database) -> None:
        once(database, K, "/notes", {"text": "a"}, self.act("a"))
        with pytest.raises(Conflict, match="another request"):
            once(database, K, "/notes", {"text": "b"}, self.act("b"))

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
            once(database, K, "/notes", {}, refuse)
        assert once(database, K, "/notes", {}, self.act("a"))[0] == 201

    @pytest.mark.parametrize(
        ("principal", "good", "bad"), [("token-1", 1, None), ("token-1", 200, 201), (None, 22, 21), (None, 200, 201)]
    )
    def test_a_key_has_a_length_that_depends_on_who_sends_it(
        self, database: Database, principal: str | None, good: int, bad: int | None
    ) -> None:
        if bad is not None:
            with pytest.raises(Invalid) as refused:
                once(database, Key("k" * bad, principal), "/notes", {}, self.act("a"))
            assert list(refused.value.errors) == ["Idempotency-Key"]
            assert texts(database) == []
        assert once(database, Key("k" * good, principal), "/notes", {}, self.act("a"))[0] == 201

    @pytest.mark.parametrize("header", [None, "", " ", " \t  "])
    def test_a_blank_key_is_none(self, database: Database, header: str | None) -> None:
        for principal in ("token-1", None):
            assert Key.of(header, principal) is None

    def test_blanks_around_a_key_do_not_count(self) -> None:
        assert Key.of(" k ", None) == Key("k", None)

    @given(first=SENDERS, second=SENDERS)
    def test_two_requests_share_an_answer_only_if_caller_route_and_key_are_the_same(
        self, first: tuple[str | None, str, str], second: tuple[str | None, str, str]
    ) -> None:
        """However the parts could be glued together to look alike."""
        names = [Key(text, principal).name(route) for principal, route, text in (first, second)]
        assert (names[0] == names[1]) == (first == second)

    def test_an_answer_goes_only_to_whom_it_was_first_given(self, database: Database) -> None:
        senders = [("token-1", "/notes"), ("token-2", "/notes"), (None, "/notes"), (None, "/others")]
        text = "a-key-that-nobody-can-guess"
        ask = lambda number: once(  # noqa: E731
            database, Key(text, senders[number][0]), senders[number][1], {}, lambda _: (201, {"secret": number})
        )
        assert [ask(number)[1]["secret"] for number in (0, 1, 2, 3, 0, 1, 2, 3)] == [0, 1, 2, 3, 0, 1, 2, 3]

    def test_the_order_of_fields_does_not_make_another_body(self, database: Database) -> None:
        first = once(database, K, "/notes", {"a": 1, "b": {"c": 2, "d": 3}}, self.act("a"))
        assert once(database, K, "/notes", {"b": {"d": 3, "c": 2}, "a": 1}, self.act("b")) == first

    def test_after_a_day_a_key_is_free_again(self, database: Database, clock: FixedClock) -> None:
        once(database, K, "/notes", {"text": "a"}, self.act("a"))
        clock.instant += KEPT - timedelta(seconds=1)
        assert once(database, K, "/notes", {"text": "a"}, self.act("b")) == (201, {"text": "a"})
        clock.instant += timedelta(seconds=1)
        assert once(database, K, "/notes", {"text": "c"}, self.act("c")) == (201, {"text": "c"})
        assert once(database, K, "/notes", {"text": "c"}, self.act("d")) == (201, {"text": "c"})

    def test_what_is_old_is_removed_some_at_a_time_and_the_rest_stays(self, database: Database, clock: FixedClock) -> None:
        with database.transaction() as work:
            for number in range(PRUNED_A_COMMIT + 1):
                row = {"key": str(number), "request": "-", "status": 201, "answer": b"{}", "created": work.now, "subject": None}
                work.add(answers, row)
        clock.instant += KEPT / 2
        once(database, K, "/notes", {"text": "a"}, self.act("a"))
        assert prune(database) is False
        clock.instant += KEPT / 2
        assert [prune(database), prune(database)] == [True, False]
        assert remembered(database) == 1
        assert once(database, K, "/notes", {"text": "a"}, self.act("b")) == (201, {"text": "a"})

    def test_what_is_old_is_found_by_its_index(self, database: Database) -> None:
        if database.is_sqlite:
            with database.reading() as connection:
                plan = connection.exec_driver_sql(
                    "EXPLAIN QUERY PLAN SELECT key FROM idempotency WHERE created <= 0 ORDER BY created LIMIT 10"
                ).all()
            assert "idempotency_created" in str(plan)

    def test_answers_about_something_are_forgotten_with_it(self, database):
        for number, subject in enumerate(("one", "one", "two")):
            once(
                database,
                Key(f"k{number}", "token-1"),
                "/notes",
                {},
                lambda _, subject=subject: (201, {"id": subject, "receipt": "r"}),
            )
        with database.transaction() as work:
            forget(work, "one")
        assert remembered(database) == 1
        assert once(database, Key("k2", "token-1"), "/notes", {}, self.act("a")) == (201, {"id": "two", "receipt": "r"})
        assert once(database, Key("k0", "token-1"), "/notes", {}, self.act("a")) == (201, {"text": "a"})

    def test_the_store_does_not_hold_the_key_itself(self, database: Database) -> None:
        once(database, Key("a-key-that-nobody-can-guess", None), "/notes", {}, self.act("a"))
        with database.reading() as connection:
            assert "guess" not in str(connection.execute(sa.select(answers)).all())

    def test_requests_beside_one_another_get_the_same_answer(self, database: Database) -> None:
        answers: list[object] = []
        gate = threading.Barrier(6)

        def request(number: int) -> None:
            gate.wait()
            try:
                answers.append(once(database, K, "/notes", {}, self.act(f"n{number}")))
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
