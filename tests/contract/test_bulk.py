"""Many rows through one statement say the same as SQLAlchemy would, on both kinds of store."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from services.runtime.store.database import INSERTS, Instant
from services.runtime.store.statements.bare import together
from services.runtime.store.statements.bulk import among, fetch, first, insert_into, rows_of, run, run_many
from services.runtime.store.statements.copying import COPIED, COPIED_AT_ONCE, COPIED_TYPES

tables = sa.MetaData()
things = sa.Table(
    "things",
    tables,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Instant),
    sa.Column("on", sa.Date),
    sa.Column("done", sa.Boolean),
    sa.Column("facts", sa.JSON),
    sa.Column("body", sa.LargeBinary),
    sa.Column("share", sa.Float),
    sa.Column("size", sa.BigInteger),
    sa.Column("rank", sa.SmallInteger),
    sa.Column("note", sa.Text),
    sa.Column("state", sa.String(10), server_default="new"),
)
#: With a type that COPY is not told of.
prices = sa.Table("prices", tables, sa.Column("id", sa.Integer, primary_key=True), sa.Column("price", sa.Numeric(9, 2)))
INVALID = things.insert().values(id=sa.bindparam("id"), state=sa.literal_column("1 / 0 || missing"))
WHICH = things.c.id == sa.bindparam("which")
RENAMED = things.update().where(WHICH).values(state=sa.bindparam("to"))


@pytest.fixture
def work(any_database):
    database = any_database()
    tables.create_all(database.engine)
    with database.transaction() as work:
        yield work


def row(number, at, **values):
    given = {
        "id": number,
        "at": at,
        "on": date(2026, 11, 23),
        "done": True,
        "facts": {"一": [1, None]},
        "body": b"\0%s",
        "share": 0.5,
        "size": -(2**63),
        "rank": 2**15 - 1,
        "note": "一\t\\N\n",
    }
    return given | values


def stored(work):
    return rows_of(work.execute(sa.select(things).order_by(things.c.id)))


def heard_on(connection):
    """The first words of the statements that are sent from here on."""
    heard: list[str] = []
    sa.event.listen(connection, "before_cursor_execute", lambda *given: heard.append(given[2].split()[0]))
    return heard


@pytest.mark.parametrize("count", [2, COPIED - 1, COPIED, 3 * COPIED])
def test_every_type_arrives_as_it_was_given(work, count):
    """Also in the format of COPY, which PostgreSQL gets from so many rows on."""
    heard = heard_on(work.connection)
    without = {"on": None, "done": None, "facts": None, "body": None, "share": None}
    given = [row(number, work.now) if number % 2 else row(number, None, **without) for number in range(count)]
    run_many(work.connection, insert_into(things), given)
    assert heard == ["COPY" if count >= COPIED and work.connection.dialect.name == "postgresql" else "INSERT"]
    assert stored(work) == [each | {"state": "new"} for each in given]
    # JSON's null is not the absence of JSON.
    assert work.execute(sa.select(sa.cast(things.c.facts, sa.Text)).where(things.c.id == 0)).scalar_one() == "null"


def test_no_copy_gets_more_rows_than_it_has_time_for(work):
    heard, count = heard_on(work.connection), 2 * COPIED_AT_ONCE + 1
    run_many(work.connection, insert_into(things), [{"id": number} for number in range(count)])
    assert heard == (["COPY"] * 3 if work.connection.dialect.name == "postgresql" else ["INSERT"])
    assert work.execute(sa.select(sa.func.count()).select_from(things)).scalar_one() == count


def test_every_type_that_is_copied_is_tried_here():
    dialect = sa.dialects.postgresql.dialect()
    tried = {str(column.type.compile(dialect)).partition("(")[0] for column in things.columns}
    assert tried == set(COPIED_TYPES)


def test_what_cannot_be_copied_is_inserted(work):
    heard, connection = heard_on(work.connection), work.connection
    run_many(connection, insert_into(prices), [{"id": number, "price": number} for number in range(COPIED)])
    run_many(connection, things.insert().values(state=sa.func.lower("OLD")), [{"id": number} for number in range(COPIED)])
    with together(connection):
        run_many(connection, insert_into(things), [{"id": number} for number in range(COPIED, 2 * COPIED)])
    assert heard == ["INSERT"] * 3
    assert {each["state"] for each in stored(work)} == {"old", "new"}


#: Numbers that are too large for the columns, which SQLite does not mind.
TOO_LARGE = (("rank", 2**15), ("rank", -(2**15) - 1), ("id", 2**31), ("id", -(2**40)), ("size", 2**63))


@pytest.mark.parametrize("any_database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("count", [1, 2, COPIED])
def test_a_number_that_is_too_large_for_its_column_is_refused_however_many_rows_there_are(any_database, count):
    database = any_database()
    tables.create_all(database.engine)
    for column, number in TOO_LARGE:
        rows = [{"id": -each, column: -each} for each in range(1, count)]
        with pytest.raises(DBAPIError, match="out of range"), database.transaction() as work:
            run_many(work.connection, insert_into(things), [*rows, {"id": 0, column: number}])


def test_an_error_says_nothing_of_the_rows_it_met(any_database):
    database = any_database()
    tables.create_all(database.engine)
    rows = [{"id": number // 2, "body": b"secret", "facts": "secret", "state": "secret"} for number in range(COPIED)]
    with pytest.raises(IntegrityError) as caught, database.transaction() as work:
        run_many(work.connection, insert_into(things), rows)
    assert "secret" not in str(caught.value)


def test_values_that_stand_in_the_statement_go_to_every_row(work):
    run_many(work.connection, insert_into(things), [row(1, work.now), row(2, work.now), row(3, work.now)])
    later = work.now + timedelta(days=1)
    change = things.update().where(WHICH, things.c.done == sa.true()).values(state="50%", at=later, share=sa.bindparam("part"))
    run_many(work.connection, change, [{"which": 1, "part": 0.1}, {"which": 3, "part": 0.3}])
    assert [(each["state"], each["at"], each["share"]) for each in stored(work)] == [
        ("50%", later, 0.1), ("new", work.now, 0.5), ("50%", later, 0.3),
    ]  # fmt: skip


def test_rows_with_other_columns_get_a_statement_of_their_own(work):
    run_many(work.connection, insert_into(things), [{"id": 1}])
    run_many(work.connection, insert_into(things), [{"id": 2, "state": "old"}])
    assert [(each["id"], each["state"]) for each in stored(work)] == [(1, "new"), (2, "old")]


def test_what_is_there_already_can_be_renewed(work):
    insert = INSERTS[work.connection.dialect.name](things)
    renew = insert.on_conflict_do_update(index_elements=[things.c.id], set_={"state": insert.excluded.state})
    run_many(work.connection, renew, [{"id": 1, "state": "a"}, {"id": 2, "state": "b"}])
    run_many(work.connection, renew, [{"id": 2, "state": "c"}])
    assert [(each["id"], each["state"]) for each in stored(work)] == [(1, "a"), (2, "c")]


def test_a_statement_with_a_list_in_it_runs_as_well(work):
    run_many(work.connection, insert_into(things), [{"id": 1}, {"id": 2}, {"id": 3}])
    run_many(work.connection, things.delete().where(things.c.id.in_(sa.bindparam("ids", expanding=True))), [{"ids": [1, 3]}])
    assert [each["id"] for each in stored(work)] == [2]


def test_what_is_found_is_what_sqlalchemy_would_find(work):
    given = [row(1, work.now), row(2, None, on=None, done=None, facts=None, body=None, share=None)]
    run_many(work.connection, insert_into(things), given)
    query = sa.select(things).order_by(things.c.id)
    found = fetch(work.connection, query)
    assert [each._asdict() for each in found] == stored(work)
    assert (found[0].facts, list(found[1])[:2], first(work.connection, query)) == ({"一": [1, None]}, [2, None], found[0])
    assert first(work.connection, sa.select(things).where(WHICH), {"which": 3}) is None


def test_a_change_finds_what_it_says_of_what_it_has_changed(work):
    run_many(work.connection, insert_into(things), [{"id": 1, "at": work.now}, {"id": 2, "at": None}])
    renamed = RENAMED.returning(things.c.id, things.c.at, things.c.state)
    (found,) = work.fetch(renamed, {"which": 1, "to": "old"})
    assert (tuple(found), found.at, work.fetch(renamed, {"which": 3, "to": "old"})) == ((1, work.now, "old"), work.now, [])
    assert [each["state"] for each in stored(work)] == ["old", "new"]


def test_a_list_is_one_parameter_however_long_it_is(work):
    run_many(work.connection, insert_into(things), [{"id": number, "state": f"s{number}"} for number in range(5)])
    heard: list[str] = []
    sa.event.listen(work.connection, "before_cursor_execute", lambda *given: heard.append(given[2]))
    by_number = sa.select(things.c.id).where(among(things.c.id, "ids")).order_by(things.c.id)
    by_text = sa.select(things.c.id).where(among(things.c.state, "states"), things.c.id > sa.bindparam("over"))
    assert [each.id for each in fetch(work.connection, by_number, {"ids": [1, 3, 9]})] == [1, 3]
    assert fetch(work.connection, by_number, {"ids": []}) == []
    assert [each.id for each in fetch(work.connection, by_text, {"states": ["s2", "s0", "'\"; --"], "over": 1})] == [2]
    assert run(work.connection, things.delete().where(among(things.c.id, "ids")), {"ids": range(2, 5)}) == 3
    assert [each.id for each in fetch(work.connection, by_number, {"ids": [0, 1, 2]})] == [0, 1]
    assert len(set(heard)) == 3


def test_sqlalchemy_itself_takes_such_a_list_too(work):
    run_many(work.connection, insert_into(things), [{"id": 1}, {"id": 2}, {"id": 3}])
    query = sa.select(things.c.id).where(among(things.c.id, "ids")).order_by(things.c.id)
    assert work.execute(query, {"ids": [3, 1]}).scalars().all() == [1, 3]
    assert work.execute(query, {"ids": [2]}).scalars().all() == [2]


def test_errors_are_those_that_callers_know(any_database):
    database = any_database()
    tables.create_all(database.engine)
    with pytest.raises(IntegrityError), database.transaction() as work:
        run_many(work.connection, insert_into(things), [{"id": 1}, {"id": 1}])
    with pytest.raises(StatementError), database.transaction() as work:
        run_many(work.connection, things.update().where(WHICH).values(state="x"), [{"that": 1}])
    with pytest.raises(DBAPIError), database.transaction() as work:
        run(work.connection, INVALID, {"id": 1})
    with database.reading() as connection:
        assert not connection.execute(sa.select(things)).all()


def test_what_waits_together_fails_as_one_with_the_first_error_and_leaves_the_connection_usable(any_database):
    database = any_database()
    tables.create_all(database.engine)

    def unit(*ids):
        def run_it(work):
            for number in ids:
                work.add(things, {"id": number, "state": "added"})
                work.defer(RENAMED, {"which": number, "to": f"renamed {number}"})

        return run_it

    database.write(unit(1, 2, 3))
    many = range(10, 10 + COPIED)
    with pytest.raises(IntegrityError):
        database.write(unit(*many, 1))
    with pytest.raises(IntegrityError):
        database.write(unit(4, 1))
    with pytest.raises(IntegrityError), database.transaction() as work:
        unit(5, 2)(work)
    database.write(unit(6, *many))
    with database.reading() as connection:
        found = connection.execute(sa.select(things.c.id, things.c.state).order_by(things.c.id)).all()
    assert [tuple(each) for each in found] == [(number, f"renamed {number}") for number in (1, 2, 3, 6, *many)]
