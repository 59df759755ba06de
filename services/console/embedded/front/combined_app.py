"""All four web applications in one process, dispatched by path as the gateway does."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import orjson
import requests
import structlog
from prometheus_client import CollectorRegistry, generate_latest
from werkzeug.test import Client, TestResponse

from services.console.embedded.assemblies import assemblies
from services.console.embedded.front.includes import Includes
from services.console.embedded.front.merge_metrics import merge
from services.console.embedded.installation import Installation
from services.console.embedded.starting.launch import WEB
from services.console.settings import load_settings
from services.contracts.measures import KEEPING
from services.contracts.topology import SERVICES
from services.runtime.process.assembly import AnyAssembly, build_app
from services.runtime.process.assembly import load_settings as load_service_settings
from services.runtime.process.health import TEXT
from services.runtime.process.logs import set_up_logs
from services.runtime.settings import ProcessSettings, SettingsInvalid
from services.runtime.telemetry import KINDS
from services.runtime.tls import identity
from services.runtime.web.routes import body_limits
from services.runtime.web.serving.server import WebServer

log = structlog.get_logger()
SCRAPE_SECONDS = 3.0
#: Statuses of a readiness check; any other is about the caller.
READINESS = (200, 503)
#: Path prefixes by service; everything else (pages, opinions, receipts, the API's documents) is intake's.
PATHS: Mapping[str, tuple[str, ...]] = {
    "routing": (
        "/api/v1/assignments", "/api/v1/promises", "/api/v1/lookbacks", "/api/v1/reschedulings", "/api/v1/departments",
        "/api/v1/topics", "/api/v1/routes", "/doubtful", "/approvals", "/models", "/desk", "/rulings", "/lookbacks",
        "/watched", "/preview", "/catalogue/cases", "/fragments/routing", "/routing/metrics",
    ),
    "notify": (
        "/api/v1/reminders", "/api/v1/deadlines", "/api/v1/supervisions", "/api/v1/meetings", "/api/v1/letters", "/api/v1/witness",
        "/api/v1/sessions", "/api/v1/plans", "/api/v1/themes", "/api/v1/entries", "/api/v1/lists", "/api/v1/notices", "/agenda",
        "/calendar", "/calendar.ics", "/notices", "/sessions", "/plans", "/themes", "/fragments/notify", "/notify/metrics",
    ),
    "metrics": ("/api/v1/statistics", "/api/v1/ledger", "/statistics", "/ledger", "/fragments/metrics", "/metrics"),
}  # fmt: skip
DEFAULT = "intake"
#: What intake answers about a session: who comes and what is asked. Looked at before the prefixes.
OF_A_SESSION = r"^(/api/v1)?/sessions/[^/]+/(questions|bookings|attendance|book|host)(/|$)"
_OF_A_SESSION = re.compile(OF_A_SESSION)
SERIES: Mapping[str, str] = {"/metrics": "metrics", **{f"/{name}/metrics": name for name in SERVICES}}


def service_of(path: str) -> str:
    """The service that answers a path."""
    if _OF_A_SESSION.match(path):
        return DEFAULT
    for service, prefixes in PATHS.items():
        if any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes):
            return service
    return DEFAULT


class CombinedApp:
    """A WSGI application in front of the services' own; it also answers for the workers' readiness and metrics.

    `restarts` returns how often each process was restarted.
    """

    def __init__(
        self,
        applications: Mapping[str, WSGIApplication],
        worker_ports: Mapping[str, int],
        restarts: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        self._applications, self._worker_ports, self._restarts = applications, worker_ports, restarts

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "/")
        if path in SERIES:
            return self._series(SERIES[path], environ, start_response)
        if path == "/healthz":
            return _answer(start_response, "200 OK", {"status": "ok"})
        if path == "/readyz":
            return self._ready(environ, start_response)
        return self._applications[service_of(path)](environ, start_response)

    def _series(self, service: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        own = Client(self._applications[service]).get("/metrics", environ_overrides=_asker(environ))
        if own.status_code != 200:
            return _passed_on(own, start_response)
        texts = [own.get_data(as_text=True)]
        try:
            answer = requests.get(f"http://127.0.0.1:{self._worker_ports[service]}/metrics", timeout=SCRAPE_SECONDS)
            answer.raise_for_status()
            texts.append(answer.content.decode())
        except requests.RequestException as error:
            log.warning("worker_not_scraped", service=service, error=repr(error))
        texts.append(self._kept(service, up=len(texts) > 1))
        start_response("200 OK", [("Content-Type", TEXT), ("Cache-Control", "no-store")])
        return [merge(texts)]

    def _kept(self, service: str, *, up: bool) -> str:
        """Metrics about the processes themselves: the service's worker, and with metrics the other processes too."""
        registry, restarts = CollectorRegistry(), self._restarts()
        running, counted = (KINDS[row.kind](row.name, row.help, row.labels, registry=registry) for row in KEEPING)
        running.labels(service, "worker").set(up)
        counted.labels(service, "worker").inc(restarts.get(service, 0))
        if service == "metrics":
            running.labels("all", WEB).set(1)
            for name in (WEB, "broker"):
                counted.labels("all", name).inc(restarts.get(name, 0))
        return generate_latest(registry).decode()

    def _worker(self, service: str) -> str:
        """A worker's readiness in one word, or what is wrong with it."""
        try:
            answer = requests.get(f"http://127.0.0.1:{self._worker_ports[service]}/readyz", timeout=SCRAPE_SECONDS)
            if answer.status_code == 200:
                return "ok"
            wrong = {name: word for name, word in answer.json().items() if isinstance(word, str) and word != "ok"}
        except (requests.RequestException, ValueError, AttributeError):
            return "does not answer"
        return "; ".join(f"{name}: {word}" for name, word in wrong.items()) or "not ready"

    def _ready(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def ask(name: str) -> tuple[TestResponse, str]:
            answer = Client(self._applications[name]).get("/readyz", environ_overrides=_asker(environ))
            return answer, self._worker(name) if answer.status_code in READINESS else ""

        with ThreadPoolExecutor(len(self._applications)) as pool:
            answers = dict(zip(self._applications, pool.map(ask, self._applications), strict=True))
        if put_off := [each for each, _ in answers.values() if each.status_code not in READINESS]:
            return _passed_on(put_off[0], start_response)
        good = all(each.status_code == 200 and worker == "ok" for each, worker in answers.values())
        words = {name: {**each.get_json(), "worker": worker} for name, (each, worker) in answers.items()}
        return _answer(start_response, "200 OK" if good else "503 Service Unavailable", words)


def _asker(environ: WSGIEnvironment) -> WSGIEnvironment:
    """The part of the environment that identifies the caller to a service."""
    names = ("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR", "HTTP_AUTHORIZATION")
    return {name: environ[name] for name in names if name in environ}


def _passed_on(answer: TestResponse, start_response: StartResponse) -> Iterable[bytes]:
    start_response(answer.status, list(answer.headers))
    return [answer.get_data()]


def _answer(start_response: StartResponse, status: str, body: object) -> Iterable[bytes]:
    start_response(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
    return [orjson.dumps(body)]


def build(
    given: Mapping[str, tuple[AnyAssembly, ProcessSettings]], restarts: Callable[[], Mapping[str, int]] = dict
) -> WSGIApplication:
    """The combined application; call it after the fork."""
    applications = {name: build_app(assembly, settings).wsgi_app for name, (assembly, settings) in given.items()}
    ports = {name: settings.worker_port for name, (_, settings) in given.items()}
    return Includes(CombinedApp(applications, ports, restarts))


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
    restarts = Installation(own.var).restarts
    WebServer(lambda: build(given, restarts), own.host, own.port, first.threads, shown, limits=limits).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
