from __future__ import annotations

import base64

import pytest

from services.contracts.errors import Invalid
from services.runtime.web.lists.paging import page, read_cursor


def pages(ids: list[str], limit: int) -> list[list[str]]:
    """Walk through `ids` as a caller does."""
    cursor, seen = None, list[list[str]]()
    while True:
        after = read_cursor(cursor)
        left = [{"id": one} for one in ids if after is None or one > after]
        answer = page(left[: limit + 1], limit)
        seen.append([item["id"] for item in answer["items"]])
        cursor = answer["next"]
        if cursor is None:
            return seen


def test_pages_follow_one_another_to_the_end() -> None:
    assert pages(["a", "b", "c", "d", "e"], 2) == [["a", "b"], ["c", "d"], ["e"]]
    assert pages(["a", "b"], 2) == [["a", "b"]]
    assert pages([], 2) == [[]]


def test_the_key_of_a_page_can_be_another_field() -> None:
    answer = page([{"n": 1}, {"n": 2}], 1, key="n")
    assert read_cursor(answer["next"]) == "1"


@pytest.mark.parametrize(
    "cursor", ["%%%", "abc", "é", base64.urlsafe_b64encode(b"\xff\xfe").decode(), base64.urlsafe_b64encode(b"a\0").decode()]
)
def test_a_cursor_of_another_make_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_cursor(cursor)
    assert "cursor" in caught.value.errors
