"""The table of routes: who may call what, what it takes and answers, what is throttled and what is audited."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import flask
from marshmallow import Schema

from services.contracts.people.callers import PUBLIC, Role
from services.runtime.web.access.throttle import Limit
from services.runtime.web.problems import ErrorPage

Answer = tuple[int, object] | flask.Response
View = Callable[[Any], Answer]
Decorator = Callable[[View], View]
API = "/api/v1"
#: The most bytes of a body, where a route says nothing else.
LONGEST_BODY = 1_000_000
_NAME = re.compile("<([^>]+)>")


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the table. `body` and `query` are schemas of what is taken; `answers` maps a status to its schema.

    `takes` lists content types of a body that the view reads itself as a stream. `page` marks a page for people and shows
    its errors; a route without it answers problem documents. Pages take sessions, everything else takes tokens only.
    `counts` says what is throttled. `personal` marks an answer with data about a person: reading it leaves an entry in the
    audit log, as every change does. `gives` lists the content types of an answer that is not JSON.
    `longest` is the most bytes of its body: the web process takes no more in. `cost` is the work that an answer makes, of which an
    address without a token gets so much a minute; with `charges` the view counts it, by what it has to compute. `made` is where
    what a 201 made is found: an address with names from the request's path and from the answer in braces. `versioned` marks what
    answers with the ETag of a row, or heeds If-Match, which every other change refuses. `own` marks what people do with their own
    account, open to them before they have set up the second factor that is asked of them.
    """

    method: str
    path: str
    view: View
    access: frozenset[Role]
    summary: str
    body: type[Schema] | None = None
    query: type[Schema] | None = None
    answers: Mapping[int, type[Schema] | None] = field(default_factory=dict)
    takes: tuple[str, ...] = ()
    page: ErrorPage | None = None
    counts: tuple[Limit, ...] = ()
    personal: bool = False
    gives: tuple[str, ...] = ()
    longest: int = LONGEST_BODY
    cost: int = 0
    charges: bool = False
    made: str = ""
    versioned: bool = False
    own: bool = False

    @property
    def is_public(self) -> bool:
        """Whether the route needs no token."""
        return self.access is PUBLIC

    @property
    def takes_photos(self) -> bool:
        """Whether its form takes photos, which no other needs more room for."""
        return self.page is not None and self.longest > LONGEST_BODY

    def found_at(self, path: Mapping[str, str], answer: Mapping[str, object]) -> str:
        """The address of what a 201 made."""
        return self.made.format_map({**{name: quote(value, safe="") for name, value in path.items()}, **answer})

    @property
    def is_recorded(self) -> bool:
        """Whether a call with a token leaves an entry in the audit log."""
        return self.personal or self.method not in ("GET", "HEAD")


class Routes(list[Route]):
    """The routes of a service, filled by decorators beside the views."""

    def get(self, path: str, **facts: Any) -> Decorator:
        """Serve GET. Facts: access, query, answers, gives, page, counts, cost, charges, personal."""
        return self._add("GET", path, **facts)

    def post(self, path: str, *, stands_on: str = "", **facts: Any) -> Decorator:
        """Serve POST. Facts: access, body or takes, longest, answers, made, gives, page, counts.

        A form whose address is not that of its page `stands_on` that page, said with the names of `path`: who asks for the form's
        own address, because they reload, go back or have just signed in, is led there.
        """
        if stands_on:
            led = {name: facts[name] for name in ("access", "page", "own") if name in facts}
            self._add("GET", path, **led)(_leading_to(stands_on))
        return self._add("POST", path, **facts)

    def put(self, path: str, **facts: Any) -> Decorator:
        """Serve PUT, which may be repeated. Facts: access, body, answers, versioned."""
        return self._add("PUT", path, **facts)

    def delete(self, path: str, **facts: Any) -> Decorator:
        """Serve DELETE, which may be repeated. Facts: access, answers."""
        return self._add("DELETE", path, **facts)

    def _add(self, method: str, path: str, *, access: frozenset[Role], **facts: Any) -> Decorator:
        def remember(view: View) -> View:
            summary = (view.__doc__ or "").strip().split("\n")[0]
            self.append(Route(method, path, view, access, summary, **facts))
            return view

        return remember


def body_limits(routes: Iterable[Route]) -> Callable[[str, str], int]:
    """The most bytes of a body by method and path, as the routes say."""
    larger = [(route.method, _pattern(route.path), route.longest) for route in routes if route.longest > LONGEST_BODY]

    def limit(method: str, path: str) -> int:
        return next((most for verb, pattern, most in larger if verb == method and pattern.fullmatch(path)), LONGEST_BODY)

    return limit


def _leading_to(page: str) -> View:
    def back_to_page(call: Any) -> Answer:
        """GET on the address of a form: back to the page that has it, narrowed as the address says."""
        path = _NAME.sub(lambda name: quote(call.path[name[1]], safe=""), page)
        asked = urlencode(list(flask.request.args.items(multi=True)))
        return flask.Response("", 303, {"Location": f"{path}?{asked}" if asked else path})

    return back_to_page


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(map(re.escape, _NAME.split(path)[::2])))
