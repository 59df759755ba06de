"""Generated opinions with contact data, sent as fast as possible: one in each request, or in batches."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import msgspec
import orjson

from services.console.client.answers import SubmittedView
from services.console.client.http import API, Client
from services.console.client.importer import LINE_ANSWER
from services.console.client.records import NDJSON, ROWS_A_PIECE
from services.console.demo.samples import DemoCase
from services.console.settings import Addresses
from services.console.terminal import fail

#: The smallest size of an opinion in bytes of JSON.
SIZE = 1000
PATIENCE = 60.0
Send = Callable[[Sequence[bytes]], set[str]]


def make_opinions(samples: Sequence[DemoCase], numbers: range) -> list[bytes]:
    """A JSON text for each number, with a sample's words and contact data; all are different."""
    return [_opinion(samples[number % len(samples)], number) for number in numbers]


def _opinion(sample: DemoCase, number: int) -> bytes:
    title, content = f"{sample.title}（{number}）", str(sample.form["content"])
    submitter = {"kind": "citizen", "name": f"测试人{number}", "phone": f"139{number:08}", "email": f"citizen{number}@example.org"}
    times = 1
    while len(body := orjson.dumps({"title": title, "content": content * times, "submitter": submitter})) < SIZE:
        times += 1
    return body


def one_by_one(place: Addresses, clients: int) -> Send:
    """Sends one opinion in each request, from this number of concurrent clients with a connection each."""

    def send(bodies: Sequence[bytes]) -> set[str]:
        turn, opinions, troubles = itertools.count(), set[str](), list[str]()

        def work() -> None:
            line = _Connection(place)
            while not troubles and (number := next(turn)) < len(bodies):
                try:
                    opinions.add(line.submit(bodies[number]))
                except (OSError, http.client.HTTPException, _Refused) as error:
                    troubles.append(repr(error))
            line.close()

        threads = [threading.Thread(target=work, name=f"client-{number}") for number in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if troubles:
            fail(f"An opinion was not accepted: {troubles[0]}")
        return opinions

    return send


def in_batches(place: Addresses) -> Send:
    """Sends batches one after the other, as `huiying import` does."""
    client = Client(place)

    def send(bodies: Sequence[bytes]) -> set[str]:
        opinions: set[str] = set()
        for start in range(0, len(bodies), ROWS_A_PIECE):
            body = b"\n".join(bodies[start : start + ROWS_A_PIECE]) + b"\n"
            for raw in client.stream("/opinions/batch", body, NDJSON):
                answer = LINE_ANSWER.decode(raw)
                if answer.status != "created":
                    fail(f"An opinion was not accepted: {answer}")
                opinions.add(answer.id)
        return opinions

    return send


class _Refused(Exception):
    """The answer was not 201."""


class _Connection:
    """A plain keep-alive connection: `requests` would use so much CPU that the sender would be measured."""

    def __init__(self, place: Addresses) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(place.url).netloc, timeout=PATIENCE)
        # With a token, because without one the address would be throttled.
        self._headers = {"Authorization": f"Bearer {place.admin_token}", "Content-Type": "application/json"}

    def submit(self, body: bytes) -> str:
        """The id of an accepted opinion."""
        self._connection.request("POST", f"{API}/opinions", body, self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != http.client.CREATED:
            raise _Refused(f"{answer.status} {content.decode(errors='replace')[:300]}")
        return msgspec.json.decode(content, type=SubmittedView).id

    def close(self) -> None:
        self._connection.close()


def timed(send: Send, bodies: Sequence[bytes]) -> tuple[set[str], float]:
    """The ids of what was accepted, and the seconds until the last answer."""
    started = time.perf_counter()
    return send(bodies), time.perf_counter() - started
