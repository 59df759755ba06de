"""The key list on both kinds of store: what is watched and goes on, by its index, however much has ended."""

from __future__ import annotations

from services.routing.store.desks.desk import Place
from services.routing.store.desks.watched import watched
from tests.contract.test_list_plans import flaws, overheard
from tests.unit.routing.bureau import MIGRATIONS, REPLY, Bureau


def test_what_is_watched_and_goes_on_is_read_in_order_by_its_index(any_database, clock):
    bureau = Bureau(any_database("routing", MIGRATIONS), clock)
    found = [bureau.accept() for _ in range(5)]
    for number, each in enumerate(found[1:]):
        mark = {"key": number % 2 == 0, "leader": None if number % 2 == 0 else "王县长", "reason": "重要。"}
        assert bureau.post(f"/assignments/{each}/mark", mark, "supervisor").status_code == 200
    assert bureau.do(found[4], "reply", REPLY).status_code == 200
    with overheard(bureau.database) as asked, bureau.database.reading() as connection:
        first = watched(connection, None, 2)
        rest = watched(connection, Place(first[-1].reply_by, first[-1].id), 2)
    assert [each.id for each in (*first, *rest)] == found[1:4]
    assert [flaws(bureau.database, each, sorts=False) for each in asked if "leader IS NOT NULL" in each.text] == [[], []]
