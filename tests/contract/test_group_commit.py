"""What requests rely on that share a transaction: the same cases on SQLite and on PostgreSQL."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError

from services.contracts.errors import Conflict, HuiyingError
from services.contracts.messages.opinions import OpinionDeclined
from services.runtime.store import engine as engines
from services.runtime.store.database import Database, Transaction
from services.runtime.store.outgoing import outbox
from tests.contract.sharing import Threads, Unit, adding, commits_of, gathering, marks, notes, refused, tables, texts
from tests.integration.relaying import until
from tests.stores import MakeDatabase


@pytest.fixture
def database(any_database: MakeDatabase) -> Iterator[Database]:
    made = any_database()
    tables.create_all(made.engine)
    yield made
    made.close()


def test_one_caller_gets_its_result_and_its_own_error(database: Database) -> None:
    assert database.write(adding(1)) == 1
    with pytest.raises(IntegrityError):
        database.write(adding(1))
    with pytest.raises(Conflict):
        database.write(lambda _: (_ for _ in ()).throw(Conflict("no")))
    assert database.write(adding(2)) == 2
    assert texts(database) == ["note 1", "note 2"]


def test_those_that_wait_share_a_commit_and_each_gets_its_own_result(database: Database) -> None:
    seen = commits_of(database)
    with gathering(database, 20) as threads:
        threads.give(*(adding(number) for number in range(20)))
    assert threads.all() == ["held", *range(20)]
    assert len(texts(database)) == 20
    assert len(seen) == 1


def refused_early(work: Transaction) -> None:
    work.add(notes, {"id": 51, "text": "refused"})
    raise Conflict("refused before anything was sent")


def wrong_at_once(work: Transaction) -> None:
    work.execute(notes.insert(), {"id": 1, "text": "taken"})


def wrong_at_the_end(work: Transaction) -> None:
    work.add(notes, {"id": 1, "text": "taken"})


def wrong_question(work: Transaction) -> None:
    work.execute(sa.select(sa.literal_column("nothing_of_that_name")))


def orphan(work: Transaction) -> None:
    work.add(marks, {"note": 999})


@pytest.mark.parametrize("bad", [refused, refused_early, wrong_at_once, wrong_at_the_end, wrong_question, orphan])
def test_a_bad_one_harms_only_itself(database: Database, bad: Unit) -> None:
    database.write(adding(1))
    with gathering(database, 5) as threads:
        threads.give(adding(2), bad, adding(3), bad, adding(4))
    _, first, error, second, other, third = threads.all()
    assert (first, second, third) == (2, 3, 4)
    for each in (error, other):
        assert isinstance(each, (HuiyingError, sa.exc.SQLAlchemyError))
    assert texts(database) == ["note 1", "note 2", "note 3", "note 4"]


def test_two_that_want_the_same_place_get_it_once(database: Database) -> None:
    def once(work: Transaction) -> str:
        if work.execute(sa.select(notes.c.id).where(notes.c.text == "mine")).scalar() is None:
            work.add(notes, {"text": "mine"})
            return "new"
        return "known"

    with gathering(database, 4) as threads:
        threads.give(once, once, once, adding(7))
    told = threads.all()[1:]
    assert told.count("new") == 1
    assert told[3] == 7
    assert all(each in ("new", "known") or isinstance(each, IntegrityError) for each in told[:3])
    assert sorted(texts(database)) == ["mine", "note 7"]


def test_who_changes_a_row_sees_what_the_others_before_have_added_and_changed(database: Database) -> None:
    def longer(work: Transaction) -> str:
        text = work.execute(sa.select(notes.c.text).where(notes.c.id == 1).with_for_update()).scalar_one()
        work.defer(_LONGER, {"which": 1, "new": text + "!"})
        return str(text)

    with gathering(database, 4) as threads:
        threads.give(adding(1, "a"))
        until(lambda: len(database._committer._waiting) == 1)
        threads.give(longer, longer, longer)
    assert sorted(threads.all()[2:]) == ["a", "a!", "a!!"]
    assert texts(database) == ["a!!!"]


_LONGER = notes.update().where(notes.c.id == sa.bindparam("which")).values(text=sa.bindparam("new"))


def test_rows_of_several_keep_the_order_that_each_relies_on(database: Database) -> None:
    def renamed(number: int) -> Unit:
        def unit(work: Transaction) -> None:
            work.add(notes, {"id": number, "text": "same"})
            work.defer(_LONGER, {"which": number, "new": f"other {number}"})

        return unit

    def marked(number: int) -> Unit:
        def unit(work: Transaction) -> None:
            work.defer(_LONGER, {"which": 0, "new": f"seen {number}"})
            work.add(notes, {"id": number, "text": f"note {number}"})
            work.add(marks, {"note": number})

        return unit

    with gathering(database, 4) as threads:
        threads.give(renamed(1), marked(2), renamed(3), marked(4))
    assert [each for each in threads.all() if each is not None] == ["held"]
    assert texts(database) == ["other 1", "note 2", "other 3", "note 4"]


def test_nobody_is_told_success_when_the_commit_fails(database: Database) -> None:
    def fail(_: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk full"))

    sa.event.listen(database._shared.engine, "commit", fail)
    with gathering(database, 3) as threads:
        threads.give(adding(1), refused, adding(2))
    assert all(isinstance(each, OperationalError) for each in threads.all())
    sa.event.remove(database._shared.engine, "commit", fail)
    assert texts(database) == []
    assert database.write(adding(3)) == 3


def test_a_store_that_cannot_begin_says_so_to_all_and_is_used_again(
    sqlite_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = sqlite_database()
    tables.create_all(database.engine)
    monkeypatch.setattr(engines, "BUSY_MILLISECONDS", 200)
    other = Database(str(database.url), "other", database.clock)
    threads = Threads(database)
    with other.transaction():
        threads.give(*(adding(number) for number in range(5)))
        assert all(isinstance(each, OperationalError) for each in threads.all())
    assert database.write(adding(9)) == 9
    assert texts(database) == ["note 9"]


def test_a_unit_that_waits_for_a_row_holds_nobody_up_and_gets_it_in_the_end(postgres_database: MakeDatabase) -> None:
    database = postgres_database()
    tables.create_all(database.engine)
    database.write(adding(1))
    threads, done = Threads(database), threading.Event()

    def patient(work: Transaction) -> str:
        return str(work.execute(sa.select(notes.c.text).where(notes.c.id == 1).with_for_update()).scalar_one())

    def quick(work: Transaction) -> None:
        work.add(notes, {"id": 2, "text": "quick"})

    with database.transaction() as work:
        work.execute(notes.update().where(notes.c.id == 1).values(text="changed"))
        threads.give(patient, patient)
        until(lambda: not database._committer._waiting)
        database.write(quick)
        done.set()
        assert threads.results == {}
    assert done.is_set()
    assert threads.all() == ["changed", "changed"]
    assert texts(database) == ["changed", "quick"]


def test_many_threads_lose_nothing_and_share_commits(database: Database) -> None:
    seen, threads = commits_of(database), Threads(database)

    def many(first: int) -> Unit:
        def unit(work: Transaction) -> int:
            work.add(notes, {"id": first, "text": f"note {first}"})
            return first

        return unit

    def client(first: int) -> None:
        for number in range(first, first + 25):
            assert database.write(many(number)) == number

    running = [threading.Thread(target=client, args=(100 * number,)) for number in range(12)]
    for each in running:
        each.start()
    for each in running:
        each.join()
    assert threads.all() == []
    assert len(texts(database)) == 300
    assert len(seen) < 300


def test_a_unit_runs_in_the_context_of_its_thread(database: Database) -> None:
    name = contextvars.ContextVar("name", default="nobody")
    with gathering(database, 6) as threads:
        for number in range(6):
            context = contextvars.copy_context()
            context.run(name.set, f"caller {number}")
            context.run(threads.give, lambda _: name.get())
    # A thread starts with a context of its own, unless it is given one.
    assert set(threads.all()[1:]) == {"nobody"}

    def caller(number: int) -> None:
        name.set(f"caller {number}")
        assert database.write(lambda _: name.get()) == f"caller {number}"

    running = [threading.Thread(target=caller, args=(number,)) for number in range(8)]
    for each in running:
        each.start()
    for each in running:
        each.join()


def test_a_unit_that_waits_for_another_is_told_instead_of_waiting_for_ever(database: Database) -> None:
    with pytest.raises(RuntimeError, match="cannot wait"):
        database.write(lambda _: database.write(adding(1)))
    assert database.write(adding(2)) == 2


def test_a_thread_that_is_ended_leaves_nobody_waiting(database: Database) -> None:
    def ended(_: Transaction) -> None:
        raise SystemExit

    with gathering(database, 2) as threads:
        threads.give(adding(1))
        until(lambda: len(database._committer._waiting) == 1)
        threads.give(ended)
    _, first, second = threads.all()
    assert (first, type(second)) == (1, SystemExit)
    assert database.write(adding(3)) == 3


def test_what_was_published_wakes_the_relay_and_is_in_the_outbox(database: Database) -> None:
    rung = list[int]()

    def publishing(number: int) -> Unit:
        return lambda work: work.publish(OpinionDeclined("spam", "none"), subject=f"o-{number}", sequence=1)

    with gathering(database, 3) as threads:
        database.wake_up.signal = lambda: rung.append(1)  # type: ignore[method-assign]
        threads.give(*map(publishing, range(3)))
    with database.reading() as connection:
        assert {row.message_id for row in outbox.pending(connection, database.clock.now(), 10)} == {
            each.event.id for each in threads.all()[1:]
        }
    assert rung == [1]
