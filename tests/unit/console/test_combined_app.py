from collections.abc import Callable, Iterable
from typing import Any

import pytest
import requests
from werkzeug.test import Client

from services.console.embedded.front import combined_app as origin
from services.console.embedded.front.combined_app import CombinedApp, service_of
from services.contracts.topology import SERVICES

SERIES = "# HELP {0}_total Things\n# TYPE {0}_total counter\n{0}_total 1.0\n"


def application(name: str, ready: bool = True) -> Callable[..., Iterable[bytes]]:
    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        start_response(
            "503 Service Unavailable" if path == "/readyz" and not ready else "200 OK", [("Content-Type", "application/json")]
        )
        if path == "/metrics":
            return [SERIES.format(f"web_{name}").encode()]
        return [b'{"store": "ok"}' if path == "/readyz" else f"{name} {path}".encode()]

    return serve


def respond(status: int | None, body: bytes) -> requests.Response:
    if status is None:
        raise requests.ConnectionError
    answer = requests.Response()
    answer.status_code, answer._content = status, body
    return answer


@pytest.fixture(autouse=True)
def workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """All four workers are ready, as long as a test says nothing else."""
    monkeypatch.setattr(requests, "get", lambda url, timeout: respond(200, b"{}"))


def client(**ready: bool) -> Client:
    applications = {name: application(name, ready.get(name, True)) for name in SERVICES}
    return Client(CombinedApp(applications, dict.fromkeys(SERVICES, 9), lambda: {"metrics": 2, "web": 1}))


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/", "intake"), ("/assets/a.css", "intake"), ("/api/v1/opinions/batch", "intake"), ("/receipts/X", "intake"),
        ("/api/v1/openapi.json", "intake"), ("/intake/metrics", "intake"), ("/api/v1/assignments", "routing"),
        ("/api/v1/assignments/1/sign", "routing"), ("/api/v1/assignmentsx", "intake"), ("/api/v1/routes/preview", "routing"),
        ("/catalogue", "intake"), ("/catalogue/cases", "routing"),
        ("/api/v1/deadlines/explain", "notify"), ("/api/v1/statistics", "metrics"), ("/statistics", "metrics"),
        ("/statisticsx", "intake"),
    ],
)  # fmt: skip
def test_a_path_is_answered_by_its_service(path: str, service: str) -> None:
    assert service_of(path) == service


def test_a_request_reaches_the_application_unchanged() -> None:
    assert client().get("/api/v1/topics?x=1").get_data(as_text=True) == "routing /api/v1/topics"


def test_the_process_is_healthy_by_itself() -> None:
    assert client(intake=False).get("/healthz").get_json() == {"status": "ok"}


def test_the_origin_is_ready_when_all_four_services_are() -> None:
    answer = client().get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == {key: {"store": "ok", "worker": "ok"} for key in SERVICES}
    assert client(notify=False).get("/readyz").status_code == 503


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [
        (None, b"", "does not answer"),
        (503, b'{"broker": "takes no messages", "store": "ok", "outbox": 3}', "broker: takes no messages"),
        (503, b"not JSON", "does not answer"),
        (503, b"[]", "does not answer"),
        (503, b"{}", "not ready"),
    ],
)
def test_the_origin_is_not_ready_without_one_of_its_workers(
    monkeypatch: pytest.MonkeyPatch, status: int | None, body: bytes, word: str
) -> None:
    monkeypatch.setattr(requests, "get", lambda url, timeout: respond(200, b"{}") if ":9/" not in url else respond(status, body))
    applications = {name: application(name) for name in SERVICES}
    made = Client(CombinedApp(applications, {name: 9 if name == "notify" else 8 for name in SERVICES}))
    answer = made.get("/readyz")
    assert answer.status_code == 503
    assert {name: words["worker"] for name, words in answer.get_json().items()} == {**dict.fromkeys(SERVICES, "ok"), "notify": word}


def test_the_series_of_the_worker_stand_beside_those_of_the_web_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def scrape(url: str, timeout: float) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer._content = 200, SERIES.format("worker").encode()
        return answer

    monkeypatch.setattr(requests, "get", scrape)
    for path, service in origin.SERIES.items():
        text = client().get(path).get_data(as_text=True)
        assert f"web_{service}_total 1.0" in text
        assert "worker_total 1.0" in text


def test_a_worker_that_is_away_does_not_take_the_web_process_series_along(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(url: str, timeout: float) -> requests.Response:
        raise requests.ConnectionError

    monkeypatch.setattr(requests, "get", refuse)
    text = client().get("/metrics").get_data(as_text=True)
    assert SERIES.format("web_metrics") in text
    for line in (
        'huiying_process_up{process="worker",service="metrics"} 0.0',
        'huiying_process_up{process="web",service="all"} 1.0',
        'huiying_process_restarts_total{process="worker",service="metrics"} 2.0',
        'huiying_process_restarts_total{process="web",service="all"} 1.0',
    ):
        assert line in text


@pytest.mark.parametrize("path", ["/readyz", "/metrics", "/routing/metrics"])
def test_the_services_hear_who_asks_and_what_they_refuse_is_passed_on(path: str) -> None:
    seen: list[dict[str, Any]] = []

    def refusing(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        seen.append(environ)
        start_response("429 Too Many Requests", [("Retry-After", "7"), ("Content-Type", "application/problem+json")])
        return [b"{}"]

    asked = Client(CombinedApp(dict.fromkeys(SERVICES, refusing), dict.fromkeys(SERVICES, 9)))
    headers = {"Authorization": "Bearer t", "X-Forwarded-For": "203.0.113.9"}
    answer = asked.get(path, headers=headers, environ_overrides={"REMOTE_ADDR": "203.0.113.7"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    named = ("REMOTE_ADDR", "HTTP_AUTHORIZATION", "HTTP_X_FORWARDED_FOR")
    assert {tuple(each[name] for name in named) for each in seen} == {("203.0.113.7", "Bearer t", "203.0.113.9")}
