"""The page of notices: what is new stands out, nothing is seen before somebody says so, and nobody reads what is another's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.contracts.people.callers import PUBLIC
from services.notify.domain.notices import Notice
from services.notify.pages.notices import A_PAGE, PART
from services.notify.pages.routes import PAGES
from services.notify.store.notices import keep_notices
from tests.unit.notify.calling import CALLERS, Ask, pages_of
from tests.unit.notify.cases import Case
from tests.unit.notify.scenes import Scene

HOSTILE = '"><script>alert(1)</script>{{7*7}}'


@pytest.fixture
def ask(scene: Scene) -> Ask:
    return pages_of(scene, "water")


def assign(scene: Scene, *names: str, department: str = "water") -> None:
    for name in names:
        Case(scene, f"a-{name}", department, f"o-{name}").created()


def rows(page: TestResponse) -> list[tuple[bool, str]]:
    """Whether each row is new, and where it leads to."""
    found = re.findall(r'<th scope="row">(.*?)<a href="([^"]+)" data-row', page.text, re.DOTALL)
    return [(">new<" in before, address) for before, address in found]


def up_to(page: TestResponse) -> str:
    return str(re.findall(r'name="up_to" value="(\d+)"', page.text)[0])


def test_what_is_new_is_marked_until_its_reader_says_that_it_was_seen(scene: Scene, ask: Ask) -> None:
    assign(scene, "1", "2")
    for _ in range(2):
        page = ask("/notices")
        assert rows(page) == [(True, "/desk/a-2"), (True, "/desk/a-1")]
    assign(scene, "3")
    answer = ask("/notices/seen", {"up_to": up_to(page)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/notices?did=seen")
    page = ask("/notices?did=seen")
    assert "marked as seen" in page.text
    # What came after the page was shown is new all the same.
    assert rows(page) == [(True, "/desk/a-3"), (False, "/desk/a-2"), (False, "/desk/a-1")]
    assert rows(ask("/notices?unread=1")) == [(True, "/desk/a-3")]
    ask("/notices/seen", {"up_to": up_to(page)})
    assert "Nothing is new." in ask("/notices?unread=1").text
    assert "/notices/seen" not in ask("/notices").text


@pytest.mark.parametrize("given", ["", "-1", "neun", "9" * 30, "9" * 18, HOSTILE])
def test_what_is_no_position_marks_nothing_that_was_not_shown(scene: Scene, ask: Ask, given: str) -> None:
    assign(scene, "1")
    assert ask("/notices/seen", {"up_to": given}).status_code == 303
    assign(scene, "2")
    assert rows(ask("/notices"))[0] == (True, "/desk/a-2")


def test_pages_follow_each_other_to_the_oldest(scene: Scene, ask: Ask) -> None:
    assign(scene, *map(str, range(A_PAGE + 5)))
    for first in ("/notices", "/notices?unread=1"):
        page = ask(first)
        (following,) = re.findall(r'<a href="([^"]+)" rel="next"', page.text)
        later = ask(following.replace("&amp;", "&"))
        assert [address for _, address in (*rows(page), *rows(later))] == [f"/desk/a-{n}" for n in reversed(range(A_PAGE + 5))]
        assert f'href="{first}"' in later.text
        assert f"Mark all {A_PAGE + 5} new ones as seen" in page.text
        # What a later page begins with is not the newest, and much of what is behind it was shown before.
        assert ["data-news" in each.text for each in (page, later)] == [True, False]
        assert "/notices/seen" not in later.text
    assert ask("/notices?cursor=nonsense").status_code == 422


@pytest.mark.parametrize("who", [who.removeprefix("Bearer ") for who in CALLERS])
def test_nobody_reads_what_is_told_to_others(scene: Scene, ask: Ask, raised: Any, who: str) -> None:
    shown = {address for _, address in rows(ask("/notices", who=who))}
    supervised = {f"/cases/o-{name}" for name in "123"}
    mine = {
        "water": {"/desk/a-1", "/desk/a-2", "/cases/o-1", "/cases/o-2"}, "roads": {"/desk/a-3", "/cases/o-3"},
        "boss": supervised, "admin": supervised,
    }  # fmt: skip
    assert shown == mine.get(who, set())
    assert (ask("/notices/new?after=0", who=who).status_code == 204) == (not shown)
    assert ask(PART.path, who=who).status_code == 200


def test_who_is_not_signed_in_reads_nothing_at_all(ask: Ask) -> None:
    for route in PAGES:
        if route.path.startswith("/notices") or route.path == PART.path:
            assert route.access is not PUBLIC
    for path in ("/notices", "/notices/new", PART.path):
        assert ask(path, who=None).status_code == 401


def test_an_open_page_is_told_how_many_have_come_since(scene: Scene, ask: Ask, statements: list[tuple[str, Any]]) -> None:
    assign(scene, "1")
    newest = re.findall(r'data-news="(/notices/new\?after=\d+)"', ask("/notices").text)[0]
    assert newest in ask(PART.path).text
    statements.clear()
    quiet = ask(newest)
    assert (quiet.status_code, quiet.text, quiet.headers["Cache-Control"]) == (204, "", "no-store")
    assert len([text for text, _ in statements if text.startswith("SELECT")]) == 1
    assign(scene, "2")
    assert ask(newest).text.strip() == "One new notice"
    assign(scene, "3", "4")
    assert ask(newest).text.strip() == "3 new notices"
    assert ask("/notices/new?after=nonsense").text.strip() == "4 new notices"


def test_a_page_of_notices_asks_three_things_of_the_store_however_many_there_are(
    scene: Scene, ask: Ask, statements: list[tuple[str, Any]]
) -> None:
    for many in (0, 40):
        assign(scene, *map(str, range(many)))
        statements.clear()
        assert ask("/notices").status_code == 200
        assert len([text for text, _ in statements if text.startswith("SELECT")]) == 3


def test_a_page_of_notices_is_read_by_its_index(scene: Scene, ask: Ask, statements: list[tuple[str, Any]]) -> None:
    assign(scene, "1")
    statements.clear()
    ask("/notices", who="boss")
    with scene.database.reading() as connection:
        for text, given in list(statements):
            if "FROM notices" in text:
                plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)]
                assert not any(step.startswith("SCAN notices") for step in plan), plan


def test_a_kind_that_a_newer_version_has_kept_breaks_no_page(scene: Scene, ask: Ask, call: Any) -> None:
    assign(scene, "1")
    with scene.database.transaction() as work:
        keep_notices(work, [Notice("e-9", "water", "foreseen", "o-9", None, scene.clock.now())])
    assert rows(ask("/notices")) == [(True, "/cases/o-9"), (True, "/desk/a-1")]
    found = call("GET", "/notices", "water")[1]["items"][0]
    assert (found["kind"], found["words"]) == ("foreseen", "foreseen")


def test_nothing_that_somebody_wrote_is_on_the_page(scene: Scene, ask: Ask) -> None:
    assign(scene, "1")
    page = ask("/notices").text
    assert "河道淤积" not in page
    assert "请清淤" not in page
