"""Liveness, readiness and metrics: the same three addresses on every process."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import flask
import structlog

from services.contracts.errors import Trouble
from services.contracts.people.callers import NOBODY, PUBLIC
from services.runtime.web.calls import Call
from services.runtime.web.problems import json_response
from services.runtime.web.routes import Answer, Route, Routes

log = structlog.get_logger()
#: The work of asking every part, and of writing out all series.
READY_COST, SCRAPE_COST = 5, 20
Checks = Mapping[str, Callable[[], None]]
#: Numbers told beside the checks, None for one that is not known right now.
Facts = Mapping[str, Callable[[], int | None]]
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def readiness(checks: Checks) -> tuple[int, dict[str, str]]:
    """Run every check; 200 when all pass, else 503, and a word for each."""
    words: dict[str, str] = {}
    for name, check in checks.items():
        try:
            check()
            words[name] = "ok"
        except Exception as error:
            log.warning("not_ready", check=name, error=repr(error))
            words[name] = str(error) if isinstance(error, Trouble) else "does not answer"
    return (200 if set(words.values()) <= {"ok"} else 503), words


def facts_of(readiness_facts: Facts) -> dict[str, int]:
    """The numbers that are known right now."""
    numbers = {name: tell() for name, tell in readiness_facts.items()}
    return {name: number for name, number in numbers.items() if number is not None}


def health_routes(name: str, checks: Checks, expose: Callable[[], bytes], readiness_facts: Facts | None = None) -> Routes:
    """`/healthz`, `/readyz` and the metrics of a service, on its own port and through the one origin.

    The series hold counts only, nothing of any person, and are open like the statistics they stand for.
    """
    routes = Routes()

    @routes.get("/healthz", access=PUBLIC)
    def healthz(_: Call[object]) -> Answer:
        """Whether the process answers."""
        return 200, {"status": "ok", "service": name}

    @routes.get("/readyz", access=PUBLIC, cost=READY_COST)
    def readyz(_: Call[object]) -> Answer:
        """Whether the broker takes messages, and the store answers, has its shape and takes writes."""
        status, words = readiness(checks)
        return status, words | facts_of(readiness_facts or {})

    @routes.get("/metrics", access=PUBLIC, cost=SCRAPE_COST)
    @routes.get(f"/{name}/metrics", access=PUBLIC, cost=SCRAPE_COST)
    def metrics(_: Call[object]) -> Answer:
        """The series of this service for Prometheus."""
        return flask.Response(expose(), content_type=TEXT)

    return routes


def status_application(name: str, checks: Checks, expose: Callable[[], bytes], readiness_facts: Facts | None = None) -> flask.Flask:
    """The same addresses as an application of its own, for a process that serves nothing else."""
    app = flask.Flask(name, static_folder=None, template_folder=None)
    for route in health_routes(name, checks, expose, readiness_facts):
        app.add_url_rule(route.path, route.path, _answering(route))
    return app


def _answering(route: Route) -> Callable[[], flask.Response]:
    def answer() -> flask.Response:
        given = route.view(Call(None, NOBODY, {}))
        return given if isinstance(given, flask.Response) else json_response(*given)

    return answer
