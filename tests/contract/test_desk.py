"""The desk of a department on both kinds of store: what is found, counted and paged, by looking through what is open only."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.routing.store.desks import desk
from services.routing.store.desks.desk import Place, Tally, Wanted, on_desk, page_of_desk, tally
from tests.contract.test_list_plans import overheard, plan_of
from tests.unit.routing.bureau import MIGRATIONS, REPLY, Bureau

WORDS = ("河",)


@pytest.fixture
def bureau(any_database, clock):
    return Bureau(any_database("routing", MIGRATIONS), clock)


def test_both_stores_find_count_and_page_alike(bureau, monkeypatch):
    now = bureau.clock.now()
    titles = ["河堤 A", "河堤 b", "桥 100%", "河堤 C", "岸_1"]
    ids = [bureau.accept(title, "Road 边", "rivers") for title in titles]
    for place, each in enumerate(ids):
        bureau.forge(each, reply_by=now + timedelta(hours=place - 1))
    bureau.do(ids[1], "sign")
    bureau.do(ids[3], "reply", REPLY)
    with bureau.database.reading() as connection:
        found = {
            words: [each.id for each in on_desk(connection, Wanted("water", words=words.split()), None, 9)]
            for words in ("", "河堤", "ROAD", "road 桥", "100%", "10_", "岸_", "无")
        }
        open_ones = [ids[0], ids[1], ids[2], ids[4]]
        assert found == {
            "": open_ones, "河堤": ids[:2], "ROAD": open_ones, "road 桥": [ids[2]],
            "100%": [ids[2]], "10_": [], "岸_": [ids[4]], "无": [],
        }  # fmt: skip
        soon = now + timedelta(hours=2)
        assert tally(connection, Wanted("water"), now, soon) == Tally(4, 4, 3, 1, 2)
        assert tally(connection, Wanted("water", ("signed",), words=WORDS), now, soon) == Tally(1, 2, 1, 1, 1)
        assert tally(connection, Wanted("roads"), now, soon) == Tally(0, 0, 0, 0, 0)
        # What is more than is counted hides none of what is rare.
        monkeypatch.setattr(desk, "MOST_COUNTED", 1)
        assert tally(connection, Wanted("water", ("signed",)), now, soon) == Tally(1, 2, 2, 1, 2)
        monkeypatch.setattr(desk, "MOST_COUNTED", 9)
        last = on_desk(connection, Wanted("water"), None, 9)[-1]
        page = page_of_desk(connection, Wanted("water"), None, Place(last.reply_by, last.id), 2)
        assert ([each.id for each in page.rows], page.is_later, page.is_followed) == (open_ones[1:3], True, True)


def test_words_are_looked_for_in_what_is_open_by_its_index(bureau):
    wanted, now = Wanted("water", words=WORDS), bureau.clock.now()
    with overheard(bureau.database) as asked, bureau.database.reading() as connection:
        on_desk(connection, wanted, None, 30)
        tally(connection, wanted, now, now)
    own = [each for each in asked if "assignments" in each.text]
    assert len(own) == 2
    for each in own:
        plan = plan_of(bureau.database, each)
        assert "assignments_with_them" in plan or "assignments_moving" in plan, plan
        assert "Seq Scan" not in plan
        assert "SCAN assignments" not in plan
