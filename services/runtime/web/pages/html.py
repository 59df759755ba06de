"""Pages for people: in the language of the reader, forms without JavaScript, and errors in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlencode

import flask

from services.contracts.people.callers import Role
from services.contracts.people.navigation import navigation
from services.design.maps import MapSource
from services.design.phrases import Phrase
from services.design.reader import CHINESE
from services.design.templates import SHARED, Templates
from services.runtime.input.queries import strange_in
from services.runtime.web.guard import RequestGuard
from services.runtime.web.pages.readers import here, remember, this_reader

#: Tighter than the API's: a page runs no script unless it brings one, and its forms go nowhere else.
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


#: A page with scripts runs those of this site, which may ask it and nobody else; it works without them, too.
_OWN = "script-src 'self'; connect-src 'self'; worker-src 'self'"
SCRIPTED = {"Content-Security-Policy": f"{PAGE_HEADERS['Content-Security-Policy']}; {_OWN}"}
MAP_SCRIPT = "map.js"
#: In the order in which they run.
DESK_SCRIPTS = ("htmx.js", "desk.js")


class ErrorWords(NamedTuple):
    """An error in words: what is wrong, and what to do now."""

    title: Phrase
    advice: Phrase


_UNCERTAIN = Phrase(
    "If you have just sent a form: go back, what you wrote is still in it. Send it again in a minute; what has arrived already "
    "does not count twice."
)
FAILURES: Mapping[int, ErrorWords] = {
    401: ErrorWords(
        Phrase("Please sign in"),
        Phrase("This page is for staff who are signed in. If you were signed in, your session may have ended."),
    ),
    403: ErrorWords(
        Phrase("You do not have permission for this"),
        Phrase("Go back, reload the page and try again. If it still does not work, ask an administrator."),
    ),
    404: ErrorWords(
        Phrase("There is no such page"),
        Phrase("Check the address for a typing error, or go back to the first page."),
    ),
    405: ErrorWords(
        Phrase("This address cannot be opened like that"),
        Phrase("Go back to the first page and start from there."),
    ),
    409: ErrorWords(
        Phrase("This is not possible right now"),
        Phrase("Go back and reload the page to see the latest state."),
    ),
    412: ErrorWords(
        Phrase("The content has changed since"),
        Phrase("Reload the page to see the latest state."),
    ),
    413: ErrorWords(
        Phrase("This is too large"),
        Phrase("Go back: what you wrote is still in the form. Shorten it or attach less, then send it again."),
    ),
    415: ErrorWords(
        Phrase("This form cannot be read"),
        Phrase("Use the form on the page."),
    ),
    429: ErrorWords(
        Phrase("Too many requests"),
        Phrase("Nothing was changed. Wait a minute, then do the same again."),
    ),
    502: ErrorWords(Phrase("The system does not answer right now"), _UNCERTAIN),
    503: ErrorWords(
        Phrase("The system does not respond right now"),
        Phrase("Nothing was changed. Wait a moment, then do the same again; what you wrote is still in the form."),
    ),
    504: ErrorWords(Phrase("The system did not answer in time"), _UNCERTAIN),
}
BAD_REQUEST = ErrorWords(
    Phrase("This request cannot be processed"),
    Phrase("Go back to the first page and start from there."),
)
INTERNAL = ErrorWords(
    Phrase("Something went wrong"),
    Phrase("The error has been recorded. Please try again later."),
)
TOO_LARGE = 413
LARGE_PHOTOS = Phrase("Go back: what you wrote is still in the form. Choose fewer or smaller photos, then send it again.")
LONG_TEXT = Phrase("Go back: what you wrote is still in the form. It is too long: shorten it, then send it again.")
NOT_KNOWN = ErrorWords(
    Phrase("There is no such filter"),
    Phrase("The address of this page asks for something that is not known: %(values)s. It may be old, or have a typing error."),
)
WHOLE = Phrase("Show it without this filter")
#: No more of a value is shown.
_LONGEST_SHOWN = 80
SIGN_IN, FIRST_PAGE = Phrase("Sign in"), Phrase("Back to the first page")
#: What every page asks for and few say. `refilled` is where the form with the id "typed" is sent to be drawn again as it is
#: filled in.
UNSAID: Mapping[str, object] = {"place": None, "scripts": (), "refilled": None, "map_source": None}


def html(templates: Templates, name: str, status: int = 200, **values: object) -> flask.Response:
    """A template as a response with the headers of a page.

    Among the values, `role` is that of who is signed in, and `map_source` where the tiles of a map on the page come from.
    """
    reader, role, source = this_reader(), values.get("role"), values.get("map_source")
    scripts = values.get("scripts", ())
    shown = {
        **UNSAID,
        **values,
        "scripts": (*scripts, MAP_SCRIPT) if source else scripts,  # type: ignore[misc]
        "navigation": navigation(role if isinstance(role, Role) else None),
        "here": here,
        "path": flask.request.path,
    }
    response = flask.Response(templates.render(name, reader, shown), status, content_type="text/html; charset=utf-8")
    response.headers.update(PAGE_HEADERS | (SCRIPTED if shown["scripts"] else {}))
    if isinstance(source, MapSource) and source.origin:
        policy = response.headers["Content-Security-Policy"].replace("img-src 'self'", f"img-src 'self' {source.origin}")
        response.headers["Content-Security-Policy"] = policy
    response.headers["Content-Language"] = reader.tag
    response.vary.update(("Accept-Language", "Cookie"))
    return remember(response)


def desk_html(templates: Templates, name: str, status: int = 200, **values: object) -> flask.Response:
    """A page for staff: the same, with scripts that make it quicker to use."""
    return html(templates, name, status, scripts=DESK_SCRIPTS, **values)


def origin(guard: RequestGuard | None) -> str:
    """Where this site is, as the browser asked for it."""
    is_secure = guard.is_secure() if guard else flask.request.is_secure
    return f"{'https' if is_secure else 'http'}://{flask.request.host}"


def see_other(path: str) -> flask.Response:
    """After a form: 303, so that going back or reloading does not send it again."""
    return remember(flask.Response("", 303, {"Location": path} | PAGE_HEADERS))


def failure_of(status: int, photos: bool | None = None) -> ErrorWords:
    """An error in words, by its HTTP status; what was too large, by whether its form takes photos, where that is known."""
    if status == TOO_LARGE and photos is not None:
        return ErrorWords(FAILURES[status].title, LARGE_PHOTOS if photos else LONG_TEXT)
    return FAILURES.get(status, INTERNAL if status >= 500 else BAD_REQUEST)


def _strange(status: int) -> tuple[str, str]:
    """What an address asks a page for that is not known, in quotation marks, and the address without it; empty for any other
    error."""
    request, wrong = flask.request, flask.g.get("wrong", {})
    if status != 422 or request.method == "POST":
        return "", ""
    found = (strange_in(reasons) or request.args[name] for name, reasons in wrong.items() if name in request.args)
    quoted, between = ("「%s」", "、") if this_reader().lang == CHINESE else ("“%s”", ", ")
    kept = urlencode([(name, text) for name, text in request.args.items(multi=True) if name not in wrong])
    return between.join(quoted % text[:_LONGEST_SHOWN] for text in found), f"{request.path}?{kept}" if kept else request.path


def error_page(status: int) -> flask.Response:
    """The page for an error; the request's id is on it where the log says more."""
    strange, rest = _strange(status)
    if strange:
        failure = ErrorWords(NOT_KNOWN.title, NOT_KNOWN.advice.filled(values=strange))
        return html(SHARED, "error.html", status, failure=failure, request_id="", link=(rest, WHOLE))
    failure = failure_of(status, flask.g.get("photos"))
    request_id = flask.g.get("request_id", "") if status >= 500 else ""
    link = (f"/login?to={quote(flask.request.path + here())}", SIGN_IN) if status == 401 else ("/", FIRST_PAGE)
    return html(SHARED, "error.html", status, failure=failure, request_id=request_id, link=link)
