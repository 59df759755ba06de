"""Two workers share the work while one after the other is killed: every rung is sent once, and nothing is dropped in silence."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.contracts.envelope import Event, decode, encode
from services.contracts.messages.assignments import AssignmentCreated
from services.contracts.messages.values import OpinionText, Why
from services.contracts.topology import destinations
from services.notify.store.tables import reminders, staff_notifications
from services.runtime.clock import SystemClock, new_id
from services.runtime.messaging.broker import Outgoing
from services.runtime.store.outgoing.outbox import outbox_table
from services.runtime.store.statements.bulk import rows_of
from tests.integration.notify.mailing import mailto, post_office
from tests.integration.notify.mortals import LADDER, mortals
from tests.unit.notify.scenes import MIGRATIONS

KILLS = {"postgresql": 20, "sqlite": 5}
CASES_A_ROUND, ROUND_SECONDS, MAIL_SECONDS, PATIENCE = 2, 1.0, 0.02, 120.0
QUEUE = "department.water"


def assign(rabbit, publisher, round_number, chance):
    """Some assignments whose rungs fall due at random moments of this round; returns their ids."""
    clock, ids = SystemClock(), [f"a-{round_number}-{number}" for number in range(CASES_A_ROUND)]
    for assignment in ids:
        now = clock.now()
        due = {kind: now + timedelta(seconds=1.2 + ROUND_SECONDS * chance.random()) for kind in ("sign", "reply")}
        text = OpinionText(assignment.replace("a", "o", 1), assignment, "请清淤")
        created = AssignmentCreated(assignment, text, "water", "lead", "ordinary", due, Why("keyword", 1.0))
        event = Event(new_id(), "/routing", text.id, now, 1, created)
        (exchange, key), _ = destinations(created)
        publisher.publish(Outgoing(event.id, exchange, key, encode(event)))
    assert publisher.settle() == {}
    return ids


def rows(database, table):
    with database.reading() as connection:
        return rows_of(connection.execute(sa.select(table)))


def settled(database, expected):
    """Whether every rung fired, left the outbox, and no letter waits or is under way."""
    states = Counter(row["state"] for row in rows(database, staff_notifications))
    return sum(states.values()) == expected and not states["pending"] + states["sending"] and not rows(database, outbox_table)


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come to rest"
        time.sleep(0.1)


@pytest.fixture(params=list(KILLS))
def store(request):
    """A store of either kind, and how often somebody is killed on it."""
    kind = {"sqlite": "sqlite_database", "postgresql": "postgres_database"}[request.param]
    return request.getfixturevalue(kind)("notify", MIGRATIONS), KILLS[request.param]


def test_each_rung_is_sent_once_whoever_is_killed(store, rabbit):
    database, kills = store
    chance, publisher, assignments = random.Random(), rabbit.publisher(), []
    with post_office(MAIL_SECONDS) as office:
        url = database.url.render_as_string(hide_password=False)
        with mortals(url, rabbit.url, mailto(office.port)) as workers:
            pids = [workers.start(), workers.start()]
            for round_number in range(kills):
                assignments += assign(rabbit, publisher, round_number, chance)
                time.sleep(ROUND_SECONDS * chance.random())
                place = chance.randrange(2)
                workers.kill(pids[place])
                pids[place] = workers.start()
            expected = {(assignment, rung.code) for assignment in assignments for rung in LADDER}
            wait_until(lambda: settled(database, len(expected)))
            assert [workers.stop(pid) for pid in pids] == [0, 0]
        posted = Counter(office.subjects())
    check_record(database, expected)
    check_queue(rabbit, expected)
    check_letters(database, posted, kills)


def check_record(database, expected):
    """Each rung fired exactly once, none was skipped."""
    kept = rows(database, reminders)
    assert sorted((row["assignment"], row["rung"]) for row in kept) == sorted(expected)
    assert {row["state"] for row in kept} == {"sent"}


def check_queue(rabbit, expected):
    """The department's queue has each rung under one message id; a crash may leave a copy with the same id."""
    found = {message_id: decode(body).data for message_id, _, body in rabbit.take_all(QUEUE, len(expected))}
    assert Counter((data.assignment, data.rung) for data in found.values()) == dict.fromkeys(expected, 1)


def check_letters(database, posted, kills):
    """What counts as sent arrived once; what died in the attempt is marked, arrived at most once, and is rare."""
    kept = rows(database, staff_notifications)
    by_state = {state: [row["title"] for row in kept if row["state"] == state] for state in {row["state"] for row in kept}}
    assert by_state.keys() <= {"sent", "uncertain"}
    assert {title: posted[title] for title in by_state["sent"] if posted[title] != 1} == {}
    uncertain = by_state.get("uncertain", [])
    assert {title: posted[title] for title in uncertain if posted[title] > 1} == {}
    assert len(uncertain) <= kills
    assert set(posted) <= {row["title"] for row in kept}
