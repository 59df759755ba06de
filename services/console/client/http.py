"""A client for the product's own HTTP API."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import IO, Generic, TypeVar

import msgspec
import requests

from services.console.settings import Addresses
from services.console.terminal import fail
from services.runtime.tls import reason

API = "/api/v1"
PATIENCE = 30.0
#: A store or the broker does not answer and nothing was changed: the same request is sent again after these seconds, then given up.
UNAVAILABLE, WAITS = 503, (1.0, 2.0, 4.0, 8.0)
DISTRUST = "name the CA in HUIYING_TLS_CA, or the host in HUIYING_URL as the certificate has it"
Query = Mapping[str, str | int]
NOTHING: Query = {}
T = TypeVar("T")


class PageView(msgspec.Struct, Generic[T]):
    """Some items of a list, and the cursor of the next page."""

    items: list[T]
    next: str | None = None


class ProblemView(msgspec.Struct):
    """A problem document."""

    title: str = ""
    detail: str = ""
    errors: dict[str, list[str]] = {}


class Later(Exception):
    """The server is at capacity and stored nothing; the request may be sent again after `seconds`. The text says why."""

    def __init__(self, words: str, seconds: float) -> None:
        super().__init__(words)
        self.seconds = seconds


class Client:
    """A keep-alive connection, with the administrator's token where there is one."""

    def __init__(self, addresses: Addresses) -> None:
        self.url = addresses.url
        self.session = requests.Session()
        self.session.trust_env, self.session.verify = False, addresses.verify
        self._headers = {"Authorization": f"Bearer {addresses.admin_token}"} if addresses.admin_token else {}

    def get(self, path: str, into: type[T], query: Query = NOTHING) -> T:
        """The answer to a GET, decoded as `into`; fails with the text of the problem document."""
        return _decoded(path, self._ask("GET", path, query=query), into)

    def lines(self, path: str) -> Iterator[bytes]:
        """The lines of the answer to a GET; fails in the same way."""
        return iter(self._ask("GET", path).content.splitlines())

    def post(self, path: str, body: Mapping[str, object], into: type[T], *, public: bool = False) -> T:
        """The answer to a POST, decoded as `into`; `public` sends no token, as a citizen's browser would."""
        return _decoded(path, self._ask("POST", path, body=body, public=public), into)

    def put(self, path: str, body: Mapping[str, object]) -> str | None:
        """Put something; None when it was taken, else in words what is wrong with it. Fails where nothing can be put at all."""
        answer = self._send("PUT", path, body=body)
        if answer.status_code in (401, 403):
            _refused("PUT", path, answer)
        return None if answer.ok else _words(answer)

    def pages(self, path: str, into: type[T], query: Query = NOTHING) -> Iterator[T]:
        """All items of a list, page by page, each as `into`."""
        cursor: dict[str, str] = {}
        while True:
            # mypy takes no variable as a type argument.
            answer: PageView[T] = self.get(path, PageView[into], {**query, **cursor})  # type: ignore[valid-type]
            yield from answer.items
            if answer.next is None:
                return
            cursor = {"cursor": answer.next}

    def stream(self, path: str, body: bytes | IO[bytes], content_type: str) -> Iterator[bytes]:
        """The lines of a streamed answer to a streamed POST; raises `Later`, or requests' errors: the caller can resume."""
        headers = {**self._headers, "Content-Type": content_type}
        with self.session.post(self.url + API + path, data=body, headers=headers, timeout=(5.0, 300.0), stream=True) as answer:
            if answer.status_code == UNAVAILABLE and answer.headers.get("Retry-After", "").isdecimal():
                raise Later(_words(answer), float(answer.headers["Retry-After"]))
            if not answer.ok:
                _refused("POST", path, answer)
            yield from answer.iter_lines()

    def _ask(
        self, method: str, path: str, *, query: Query = NOTHING, body: object = None, public: bool = False
    ) -> requests.Response:
        answer = self._send(method, path, query=query, body=body, public=public)
        if not answer.ok:
            _refused(method, path, answer)
        return answer

    def _send(
        self, method: str, path: str, *, query: Query = NOTHING, body: object = None, public: bool = False
    ) -> requests.Response:
        headers = {} if public else self._headers
        address = self.url + API + path
        try:
            waits = iter(WAITS)
            while True:
                answer = self.session.request(method, address, headers=headers, timeout=PATIENCE, params=query, json=body)
                if answer.status_code != UNAVAILABLE or (seconds := next(waits, None)) is None:
                    return answer
                time.sleep(seconds)
        except requests.RequestException as error:
            if why := reason(error):
                fail(f"{self.url} cannot be trusted: {why}.", DISTRUST)
            fail(f"{self.url} does not answer: {error.__class__.__name__}.", "huiying up, or set HUIYING_URL to where it runs")


def _decoded(path: str, answer: requests.Response, into: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.content, type=into)
    except msgspec.DecodeError as error:
        fail(f"{path}: the answer is another one than expected: {error}", "compare the versions: huiying --version")


def _refused(method: str, path: str, answer: requests.Response) -> None:
    advice = "make a token: huiying token create --role admin; then set HUIYING_ADMIN_TOKEN" if answer.status_code == 401 else ""
    fail(f"{method} {path}: {answer.status_code} {_words(answer)}", advice)


def _words(answer: requests.Response) -> str:
    try:
        problem = msgspec.json.decode(answer.content, type=ProblemView)
    except msgspec.DecodeError:
        problem = ProblemView(answer.text[:300])
    details = "; ".join(f"{field}: {', '.join(reasons)}" for field, reasons in problem.errors.items())
    return " ".join(filter(None, (problem.title, problem.detail, details)))
