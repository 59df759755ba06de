"""A timeline is shown in parts, the latest first: each line stands in exactly one of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.timeline import TimelineEntry, latest
from services.intake.store.writing import IntakeStore
from tests.unit.intake.opinions import MORNING

NOTES = 230


@given(st.integers(0, 60), st.integers(1, 25))
def test_the_parts_together_are_the_whole(number, limit):
    lines = [TimelineEntry(MORNING, "assignment.progressed", "department", {}, id=7 * each) for each in range(number)]
    before, parts = None, []
    while True:
        shown, first = latest(lines, before, limit)
        parts.insert(0, list(shown))
        if first is None:
            break
        assert len(shown) == limit
        before = str(first.id)
    assert [line for part in parts for line in part] == lines


@pytest.fixture
def taken(harness):
    taken = harness.submit()
    with harness.database.transaction() as work:
        store = IntakeStore(work, harness.vault)
        for number in range(NOTES):
            facts = {"department": "water", "content": f"第 {number} 条进展。", "role": "lead"}
            store.record(taken.id, TimelineEntry(store.now, "assignment.progressed", "department", facts))
    return taken


@pytest.mark.parametrize("who", ["receipt", "staff"])
def test_all_lines_are_found_part_by_part(harness, taken, who):
    path, caller = (f"/receipts/{taken.receipt}", None) if who == "receipt" else (f"/opinions/{taken.id}", "admin")
    lines, cursor, parts = [], {}, 0
    while cursor is not None:
        seen = harness.get(path, caller, **cursor).get_json()
        lines = seen["timeline"] + lines
        assert len(seen["timeline"]) <= 100
        cursor, parts = {"cursor": seen["earlier"]} if seen["earlier"] else None, parts + 1
    said = [line["facts"]["content"] for line in lines if line["what"] == "assignment.progressed"]
    assert said == [f"第 {number} 条进展。" for number in range(NOTES)]
    assert parts == 3
    assert len(harness.get(path, caller, limit=7).get_json()["timeline"]) == 7
    assert harness.get(path, caller, cursor="bm90aGluZw==").status_code == 422


def test_the_page_shows_the_latest_and_where_the_others_are(harness, taken):
    page = harness.client.get(f"/receipts/{taken.receipt}").get_data(as_text=True)
    assert f"第 {NOTES - 1} 条进展。" in page
    assert "第 100 条进展。" not in page
    assert "更早的经过" in page
    address = page.partition(f'href="/receipts/{taken.receipt}?cursor=')[2].partition("#")[0]
    assert address
    assert "第 100 条进展。" in harness.client.get(f"/receipts/{taken.receipt}?cursor={address}").get_data(as_text=True)
    assert f"第 {NOTES - 1} 条进展。" in harness.client.get(f"/receipts/{taken.receipt}?cursor=x").get_data(as_text=True)
