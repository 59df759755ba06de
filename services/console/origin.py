"""The embedded mode's one origin: all four applications in one process, told apart by path exactly as the gateway does it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import orjson
import requests
import structlog
from werkzeug.test import Client

from services.console.scrape import merge
from services.console.settings import load_settings
from services.contracts.topology import SERVICES
from services.runtime.assembly import Assembly, build_app
from services.runtime.assembly import load_settings as load_service_settings
from services.runtime.health import TEXT
from services.runtime.routes import body_limits
from services.runtime.settings import ProcessSettings, SettingsInvalid
from services.runtime.telemetry import set_up_logs
from services.runtime.tls import identity
from services.runtime.web import WebServer

log = structlog.get_logger()
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
SCRAPE_SECONDS = 3.0
#: Who answers what begins so; everything else (pages, opinions, receipts, the API's documents) is intake's.
PATHS: Mapping[str, tuple[str, ...]] = {
    "routing": (
        "/api/v1/assignments", "/api/v1/promises", "/api/v1/lookbacks", "/api/v1/reschedulings", "/api/v1/departments",
        "/api/v1/topics", "/api/v1/routes", "/routing/metrics",
    ),
    "notify": (
        "/api/v1/reminders", "/api/v1/deadlines", "/api/v1/supervisions", "/api/v1/meetings", "/api/v1/letters", "/agenda",
        "/notify/metrics",
    ),
    "metrics": ("/api/v1/statistics", "/api/v1/ledger", "/statistics", "/ledger", "/metrics"),
}  # fmt: skip
DEFAULT = "intake"
SERIES: Mapping[str, str] = {"/metrics": "metrics", **{f"/{name}/metrics": name for name in SERVICES}}


def service_of(path: str) -> str:
    """The service that answers a path."""
    for service, prefixes in PATHS.items():
        if any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes):
            return service
    return DEFAULT


class Origin:
    """A WSGI application in front of the services' own; it also speaks for the process and for the workers' series."""

    def __init__(self, applications: Mapping[str, Application], worker_ports: Mapping[str, int]) -> None:
        self._applications, self._worker_ports = applications, worker_ports

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "/")
        if path in SERIES:
            return self._series(SERIES[path], start_response)
        if path == "/healthz":
            return _answer(start_response, "200 OK", {"status": "ok"})
        if path == "/readyz":
            return self._ready(start_response)
        return self._applications[service_of(path)](environ, start_response)

    def _series(self, service: str, start_response: Callable[..., Any]) -> Iterable[bytes]:
        texts = [Client(self._applications[service]).get("/metrics").get_data(as_text=True)]
        try:
            answer = requests.get(f"http://127.0.0.1:{self._worker_ports[service]}/metrics", timeout=SCRAPE_SECONDS)
            answer.raise_for_status()
            texts.append(answer.content.decode())
        except requests.RequestException as error:
            log.warning("worker_not_scraped", service=service, error=repr(error))
        start_response("200 OK", [("Content-Type", TEXT), ("Cache-Control", "no-store")])
        return [merge(texts)]

    def _ready(self, start_response: Callable[..., Any]) -> Iterable[bytes]:
        def ask(name: str) -> tuple[int, Any]:
            answer = Client(self._applications[name]).get("/readyz")
            return answer.status_code, answer.get_json()

        with ThreadPoolExecutor(len(self._applications)) as pool:
            answers = dict(zip(self._applications, pool.map(ask, self._applications), strict=True))
        good = all(status == 200 for status, _ in answers.values())
        words = {name: each for name, (_, each) in answers.items()}
        return _answer(start_response, "200 OK" if good else "503 Service Unavailable", words)


def _answer(start_response: Callable[..., Any], status: str, body: Any) -> Iterable[bytes]:
    start_response(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
    return [orjson.dumps(body)]


def assemblies() -> dict[str, Assembly]:
    """What each service hands to the runtime."""
    return {name: import_module(f"services.{name}.__main__").ASSEMBLY for name in SERVICES}


def build(given: Mapping[str, tuple[Assembly, ProcessSettings]]) -> Origin:
    """The origin with its four applications; to be called after the fork."""
    applications = {name: build_app(assembly, settings).wsgi_app for name, (assembly, settings) in given.items()}
    return Origin(applications, {name: settings.worker_port for name, (_, settings) in given.items()})


def main() -> int:
    """Serve until told to stop; returns the exit status."""
    try:
        own = load_settings()
        given = {name: (each, load_service_settings(each)) for name, each in assemblies().items()}
        shown = identity(own.tls_certificate, own.tls_key)
    except SettingsInvalid as error:
        sys.stderr.write(f"{error}\n")
        return 2
    set_up_logs(own.log_level)
    first = next(iter(given.values()))[1]
    limits = body_limits([route for assembly, _ in given.values() for route in assembly.routes])
    WebServer(lambda: build(given), own.host, own.port, first.threads, shown, limits=limits, proxies=first.trusted_proxies).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
