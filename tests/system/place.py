"""A running system as anybody outside sees it: one HTTP origin, one broker, an administrator's token."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.patience import FOR_SURE

API = "/api/v1"
PATIENCE = 20.0
T = TypeVar("T")


@dataclass
class Place:
    """Where the system is; the same for the embedded mode, compose and any other address."""

    url: str
    broker_url: str
    admin_token: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False

    def ask(self, method: str, path: str, token: str | None = None, **options: Any) -> requests.Response:
        """One request; `path` from the root. `token` is sent where given."""
        headers = dict(options.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self.session.request(method, self.url + path, headers=headers, timeout=FOR_SURE * PATIENCE, **options)

    def get(self, path: str, **query: Any) -> Any:
        """The JSON answer to an administrator's GET below the API."""
        answer = self.ask("GET", API + path, self.admin_token, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, status: int = 200, token: str | None = None) -> Any:
        """The JSON answer to a POST below the API, which has to have this status."""
        answer = self.ask("POST", API + path, token, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def submit(self, **fields: Any) -> Mapping[str, Any]:
        """Submit an opinion as a citizen does, or as the office where it names a channel; returns the answer."""
        token = self.admin_token if "channel" in fields else None
        made: Mapping[str, Any] = self.post(
            "/opinions", {"title": "请来看看", "content": "情况属实，盼回复。", **fields}, 201, token
        )
        return made

    def receipt(self, submitted: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the receipt of a submitted opinion shows now, asked without a token."""
        answer = self.ask("GET", submitted["links"]["receipt"])
        assert answer.status_code == 200, answer.text
        made: Mapping[str, Any] = answer.json()
        return made

    def told(self, opinion: str) -> Counter[str]:
        """How often each thing that its submitter sees is in an opinion's timeline."""
        return Counter(moment["what"] for moment in self.get(f"/opinions/{opinion}")["timeline"] if not moment["internal"])

    def pages(self, path: str, **query: Any) -> Iterator[Mapping[str, Any]]:
        """All items of a list, page by page."""
        cursor: dict[str, Any] = {}
        while True:
            answer = self.get(path, **query, **cursor)
            yield from answer["items"]
            if answer["next"] is None:
                return
            cursor = {"cursor": answer["next"]}

    def batch(self, lines: Any, content_type: str = "application/x-ndjson") -> list[Mapping[str, Any]]:
        """Send a batch as an administrator; returns the lines of the answer."""
        headers = {"Content-Type": content_type}
        answer = self.ask("POST", f"{API}/opinions/batch", self.admin_token, data=lines, headers=headers)
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.iter_lines()]

    def topics(self) -> Mapping[str, Mapping[str, Any]]:
        """The topics of the catalogue by code."""
        return {topic["code"]: topic for topic in self.get("/topics")["items"]}

    def departments(self) -> list[str]:
        """The codes of all departments."""
        return [each["code"] for each in self.get("/departments")["items"]]

    def statistics(self, department: str | None = None) -> Counter[str]:
        """Counts by name, and both numbers of every rate (`resolution.strict/numerator`), of one department or of all."""
        answer = self.get("/statistics", by="department")
        groups = [group for group in answer["groups"] if group["key"]["department"] == department]
        return Counter(dict(pair for group in (groups if department else [answer["total"]]) for pair in _numbers(group)))

    def series(self, path: str = "/metrics") -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        """The samples of a metrics page by name and labels."""
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        families = text_string_to_metric_families(answer.text)
        return {(sample.name, frozenset(sample.labels.items())): sample.value for family in families for sample in family.samples}


def _numbers(group: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    yield from group["counts"].items()
    for rate, variants in group["rates"].items():
        for variant, fraction in variants.items():
            yield f"{rate}.{variant}/numerator", fraction["numerator"]
            yield f"{rate}.{variant}/denominator", fraction["denominator"]


def difference(after: Counter[str], before: Counter[str]) -> dict[str, int]:
    """What has changed, by name."""
    return {name: after[name] - before[name] for name in {*after, *before} if after[name] != before[name]}


def eventually(look: Callable[[], T], seconds: float = PATIENCE) -> T:
    """Ask until the answer is true, and return it; the last answer fails the test when it never is.

    `seconds` are those of an idle machine.
    """
    end = time.monotonic() + FOR_SURE * seconds
    while not (seen := look()):
        assert time.monotonic() < end, f"not within {FOR_SURE * seconds} s; last seen: {seen!r}"
        time.sleep(0.05)
    return seen
