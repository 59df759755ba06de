"""How long the oldest opinion has waited for a department, by when it was let in and not by when it was submitted."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from services.intake.domain.reviewing import Terms
from services.intake.handlers.reviewing import accept
from services.intake.series import UnassignedCollector
from services.intake.store.reading import unassigned_since
from services.runtime.store.database import Database
from tests.unit.intake.harness import TOWN, IntakeHarness, Routing
from tests.unit.intake.opinions import MORNING

NAME = "huiying_unassigned_oldest_seconds"


def told(harness: IntakeHarness) -> float:
    (family,) = UnassignedCollector(harness.database).collect()
    (sample,) = family.samples
    assert sample.name == NAME
    return sample.value


def test_it_is_nothing_where_nothing_waits_and_where_all_waits_for_a_review(harness: IntakeHarness) -> None:
    assert told(harness) == 0
    harness.set_state(harness.submit().id, "submitted")
    harness.clock.instant += timedelta(hours=1)
    assert told(harness) == 0


def test_it_grows_until_a_department_has_it_and_the_next_one_counts_from_its_own_moment(harness: IntakeHarness) -> None:
    first = harness.submit(title="河堤塌了一段").id
    harness.clock.instant += timedelta(minutes=10)
    second = harness.submit(title="路灯不亮").id
    harness.clock.instant += timedelta(minutes=5)
    assert told(harness) == 900
    harness.consume(Routing(first, MORNING).created())
    assert told(harness) == 300
    harness.consume(Routing(second, MORNING).created())
    assert told(harness) == 0


def test_a_review_that_took_its_time_is_not_counted(harness: IntakeHarness) -> None:
    taken = harness.submit(channel="campaign").id
    harness.clock.instant += timedelta(days=3)
    harness.do(accept, TOWN, taken, Terms())
    harness.clock.instant += timedelta(seconds=20)
    assert told(harness) == 20


def test_nothing_is_told_while_the_store_does_not_answer(clock):
    assert list(UnassignedCollector(Database("sqlite:////nowhere/intake.db", "intake", clock)).collect()) == []


def test_it_is_asked_of_indexes_alone(harness: IntakeHarness) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []
    with harness.database.reading() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        unassigned_since(connection)
        text, values = asked[-1]
        plan = " ".join(str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values))
    assert "opinions_state" in plan
    assert "ix_timeline_opinion" in plan
    assert "SCAN" not in plan.replace("SCAN anon", "")
