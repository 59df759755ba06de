"""How long each department has had the oldest of what it was given and has not acted on."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from services.routing.series import UnsignedCollector
from services.routing.store.unsigned import unsigned_since
from services.runtime.store.database import Database


def told(bureau):
    (family,) = UnsignedCollector(bureau.database, lambda: bureau.catalogue).collect()
    return {sample.labels["department"]: sample.value for sample in family.samples}


def test_every_department_is_told_from_the_first_look(bureau):
    assert told(bureau) == dict.fromkeys(bureau.catalogue.departments, 0)


def test_the_oldest_counts_until_it_is_signed_and_again_when_it_comes_back(bureau):
    first, department = (row := bureau.row(bureau.accept()))["id"], row["department"]
    bureau.clock.instant += timedelta(hours=2)
    second = bureau.accept()
    bureau.clock.instant += timedelta(hours=1)
    assert told(bureau) == {**dict.fromkeys(bureau.catalogue.departments, 0), department: 3 * 3600}
    bureau.do(first, "sign", None, department)
    assert told(bureau)[department] == 3600
    bureau.do(second, "sign", None, department)
    assert told(bureau)[department] == 0


def test_a_department_that_the_catalogue_does_not_have_any_more_is_told_too(bureau):
    bureau.accept()
    with bureau.database.transaction() as work:
        work.execute(sa.text("UPDATE assignments SET department = 'gone'"))
    bureau.clock.instant += timedelta(minutes=1)
    assert told(bureau)["gone"] == 60


def test_nothing_is_told_while_the_store_does_not_answer(bureau):
    away = Database("sqlite:////nowhere/routing.db", "routing", bureau.clock)
    assert list(UnsignedCollector(away, lambda: bureau.catalogue).collect()) == []


def test_it_is_a_step_in_an_index_for_each_department(bureau):
    bureau.accept()
    asked = []
    with bureau.database.reading() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        unsigned_since(connection)
        text, values = asked[-1]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
    assert [row[-1] for row in plan] == ["SEARCH assignments USING INDEX assignments_unsigned (department>?)"]
