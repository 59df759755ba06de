"""The opinions of a department on both kinds of store: whatever it handles, once, however it is narrowed and paged."""

from __future__ import annotations

import random
from datetime import timedelta
from operator import itemgetter

import pytest

from services.intake.domain.timeline import Handler
from services.intake.store.writing import IntakeStore
from tests.unit.intake.harness import MIGRATIONS, IntakeHarness

STATES = ("signed", "replied", "concluded")
CHANNELS = ("web", "hotline")
MANY = 30


@pytest.fixture
def harness(any_database, clock):
    return IntakeHarness(any_database("intake", MIGRATIONS), clock)


def handled(harness):
    """Opinions of every kind, handled once, several times, no longer or by others; returns those of the water bureau."""
    chance, own = random.Random(7), []
    for number in range(MANY):
        opinion = harness.submit(channel=CHANNELS[number % 2]).id
        harness.clock.instant += timedelta(hours=1)
        kept = {"id": opinion, "state": chance.choice(STATES), "topic": chance.choice(("rivers", "pipes"))}
        harness.change(opinion, state=kept["state"], topic=kept["topic"])
        held = False
        with harness.database.transaction() as work:
            store = IntakeStore(work, harness.vault)
            for part in range(chance.randrange(4)):
                ends, department = chance.random() < 0.4, chance.choice(("water", "water", "roads"))
                handler = Handler(department, chance.choice(("lead", "co")), f"{number}-{part}")
                for ended in (False, *(True,) * ends, *(False,) * (chance.random() < 0.3)):
                    store.add_handler(opinion, handler, ended=ended)
                held = held or (department == "water" and not ends)
        if held:
            own.append(kept | {"channel": CHANNELS[number % 2]})
    return own


def pages(harness, **query):
    """The ids of all pages, one after another."""
    seen, cursor = [], {}
    while True:
        page = harness.get("/opinions", "water", limit=2, **query, **cursor).get_json()
        seen += map(itemgetter("id"), page["items"])
        if page["next"] is None:
            return seen
        cursor = {"cursor": page["next"]}


def test_it_has_what_the_department_handles_once_in_every_order_and_narrowed_to_anything(harness):
    own = handled(harness)
    assert MANY / 4 < len(own) < MANY
    queries = [
        {}, {"state": "signed"}, {"state": "concluded"}, {"state": "signed,replied"}, {"state": "signed,concluded"},
        {"channel": "web"}, {"channel": "web,hotline"}, {"topic": "rivers"}, {"topic": "rivers", "state": "concluded"},
        {"channel": "hotline", "state": "concluded,declined"}, {"channel": "open311"},
    ]  # fmt: skip
    for query in queries:
        # Ids that were made within a millisecond have an order, and it is not that of their making.
        expected = sorted(each["id"] for each in own if all(each[name] in value.split(",") for name, value in query.items()))
        assert pages(harness, sort="submitted", **query) == expected, query
        assert pages(harness, **query) == expected[::-1], query
        assert sorted(pages(harness, sort="updated", **query)) == sorted(expected), query
        assert pages(harness, **query, **{"from": "2099-01-01"}) == []
        assert pages(harness, **query, to="2099-01-01") == expected[::-1], query
