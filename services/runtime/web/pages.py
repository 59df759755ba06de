"""Pages for people: templates that escape, forms without JavaScript, the few files that pages need, and errors in words."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import flask
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from services.contracts.callers import PUBLIC
from services.contracts.words import Words
from services.runtime.web.calls import Call
from services.runtime.web.routes import Answer, Routes

HERE = Path(__file__).parent
FRESH_SECONDS = 600
#: What is served under /static/, and nothing else.
FILES: Mapping[str, str] = {"huiying.css": "text/css; charset=utf-8", "logo.svg": "image/svg+xml"}
#: Tighter than the API's: a page runs no script at all, and its forms go nowhere else.
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


class ErrorWords(NamedTuple):
    """An error in words: what is wrong, and what to do now."""

    title: Words
    advice: Words


FAILURES: Mapping[int, ErrorWords] = {
    401: ErrorWords(
        Words("请先登录", "Please sign in"),
        Words("这一页要登录后才能看；登录过的，可能已经超时。", "This page is for who is signed in; a session may have ended."),
    ),
    403: ErrorWords(
        Words("您的令牌不能做这件事", "Your token does not allow this"),
        Words("请回到上一页刷新后再试；仍然不行，请找管理员。", "Go back, reload the page, try again; else ask an administrator."),
    ),
    404: ErrorWords(
        Words("没有这个页面", "There is nothing at this address"),
        Words("请检查网址有没有输错，或者回到首页。", "Check the address for a typing error, or go back to the first page."),
    ),
    405: ErrorWords(
        Words("这个网址不能这样打开", "This address cannot be opened like that"),
        Words("请回到首页，从那里重新开始。", "Go back to the first page and start from there."),
    ),
    409: ErrorWords(
        Words("现在不能这样做", "Not possible right now"),
        Words("请回到上一页刷新，看看最新的情况。", "Go back, reload the page and see how things stand."),
    ),
    412: ErrorWords(
        Words("内容已有变动", "It has changed since"),
        Words("请刷新页面，看看最新的情况。", "Reload the page and see how things stand."),
    ),
    413: ErrorWords(
        Words("内容太大", "This is too large"),
        Words("请缩短内容，或者换小一些的照片，再提交。", "Shorten the text or choose smaller photos, and send it again."),
    ),
    415: ErrorWords(
        Words("无法读取这张表", "This form cannot be read"),
        Words("请用页面上的表格提交。", "Send the form of the page itself."),
    ),
    429: ErrorWords(
        Words("请求太频繁", "Too many requests"),
        Words("什么都没有改变。请等一分钟，再做同样的操作。", "Nothing was changed. Wait a minute and do the same again."),
    ),
    503: ErrorWords(
        Words("系统暂时没有响应", "Not available right now"),
        Words("什么都没有改变。请过一会儿再试同样的操作。", "Nothing was changed. Wait a moment and do the same again."),
    ),
}
BAD_REQUEST = ErrorWords(
    Words("无法处理这个请求", "This request cannot be carried out"),
    Words("请回到首页，从那里重新开始。", "Go back to the first page and start from there."),
)
INTERNAL = ErrorWords(
    Words("系统出了差错", "Something went wrong here"),
    Words("差错已经记录下来，请稍后再试。", "It has been recorded. Please try again later."),
)
SIGN_IN, FIRST_PAGE = Words("登录", "Sign in"), Words("回到首页", "First page")


def environment(folder: Path) -> Environment:
    """Templates of a service: its own folder first, then the runtime's layout. Everything is escaped, nothing may be missing."""
    loader = ChoiceLoader([FileSystemLoader(folder), FileSystemLoader(HERE / "templates")])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def html(templates: Environment, name: str, status: int = 200, **values: object) -> flask.Response:
    """A template as a response with the headers of a page."""
    response = flask.Response(templates.get_template(name).render(values), status, content_type="text/html; charset=utf-8")
    response.headers.update(PAGE_HEADERS)
    return response


def see_other(path: str) -> flask.Response:
    """After a form: 303, so that going back or reloading does not send it again."""
    return flask.Response("", 303, {"Location": path} | PAGE_HEADERS)


_OWN = environment(HERE / "templates")


def error_page(status: int) -> flask.Response:
    """The page for an error; the request's id is on it where the log says more."""
    failure = FAILURES.get(status, INTERNAL if status >= 500 else BAD_REQUEST)
    request_id = flask.g.get("request_id", "") if status >= 500 else ""
    link = (f"/login?to={quote(flask.request.path)}", SIGN_IN) if status == 401 else ("/", FIRST_PAGE)
    return html(_OWN, "error.html", status, failure=failure, request_id=request_id, link=link)


def static_routes() -> Routes:
    """One route for each of `FILES`, read once."""
    routes = Routes()
    for name, content_type in FILES.items():
        _serve_file(routes, name, content_type)
    return routes


def _serve_file(routes: Routes, name: str, content_type: str) -> None:
    content = (HERE / "static" / name).read_bytes()
    tag = hashlib.sha256(content).hexdigest()[:16]

    @routes.get(f"/static/{name}", access=PUBLIC)
    def serve(_: Call[object]) -> Answer:
        """One of `FILES`."""
        response = flask.Response(content, content_type=content_type)
        response.set_etag(tag)
        response.cache_control.public, response.cache_control.max_age = True, FRESH_SECONDS
        response.make_conditional(flask.request)
        return response
