"""The queue of those who review as it is narrowed, on both kinds of store: what is found, and that every act leads back there."""

from __future__ import annotations

import re
from html import unescape

import pytest
import sqlalchemy as sa

from services.intake.pages.similarity import queue as pages
from services.intake.store.tables import opinions
from tests.contract.test_similarity_pages import HOSTILE, page, press, states
from tests.contract.test_wordings import AGAIN, BUS, LAMPS, desk, read


@pytest.fixture
def queue(any_database, clock):
    """Two that say the same about two topics, and one about a third through another channel, in the order of their coming."""
    harness = desk(any_database, clock)
    topics, area = list(harness.catalogue.topics), next(iter(harness.catalogue.areas))
    told = (LAMPS | {"topic": topics[0]}, AGAIN | {"topic": topics[1]}, BUS | {"area": area})
    ids = [harness.submit(**form).id for form in told]
    with harness.database.transaction() as work:
        work.execute(
            sa.update(opinions)
            .where(opinions.c.id == ids[2])
            .values(channel="hotline", station=next(iter(harness.catalogue.stations)))
        )
    read(harness)
    return harness, ids, topics, f"area={area}"


def rows(text):
    return [unescape(each) for each in re.findall(r'<a href="([^"]+)" data-row>', text)]


def step(text, which):
    found = re.search(rf'<a href="([^"]+)" rel="{which}">', text)
    return unescape(found[1]) if found else None


def test_a_filter_finds_what_it_says_and_counts_it(queue):
    harness, (first, again, bus), topics, area = queue
    found = {
        "": [first, bus], f"topic={topics[0]}": [first],
        # The first of those that say the same may be about something else.
        f"topic={topics[1]}": [again], f"topic={topics[0]},{topics[1]}": [first], f"topic={topics[1]}&topic={topics[0]}": [first],
        area: [bus], f"station={next(iter(harness.catalogue.stations))}": [bus],
        "channel=hotline": [bus], "channel=campaign": [first], "q=路灯": [first], "q=路灯 两周了": [again], "q=100%": [],
        f"q={bus[:20]}": [bus], f"q=公交&topic={topics[0]}": [],
    }  # fmt: skip
    for query, ids in found.items():
        text = page(harness, f"/reviews?{query}")
        assert [each.partition("?")[0] for each in rows(text)] == [f"/reviews/{each}" for each in ids], query
    assert [f"{number} 件待审核" in page(harness, f"/reviews?{query}") for query, number in (("", 3), ("q=路灯", 2))] == [True] * 2
    # What is decided holds for all that say the same, whatever the filter shows of them.
    assert "全部受理（2 件）" in page(harness, f"/reviews?topic={topics[1]}")
    assert "<script>alert" not in page(harness, f"/reviews?q={HOSTILE.replace('#', '%23').replace('&', '%26')[:90]}")


def test_every_act_leads_back_to_the_list_as_it_was_narrowed_and_to_what_comes_next(queue, monkeypatch):
    harness, (first, _, bus), _, narrowed = queue
    more = [
        harness.submit(
            **{**BUS, "title": f"第{each}路车", "content": f"第{each}路车{each * 9}", "area": narrowed.partition("=")[2]}
        ).id
        for each in "甲乙丙丁"
    ]
    read(harness)
    listed = rows(page(harness, f"/reviews?{narrowed}"))
    assert listed == [f"/reviews/{each}?{narrowed}" for each in (bus, *more)]
    steps = [page(harness, each) for each in listed]
    assert [step(each, "prev") for each in steps] == [None, *listed[:-1]]
    assert [step(each, "next") for each in steps] == [*listed[1:], None]
    monkeypatch.setattr(pages, "A_PAGE", 2)
    second = step(page(harness, f"/reviews?{narrowed}"), "next")
    place = second.partition("?")[2]
    text = page(harness, second)
    assert f'action="/reviews/{more[1]}/accept?{place.replace("&", "&amp;")}"' in text
    reason = next(iter(harness.catalogue.decline_reasons))
    for verb, which, form in (
        ("accept", more[1], {}), ("decline", more[2], {"reason": reason}), ("return", more[3], {"question": "哪一站？"}),
    ):  # fmt: skip
        back = press(harness, f"/reviews/{which}/{verb}?{place}&did=x&to=https://evil.example", **form)
        assert back.startswith(f"/reviews?{place}&about={which}&did={verb}&number=1")
        following = {more[1]: more[2], more[2]: more[3]}.get(which)
        assert (f'<a href="/reviews/{following}?' in page(harness, back)) == bool(following)
    assert "回到第一页" in page(harness, f"/reviews?{place}")
    assert states(harness, [first, bus, more[0]]) == ["submitted"] * 3
    text = page(harness, f"/reviews/together?opinion={bus}&{narrowed}")
    assert f'<a href="/reviews?{narrowed}"' in text
    assert press(harness, f"/reviews/together?{narrowed}", opinions=bus) == f"/reviews?{narrowed}&did=accept&number=1"
    text = page(harness, f"/reviews/{more[0]}/beside?with={bus}&{narrowed}")
    form = dict(re.findall(r'name="(key|version|into)" value="([^"]+)"', text.split(f"/{more[0]}/beside?{narrowed}")[1]))
    assert press(harness, f"/reviews/{more[0]}/beside?{narrowed}", **form).startswith(f"/reviews?{narrowed}&about=")
