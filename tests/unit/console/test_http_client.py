"""The client of the console sends again what the product says may be sent again, and nothing else."""

from __future__ import annotations

import pytest
import requests

from services.console.client import http
from services.console.client.http import WAITS, Client
from services.console.settings import Addresses
from services.console.terminal import CommandFailed


def answering(monkeypatch, own_time, *statuses):
    """A client whose requests are answered with these statuses, the last one for good; and what it did."""
    sent, waited = [], []

    def request(self, method, url, **_):
        answer = requests.Response()
        answer.status_code = statuses[min(len(sent), len(statuses) - 1)]
        answer._content = b'{"title": "Not available right now", "detail": "Send the same request again."}'
        sent.append((method, url))
        return answer

    monkeypatch.setattr(requests.Session, "request", request)
    own_time(http, sleep=waited.append)
    return Client(Addresses("http://127.0.0.1:1", "", None, "secret")), sent, waited


def test_what_changed_nothing_is_sent_again_until_it_is_taken(monkeypatch, own_time):
    client, sent, waited = answering(monkeypatch, own_time, 503, 503, 200)
    assert client.put("/deputies/one", {}) is None
    assert sent == [("PUT", "http://127.0.0.1:1/api/v1/deputies/one")] * 3
    assert waited == list(WAITS[:2])


def test_it_gives_up_after_a_while_and_says_what_was_answered(monkeypatch, own_time):
    client, sent, _ = answering(monkeypatch, own_time, 503)
    with pytest.raises(CommandFailed, match="503 Not available right now"):
        client.post("/opinions", {}, dict)
    assert len(sent) == 1 + len(WAITS)


@pytest.mark.parametrize("status", [200, 409, 422, 429, 500])
def test_nothing_else_is_sent_twice(monkeypatch, own_time, status):
    client, sent, waited = answering(monkeypatch, own_time, status)
    client.put("/deputies/one", {})
    assert (len(sent), waited) == (1, [])
