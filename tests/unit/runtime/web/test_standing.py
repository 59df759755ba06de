"""What somebody sees whose request no service answered: a page in the site's look and language that tells what to do."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from services.design.reader import LANGUAGES, Reader
from services.runtime.web.pages.standing import STANDING, is_for_people, keep_pages, reader_of_head, standing_page
from services.runtime.web.routes import LONGEST_BODY
from services.runtime.web.serving.arrival import Arrival
from services.runtime.web.serving.head import RequestRefused
from services.runtime.web.serving.refusing import refusal

KEPT = {"zh": "您填写的内容", "en": "still in"}
HANZI = re.compile("[\u3400-\u9fff]")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", STANDING)
def test_the_page_tells_in_one_language_that_what_was_written_is_still_there(status: int, language: str) -> None:
    page = standing_page(status, Reader(language))
    assert KEPT[language] in page
    assert page.count("<h1>") == 1
    assert 'href="/?size=large"' in page
    main = page.partition("<main")[2].partition("</main>")[0]
    assert bool(HANZI.search(main)) == (language == "zh")


@pytest.mark.parametrize(
    ("path", "accept", "for_people"),
    [
        ("/opinions", "text/html,*/*;q=0.8", True), ("/", "text/html", True), ("/apiary", "text/html", True), ("/", "*/*", False),
        ("/api/v1/opinions", "text/html", False), ("/fragments/notify/case", "text/html", False), ("/", "", False),
    ],
)  # fmt: skip
def test_a_page_is_for_those_who_look(path: str, accept: str, for_people: bool) -> None:
    assert is_for_people(path, accept) == for_people


def test_the_reader_is_told_by_what_was_chosen_and_by_the_browser() -> None:
    assert reader_of_head("en-GB,zh;q=0.5", "") == Reader("en")
    assert reader_of_head("en", "huiying_lang=zh; huiying_size=large; huiying_theme=dark") == Reader("zh", "large", "dark")
    assert reader_of_head("", "huiying_lang=<script>; =;;") == Reader("zh")


def test_a_gateway_has_the_pages_with_all_that_they_show(tmp_path: Path) -> None:
    keep_pages(tmp_path)
    pages = [tmp_path / "standing" / language / f"{status}.html" for language in LANGUAGES for status in STANDING]
    asked = {name for page in pages for name in re.findall(r'(?:src|href)="/(assets/[^"]+)"', page.read_text())}
    assert len(asked) == 2
    assert all((tmp_path / name).read_bytes() for name in asked)


def refused(head: str) -> tuple[str, str, str]:
    """What somebody gets whose form is too large: status line, content type and language, and the body."""
    arrival = Arrival(lambda *_: 10, 0.0)
    with pytest.raises(RequestRefused) as caught:
        arrival.feed(f"POST {head}\r\nContent-Length: 11\r\n\r\n".encode())
    answer = refusal(caught.value.status, caught.value.detail, arrival).decode()
    first, _, body = answer.partition("\r\n\r\n")
    assert f"Content-Length: {len(body.encode())}\r\n" in f"{first}\r\n"
    return first.partition("\r\n")[0], first, body


def test_a_form_that_is_too_large_is_answered_with_a_page() -> None:
    line, head, body = refused("/opinions HTTP/1.1\r\nAccept: text/html\r\nAccept-Language: en\r\nX-Request-ID: one")
    assert line.startswith("HTTP/1.1 413 ")
    for said in ("Content-Type: text/html; charset=utf-8", "Content-Language: en", "X-Request-ID: one", "default-src 'none'"):
        assert said in head
    assert KEPT["en"] in body


def test_the_page_speaks_of_photos_where_the_form_takes_them_and_of_the_text_where_it_does_not() -> None:
    for photos, said in ((True, "fewer or smaller photos"), (False, "It is too long"), (None, "attach less")):
        page = standing_page(413, Reader("en"), photos)
        assert (said in page, "photos" in page) == (True, bool(photos))
    arrival = Arrival(lambda *_: LONGEST_BODY + 1, 0.0)
    with pytest.raises(RequestRefused):
        arrival.feed(b"POST /station HTTP/1.1\r\nAccept: text/html\r\nAccept-Language: en\r\nContent-Length: 9999999\r\n\r\n")
    assert "fewer or smaller photos" in refusal(413, "", arrival).decode()
    assert "It is too long" in refused("/receipts/lost HTTP/1.1\r\nAccept: text/html\r\nAccept-Language: en")[2]


def test_a_program_is_told_in_a_problem_document() -> None:
    for path in ("/api/v1/opinions HTTP/1.1\r\nAccept: text/html", "/opinions HTTP/1.1\r\nAccept: application/json"):
        line, head, body = refused(path)
        assert line.startswith("HTTP/1.1 413 ")
        assert "Content-Type: application/problem+json" in head
        assert json.loads(body)["type"] == "/problems/too-large"
