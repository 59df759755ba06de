"""What callers see of an error: a problem document (RFC 9457), or a page where people look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

import flask
import msgspec
import orjson
import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.datastructures import LanguageAccept
from werkzeug.exceptions import HTTPException

from services.contracts.errors import NotFound, NotSignedIn, Refusal, TooLarge, TooMany, Unavailable, UnsupportedType, status_of
from services.contracts.words.problems import meaning_of

log = structlog.get_logger()
PROBLEM = "application/problem+json"
#: What the driver raises when the store does not answer, or not in time.
STORE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
#: Shows an error to a person, by its HTTP status.
ErrorPage = Callable[[int], flask.Response]


def json_response(status: int, answer: object, content_type: str = "application/json") -> flask.Response:
    """An answer as JSON, dataclasses and parts of messages as objects; instants become RFC 3339 with offset."""
    return flask.Response(orjson.dumps(answer, default=msgspec.to_builtins), status, content_type=content_type)


def wording(status: int, slug: str, title: str, detail: str, languages: LanguageAccept, path: str) -> tuple[dict[str, object], str]:
    """The body of a problem document about a request to a path, empty where none was understood, and its language.

    It is Chinese where that is preferred and the type has a translation, with the details in English.
    """
    meaning = meaning_of(slug)
    chinese = meaning is not None and _prefers_chinese(languages)
    if meaning is not None and chinese:
        title, detail = meaning.title_zh, f"{meaning.advice_zh}（{detail}）"
    body: dict[str, object] = {
        "type": f"/problems/{slug}", "title": title, "status": status, "detail": detail, "instance": quote(path),
    }  # fmt: skip
    return body, "zh-CN" if chinese else "en"


def document(status: int, slug: str, title: str, detail: str, **more: object) -> flask.Response:
    """A problem document, in the language that the caller prefers."""
    body, language = wording(status, slug, title, detail, flask.request.accept_languages, flask.request.path)
    response = json_response(status, body | more, PROBLEM)
    response.headers["Content-Language"] = language
    response.vary.add("Accept-Language")
    return response


def _prefers_chinese(languages: LanguageAccept) -> bool:
    """Whether Chinese is liked better than English."""
    liked = [tag.split("-")[0].lower() for tag, quality in languages if quality > 0]
    return next((tag for tag in liked if tag in ("zh", "en", "*")), "en") == "zh"


def problem(error: Refusal) -> flask.Response:
    """An error as a problem document."""
    status = status_of(error)
    more = {"errors": error.errors} if error.errors else {}
    response = document(status.status, status.slug, status.title, error.detail, **more)
    if isinstance(error, NotSignedIn):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, UnsupportedType):
        # RFC 9110 15.5.16: what may be sent instead.
        response.headers["Accept-Encoding"] = "identity"
    if isinstance(error, TooMany | Unavailable):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def status_for(error: Exception) -> int:
    """The HTTP status that `failed` answers an error with."""
    if isinstance(error, Refusal):
        return status_of(error).status
    if isinstance(error, STORE_AWAY):
        return status_of(Unavailable("")).status
    return (error.code or 500) if isinstance(error, HTTPException) else 500


def failed(error: Exception) -> flask.Response:
    """The answer to anything that a request raised."""
    if isinstance(error, Refusal):
        # For a page, which says what of its address is not known.
        flask.g.wrong = error.errors
        return problem(error)
    if isinstance(error, STORE_AWAY):
        log.warning("store_unavailable", error=repr(error))
        return problem(Unavailable("The store does not answer; nothing was changed. Send the same request again."))
    if isinstance(error, HTTPException):
        return _http_problem(error)
    log.error("request_failed", exc_info=error)
    return document(500, "internal", "Something went wrong here", "It is in the log under this request's id.")


def shown(problem_response: flask.Response, pages: Mapping[str, ErrorPage], api: str) -> flask.Response:
    """The same error as a page, where a page was asked for. `pages` maps the endpoints that are pages to how they show errors.

    An address that no route has is answered with a page to a browser, unless it lies below `api`.
    """
    request = flask.request
    if request.url_rule is not None:
        show = pages.get(request.url_rule.endpoint)
    else:
        lost = not request.path.startswith(api) and "text/html" in request.headers.get("Accept", "")
        show = next(iter(pages.values()), None) if lost else None
    if show is None:
        return problem_response
    response = show(problem_response.status_code)
    for header in ("Allow", "Retry-After"):
        if header in problem_response.headers:
            response.headers[header] = problem_response.headers[header]
    return response


def _http_problem(error: HTTPException) -> flask.Response:
    if error.code == 404:
        return problem(NotFound("There is nothing at this address."))
    if error.code == 413:
        return problem(TooLarge("The body is larger than this server takes."))
    status = error.code or 500
    response = document(status, f"http-{status}", error.name, error.description or "")
    if status == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return response
