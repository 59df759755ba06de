"""A store of the first release is brought up to date: what it knows reads as if it had been heard by today's program."""

import shutil

import orjson
import pytest
import sqlalchemy as sa

from services.metrics import __main__ as main
from services.metrics import handlers
from services.metrics.domain.counts import DIMENSIONS
from services.metrics.domain.derivation import derive
from services.metrics.domain.story import fact_of
from services.metrics.store import tables
from services.runtime.store.migrate import migrate
from tests.unit.metrics.conftest import running_on
from tests.unit.metrics.telling import DAY, HOUR, START, Case
from tests.unit.metrics.test_story import DAYS

MIGRATIONS = main.ASSEMBLY.migrations
#: What the first release did not keep of a message.
NEW = {"round", "rater", "department", "level", "key", "leader", "cause", "why"}
KEPT_ALL_ALONG = {"assignment.created": {"department"}, "assignment.reopened": {"round"}}


def cases() -> list[Case]:
    again = Case("o1").submitted().accepted().assigned().later(HOUR).signed().later(DAY).replied().later(DAY)
    again.evaluated("dissatisfied", "satisfied").later(HOUR).reopened().later(DAY).replied().later(DAY).evaluated().concluded()
    unsigned = Case("o2").submitted().accepted().assigned(sign=DAY).later(3 * DAY).extended()
    back = Case("o3").submitted().accepted().assigned(sign=DAY).later(3 * DAY).withdrawn().cancelled()
    return [again, unsigned, back]


def as_before(fact) -> tuple:
    known = KEPT_ALL_ALONG.get(fact.type, set())
    data = {name: value for name, value in fact.data.items() if name not in NEW - known}
    return fact.id, fact.type, fact.at, fact.sequence, data


def first_rows(case, table):
    """The rows of a case as the first release wrote them into one of its tables."""
    facts = [fact for event in case.events if (fact := fact_of(event, event.time)) is not None]
    derived = derive(case.id, facts, DAYS)
    if table.name == "stories":
        return [{"opinion": case.id, "facts": orjson.dumps([as_before(fact) for fact in sorted(facts, key=lambda fact: fact.id)])}]
    if table.name == "cases":
        return [derived.case]
    if table.name == "deadlines":
        return [{**row, "reply_by": row["due"]} for row in derived.deadlines if row["kind"] == "reply"]
    sign_by = {row["assignment"]: row["due"] for row in derived.deadlines if row["kind"] == "sign"}
    return [{**row, "sign_by": sign_by[row["assignment"]] if row["round"] == 1 else None} for row in derived.rounds]


def fill(database) -> None:
    now = {**tables.tables}
    with database.transaction() as work:
        for name in ("stories", "cases", "rounds", "deadlines"):
            old = sa.Table(name, sa.MetaData(), autoload_with=work.connection)
            for column in old.c:
                # An instant is a plain number in the database, and has to be written as the program writes it.
                column.type = now[name].c[column.name].type if column.name in now[name].c else column.type
                if column.name in ("sign_by", "reply_by"):
                    column.type = now["rounds"].c.reply_by.type
            rows = [
                {column.name: row[column.name] for column in old.c if column.name in row}
                for c in cases()
                for row in first_rows(c, old)
            ]
            work.execute(old.insert(), rows)


def contents(database) -> dict:
    with database.reading() as connection:
        return {
            name: sorted(map(str, connection.execute(sa.select(tables.tables[name]))))
            for name in ("rounds", "deadlines", "ratings", "cases_past", "rounds_past")
        }


@pytest.fixture
def upgraded(any_database, tmp_path):
    first = tmp_path / "first"
    first.mkdir()
    shutil.copy(MIGRATIONS / "0001_read_model.py", first)
    database = any_database("metrics", first)
    fill(database)
    migrate(database, MIGRATIONS, "metrics")
    return database


def renewed(upgraded, clock, tmp_path):
    """The service on the upgraded store, when the worker has derived again what it found."""
    running = running_on(upgraded, clock, tmp_path)
    assert handlers.renew_stale(running.service) is False
    return running


LATER = {"as_of": (START + 39 * DAY).isoformat()}


def test_what_was_known_reads_as_if_heard_today(upgraded, sqlite_database, clock, tmp_path):
    fresh = running_on(sqlite_database("fresh", MIGRATIONS), clock, tmp_path)
    fresh.live([event for case in cases() for event in case.events])
    running = renewed(upgraded, clock, tmp_path)
    assert contents(upgraded) == contents(fresh.database)
    for hours in (1, 25, 50, 73, 76, 100, 200):
        asked = {"by": ",".join(DIMENSIONS), "as_of": (START + hours * HOUR).isoformat()}
        assert running.statistics(**asked) == fresh.statistics(**asked)


def test_what_was_known_can_be_asked_before_it_is_derived_again(upgraded, clock, tmp_path):
    running = running_on(upgraded, clock, tmp_path)
    before = running.statistics(**LATER)["total"]["counts"]
    assert [before[name] for name in ("submitted", "handed_out", "replies", "concluded")] == [3, 3, 2, 1]
    # A message comes before the worker comes to its opinion.
    running.hear([event for case in cases()[:2] for event in case.later(HOUR).reminded().raised().events])
    assert renewed(upgraded, clock, tmp_path).statistics(**LATER)["total"]["counts"] == before | {
        "first_result_dissatisfied": 1, "first_process_satisfied": 1,
    }  # fmt: skip


def test_hearing_more_of_an_old_case_counts_nothing_twice(upgraded, clock, tmp_path):
    running = renewed(upgraded, clock, tmp_path)
    before = running.statistics(**LATER)
    running.hear([event for case in cases() for event in case.events])
    assert running.statistics(**LATER) == before
