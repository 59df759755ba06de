"""The pictures of shared pages: drawn once, with what everybody may read and nothing else, and gone with the page."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

import pytest
from PIL import Image, ImageFont

from services.intake.gateway import cards
from services.intake.gateway.cards import ShareCard, lines_of, picture
from services.runtime.clock import ZONE, FixedClock
from tests.visitors import MIGRATIONS, Visit, created

FONT = ImageFont.truetype(io.BytesIO(ImageFont.load_default(40).font_bytes), 40)  # type: ignore[union-attr]
LONG = "the street light in front of the third house in the east street has been out for two weeks now " * 3
LARGEST = 60_000


@pytest.fixture
def visit(sqlite_database: Any, clock: FixedClock) -> Visit:
    return Visit(sqlite_database("intake", MIGRATIONS), clock)


def image_of(page: str) -> str:
    """Where a page says that its picture is, below this site."""
    found = re.search(r'<meta property="og:image" content="http://localhost(/[^"]+)">', page)
    assert found is not None
    return found[1].replace("&amp;", "&")


def released(visit: Visit, **fields: str) -> str:
    visit.receipt(visibility="public", **fields)
    visit.consume(created(datetime(2026, 4, 14, tzinfo=ZONE)))
    opinion = str(visit.opinions()[0]["id"])
    visit.make_public(opinion)
    return opinion


@pytest.mark.slow
def test_every_page_that_is_shared_has_a_picture_of_the_size_that_it_says(visit: Visit) -> None:
    opinion = released(visit)
    for path in (f"/public/opinions/{opinion}", "/public/departments/water", "/public/stations/chengdong"):
        page = visit.client.get(path).text
        assert f'<meta property="og:url" content="http://localhost{path}">' in page
        answer = visit.client.get(image_of(page))
        assert (answer.status_code, answer.content_type) == (200, "image/png")
        assert len(answer.data) < LARGEST
        assert Image.open(io.BytesIO(answer.data)).size == cards.SIZE
        assert answer.cache_control.public
        again = visit.client.get(image_of(page), headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


def test_what_is_not_public_has_no_picture(visit: Visit) -> None:
    visit.receipt(visibility="public")
    opinion = visit.opinions()[0]["id"]
    for path in (f"opinions/{opinion}", "opinions/nothing", "departments/nobody", "stations/nowhere"):
        assert visit.client.get(f"/public/{path}/card.png").status_code == 404


@pytest.mark.slow
def test_a_picture_is_drawn_once(visit: Visit) -> None:
    opinion = released(visit, title="只画一次的标题")
    cards.picture.cache_clear()
    for _ in range(3):
        assert visit.client.get(f"/public/opinions/{opinion}/card.png").status_code == 200
    assert (cards.picture.cache_info().misses, cards.picture.cache_info().maxsize) == (1, cards.MOST_KEPT)


@pytest.mark.slow
def test_the_words_make_the_picture_where_there_is_a_font_and_the_mark_alone_where_there_is_none() -> None:
    one, other = ShareCard("路灯不亮", "正在办理", "云岚县"), ShareCard("井盖坏了", "正在办理", "云岚县")
    assert picture(one, None) == picture(other, None)
    font = cards.usual_font()
    assert font is not None, "apt-get install fonts-noto-cjk"
    assert picture(one, font) != picture(other, font)
    assert len(picture(ShareCard("路灯不亮，" * 60, "正在办理", "云岚县"), font)) < LARGEST


@pytest.mark.parametrize("text", ["", "路灯不亮", LONG, "x" * 400, "\u202e\x00一二三\n四", "路灯 street light 坏了" * 20])
def test_a_title_stays_within_its_lines(text: str) -> None:
    lines = lines_of(text, FONT, 600, 3)
    assert len(lines) <= 3
    assert all(FONT.getlength(line) <= 600 + FONT.getlength("…") for line in lines)
    assert all(line.isprintable() for line in lines)
    assert " ".join(text.split()).startswith(lines[0][:3]) if lines and text.isprintable() else True


def test_words_are_not_parted_and_what_is_left_out_is_said() -> None:
    lines = lines_of(LONG, FONT, 600, 3)
    assert lines[0].split() == LONG.split()[: len(lines[0].split())]
    assert lines[2].endswith("…")
