"""What callers see of an error: a problem document (RFC 9457), or a page where people look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import flask
import orjson
import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from services.contracts.errors import NotFound, NotSignedIn, Refusal, TooLarge, TooMany, Unavailable, UnsupportedType, status_of

log = structlog.get_logger()
PROBLEM = "application/problem+json"
#: What the driver raises when the store does not answer, or not in time.
STORE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
#: Shows an error to a person, by its HTTP status.
ErrorPage = Callable[[int], flask.Response]


def json_response(status: int, answer: Any, content_type: str = "application/json") -> flask.Response:
    """An answer as JSON; instants become RFC 3339 with offset."""
    return flask.Response(orjson.dumps(answer), status, content_type=content_type)


def problem(error: Refusal) -> flask.Response:
    """An error as a problem document."""
    status = status_of(error)
    body: dict[str, Any] = {
        "type": f"/problems/{status.slug}", "title": status.title, "status": status.status,
        "detail": error.detail, "instance": quote(flask.request.path),
    }  # fmt: skip
    if error.errors:
        body["errors"] = error.errors
    response = json_response(status.status, body, PROBLEM)
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
        return problem(error)
    if isinstance(error, STORE_AWAY):
        log.warning("store_unavailable", error=repr(error))
        return problem(Unavailable("The store does not answer; nothing was changed. Send the same request again."))
    if isinstance(error, HTTPException):
        return _http_problem(error)
    log.error("request_failed", exc_info=error)
    body = {
        "type": "/problems/internal",
        "title": "Something went wrong here",
        "status": 500,
        "detail": "It is in the log under this request's id.",
    }
    return json_response(500, body, PROBLEM)


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
    body = {"type": f"/problems/http-{status}", "title": error.name, "status": status, "detail": error.description}
    response = json_response(status, body, PROBLEM)
    if status == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return response
