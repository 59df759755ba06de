"""What the generated documents are made from: the tables of the code, collected."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from services.contracts.messages.registry import MESSAGES
from services.contracts.messages.values import Message
from services.contracts.topology import EVENTS, PUBLISHES, SERVICE_QUEUES, SERVICES
from services.runtime.process.assembly import AnyAssembly
from services.runtime.process.health import health_routes
from services.runtime.web.routes import API, Route

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "messages"


def assemblies() -> dict[str, AnyAssembly]:
    """The four services by name, in the order of the topology."""
    return {name: importlib.import_module(f"services.{name}.__main__").ASSEMBLY for name in SERVICES}


def api_routes() -> list[tuple[str, Route]]:
    """(service, route) of every address of the JSON API."""
    found = [(name, route) for name, assembly in assemblies().items() for route in assembly.routes]
    return [(name, route) for name, route in found if route.path.startswith(API)]


def page_routes() -> list[tuple[str, Route]]:
    """(service, route) of every page for people."""
    found = [(name, route) for name, assembly in assemblies().items() for route in assembly.routes]
    return [(name, route) for name, route in found if not route.path.startswith(API)]


def process_routes() -> list[tuple[str, Route]]:
    """(service, route) of health and metrics as the one origin serves them; `/metrics` is the metrics service's."""
    seen: dict[str, tuple[str, Route]] = {}
    for name in sorted(SERVICES, key=lambda each: each != "metrics"):
        for route in health_routes(name, {}, lambda: b""):
            seen.setdefault(route.path, (name, route))
    return [seen[path] for path in sorted(seen)]


def reads_idempotency_key(route: Route) -> bool:
    """Whether the view, or a function of its module that it calls, looks at the Idempotency-Key of the call."""
    waiting, seen = [route.view], set()
    while waiting:
        view: Any = waiting.pop()
        code = getattr(view, "__code__", None)
        if code is None or code in seen or view.__module__ != route.view.__module__:
            continue
        if "idempotency_key" in code.co_names:
            return True
        seen.add(code)
        waiting += [view.__globals__[name] for name in code.co_names if callable(view.__globals__.get(name))]
    return False


def matches(pattern: str, routing_key: str) -> bool:
    """Whether a binding of a topic exchange takes a routing key: `*` is one word, `#` any number of them."""

    def taken(words: list[str], key: list[str]) -> bool:
        if not words:
            return not key
        if words[0] == "#":
            return taken(words[1:], key) or (bool(key) and taken(words, key[1:]))
        return bool(key) and words[0] in ("*", key[0]) and taken(words[1:], key[1:])

    return taken(pattern.split("."), routing_key.split("."))


def publishers(message: type[Message]) -> list[str]:
    """The services that may say a message; the contract wants exactly one."""
    return [name for name in SERVICES if message.TYPE.split(".")[0] in PUBLISHES[name]]


def queues_consuming(message: type[Message]) -> list[str]:
    """The service queues that a message reaches, and the department's when it is addressed."""
    if message.PRIVATE:
        return list(message.PRIVATE_TO)
    key = f"{message.TYPE}.key"
    queues = [queue.name for queue in SERVICE_QUEUES if queue.exchange == EVENTS]
    if not message.PUBLISHED:
        queues = []
    bound = {queue.name: any(matches(pattern, key) for pattern in queue.consumes) for queue in SERVICE_QUEUES}
    return [name for name in queues if bound[name]] + (["department.<code>"] if for_departments(message) else [])


def for_departments(message: type[Message]) -> bool:
    """Whether a department finds it in its queue: what is addressed to one, and what routing copies for it."""
    return message.ADDRESSED or bool(message.WITHHELD)


def golden(message: type[Message]) -> dict[str, Any] | None:
    """The golden example of a message, or None when there is no such file."""
    path = GOLDEN / f"{message.TYPE}.json"
    if not path.exists():
        return None
    example: dict[str, Any] = orjson.loads(path.read_bytes())
    return example


def messages() -> tuple[type[Message], ...]:
    """Every message, in the order of the contract."""
    return MESSAGES


def settings_shapes() -> dict[str, list[type[Any]]]:
    """Settings classes by the service (or console) that has them."""
    shapes: dict[str, list[type[Any]]] = {}
    for name in (*SERVICES, "console"):
        module = importlib.import_module(f"services.{name}.settings")
        local = [value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__]
        shapes[name] = [value for value in local if dataclasses.is_dataclass(value)]
    return shapes


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table; bars and line breaks inside cells are escaped."""

    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    return "\n".join([line(header), "|" + " --- |" * len(header), *map(line, rows)]) + "\n"
