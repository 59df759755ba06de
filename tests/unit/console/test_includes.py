"""Pages are put together from parts; what does not come leaves a link, and nobody's text is taken for a part."""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from services import design
from services.console.embedded.front.includes import Includes
from services.contracts.fragments import FRAGMENTS, PREFIX, parts_of
from services.contracts.people.callers import Role
from services.design.reader import Reader
from services.design.templates import Templates

PART = "<section>part of {}</section>"
INCLUDE = '<!--# include virtual="/fragments/notify/office?lang=zh" stub="office-notify" -->'
HOSTILE = (
    INCLUDE, f'<!--# block name="office-notify" --><!--# endblock -->{INCLUDE}', '<!--#include virtual="/healthz" -->',
    '<!--# echo var="http_cookie" -->', "-->", "--><script>x()</script>", "]]>",
)  # fmt: skip


def marks(role: Role = Role.SUPERVISOR, page: str = "office", subject: str = "") -> str:
    """The marks as a page has them."""
    templates = Templates(Path(design.__file__).parent)
    macro = templates._environments["zh"].get_template("components/fragments.html").module.included  # type: ignore[attr-defined]
    return str(macro(parts_of(page, role), subject, Reader(), "/office"))  # type: ignore[arg-type]


class Site:
    """One page with parts, and what was asked for."""

    def __init__(self, page: str, part: Callable[[Request], Response] | None = None, seconds: float = 30) -> None:
        self.page, self.asked = page, list[Request]()
        self._part = part or (lambda request: Response(PART.format(request.path), mimetype="text/html"))
        self.client = Client(Includes(self._answer, seconds), use_cookies=False)

    def _answer(self, environ, start_response):
        request = Request(environ)
        self.asked.append(request)
        if request.path.startswith(PREFIX) and request.path != PREFIX:
            answer = self._part(request)
        elif request.path == PREFIX:
            answer = Response("nothing", 404)
        else:
            answer = Response(self.page, 422 if request.method == "POST" else 200, {"X-Request-ID": "r-1"}, mimetype="text/html")
            answer.set_cookie("own", "1")
        return answer(environ, start_response)


def test_parts_are_put_in_for_their_reader():
    site = Site(f"<main>{marks()}</main>")
    headers = {"Cookie": "huiying=s", "Authorization": "Bearer t", "Accept-Language": "zh", "Accept-Encoding": "gzip"}
    answer = site.client.get("/office?x=1", headers=headers)
    assert [PART.format(f"/fragments/{name}/office") in answer.text for name in ("routing", "notify")] == [True, True]
    assert "<!--#" not in answer.text
    assert "暂时无法显示" not in answer.text
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    page, *parts = site.asked
    assert "Accept-Encoding" not in page.headers
    for part in parts:
        assert (part.method, part.query_string) == ("GET", b"lang=zh")
        assert part.headers["Cookie"] == "huiying=s"
        assert part.headers["Authorization"] == "Bearer t"
        assert part.headers["X-Request-ID"] == "r-1"


@pytest.mark.parametrize("status", [204, 302, 401, 403, 404, 429, 500, 503])
def test_a_part_that_is_refused_or_fails_leaves_a_link(status):
    site = Site(marks(), lambda _: Response("not for a page", status))
    answer = site.client.get("/office")
    assert answer.status_code == 200
    assert "not for a page" not in answer.text
    assert answer.text.count('<a href="/office">') == len(parts_of("office", Role.SUPERVISOR))


def test_a_part_that_raises_leaves_a_link_and_the_others_come():
    def part(request: Request) -> Response:
        if "notify" in request.path:
            raise OSError("the store is away")
        return Response(PART.format(request.path), mimetype="text/html")

    answer = Site(marks(), part).client.get("/office")
    assert PART.format("/fragments/routing/office") in answer.text
    # Two parts are notify's.
    assert answer.text.count('<a href="/office">') == 2


@pytest.mark.slow
def test_a_slow_part_leaves_a_link():
    going_on = threading.Event()

    def part(request: Request) -> Response:
        if "notify" in request.path:
            going_on.wait(60)
        return Response(PART.format(request.path), mimetype="text/html")

    site = Site(marks(), part, seconds=0.5)
    answer = site.client.get("/office")
    going_on.set()
    assert answer.status_code == 200
    assert PART.format("/fragments/notify/office") not in answer.text
    assert 'aria-labelledby="office-notify"' in answer.text


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_is_no_mark_once_it_is_escaped(text):
    site = Site(f"<p>{escape(text)}</p>{marks()}", lambda _: Response(f"<p>{escape(text)}</p>", mimetype="text/html"))
    answer = site.client.get("/office")
    assert answer.text.count(escape(text)) == 1 + len(parts_of("office", Role.SUPERVISOR))
    assert len(site.asked) == 1 + len(parts_of("office", Role.SUPERVISOR))


def test_what_a_part_has_is_not_looked_through_again():
    inner = marks(Role.ADMIN)
    site = Site(marks(), lambda _: Response(inner, mimetype="text/html"))
    site.client.get("/office")
    assert len(site.asked) == 1 + len(parts_of("office", Role.SUPERVISOR))


@pytest.mark.parametrize("path", ["/", "/public", "/office/", "/rulings", "/cases/a/b", "/desk/a", "/receipts/office", "/api/v1/a"])
def test_no_other_page_is_looked_through(path):
    site = Site(marks())
    assert site.client.get(path).text == site.page
    assert len(site.asked) == 1


def test_a_page_that_answers_a_form_has_its_parts_too():
    site = Site(marks())
    answer = site.client.post("/office", data={"a": "b"})
    assert answer.status_code == 422
    assert "<!--#" not in answer.text
    assert all(not part.content_length and part.method == "GET" for part in site.asked[1:])


@pytest.mark.parametrize("each", FRAGMENTS, ids=lambda each: each.key)
def test_nobody_outside_gets_a_part_alone(each):
    site = Site("")
    assert site.client.get(each.path.replace("<opinion_id>", "x")).status_code == 404


@pytest.mark.parametrize("subject", ["a/b", "..", '"', "a b", "%2e", "\n"])
def test_no_part_is_about_what_is_no_id(subject):
    with pytest.raises(ValueError, match="id of ours"):
        marks(page="case", subject=subject)
