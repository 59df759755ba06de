"""The generated pages, one function each."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import orjson
from marshmallow import Schema

from docs.generator.departments import COMMANDS_GUIDE
from docs.generator.product import (
    ROOT,
    api_routes,
    golden,
    messages,
    page_routes,
    process_routes,
    publishers,
    queues_consuming,
    reads_idempotency_key,
    settings_shapes,
    table,
)
from docs.generator.statistics import statistics
from services.contracts import measures
from services.contracts.commands import ALL_VERBS
from services.contracts.errors import STATUSES
from services.contracts.lifecycle import CO_TRANSITIONS, FIRST, TRANSITIONS, CoState, State
from services.contracts.measures import Measure
from services.contracts.messages.values import Message, Value
from services.contracts.people.callers import PUBLIC
from services.contracts.words.answers import CODES
from services.contracts.words.problems import PROBLEMS
from services.runtime.settings import PREFIX, ProcessSettings
from services.runtime.web.routes import Route
from services.runtime.web.serving.refusing import TITLES

Row = tuple[str, ...]
#: What the gateway says of a service that cannot be reached, or takes too long.
NO_ANSWER = ("no-answer", PROBLEMS["no-answer"].title)
_WORDS: dict[type[Any], str] = {
    str: "text", int: "whole number", float: "number", bool: "yes or no", Path: "path", datetime: "instant with offset",
}  # fmt: skip


def lifecycle() -> str:
    """The tables of states and of moves, and their drawings."""
    rows = [(f"`{row.state}`", f"`{row.move}`", f"`{row.to}`", row.owner) for row in TRANSITIONS]
    drawn = _drawing(FIRST, [(row.state, row.move, row.to) for row in TRANSITIONS], [state for state in State if state.is_closed])
    co_rows = [(f"`{row.state}`", f"`{row.move}`", f"`{row.to}`") for row in CO_TRANSITIONS]
    co_closed = [state for state in CoState if state.is_closed]
    co_drawn = _drawing(CoState.ASSIGNED, [(row.state, row.move, row.to) for row in CO_TRANSITIONS], co_closed)
    text = "A move that has no row here is refused. Only the owner makes it; everybody else learns of it from a message.\n"
    co_text = "What a co-handler or a separate handler does with its own assignment, beside the lead. Routing owns every move.\n"
    parts = ["# The life of an opinion\n", _states(State)]
    parts += ["## Moves\n", text, table(("state", "move", "leads to", "owner"), rows), drawn]
    parts += ["## The assignment of a co-handler\n", co_text, _states(CoState)]
    parts += [table(("state", "move", "leads to"), co_rows), co_drawn]
    return "\n".join(parts)


def _states(states: type[State | CoState]) -> str:
    """What each column of a table of states means, and the table."""
    columns = {name: hint.__metadata__[0] for name, hint in get_type_hints(states, include_extras=True).items() if name[0] != "_"}
    meanings = "\n".join(f"- `{name}`: {meaning}" for name, meaning in columns.items())
    rows = [(f"`{state}`", *(_cell(getattr(state, name)) for name in columns)) for state in states]
    return f"{meanings}\n\n{table(('state', *(name.replace('_', ' ') for name in columns)), rows)}"


def _cell(value: bool | int) -> str:
    return ("yes" if value else "") if isinstance(value, bool) else str(value)


def _drawing(first: str, rows: Iterable[tuple[str, str, str]], terminal: Iterable[str]) -> str:
    lines = [f"    [*] --> {first}", *(f"    {state} --> {to}: {move}" for state, move, to in rows)]
    lines += [f"    {state} --> [*]" for state in sorted(terminal)]
    return "```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + "\n```\n"


def configuration() -> str:
    """Every setting of every service and of the console."""
    intro = (
        "Settings come from the environment and are read once, at the start; a process that finds several of them wrong names\n"
        "them all and ends with status 2. `python -m services.<service> settings` prints what a service has, secrets masked.\n"
    )
    parts = ["# Configuration\n", intro, "## Every service\n", "`<SERVICE>` is INTAKE, ROUTING, NOTIFY or METRICS.\n"]
    parts.append(_settings(ProcessSettings, {}))
    for name, shapes in settings_shapes().items():
        known = {field.name: field for field in dataclasses.fields(ProcessSettings)} if name != "console" else {}
        for shape in shapes:
            rows = _settings_rows(shape, set(known), name)
            if rows:
                parts += [f"## {name}\n", table(_SETTINGS, rows)]
    return "\n".join(parts)


_SETTINGS: Row = ("variable", "type", "default", "meaning")


def _settings(shape: type[Any], known: dict[str, Any]) -> str:
    return table(_SETTINGS, _settings_rows(shape, set(known), "<SERVICE>"))


def _settings_rows(shape: type[Any], known: set[str], service: str) -> list[Row]:
    hints = get_type_hints(shape)
    fields = [field for field in dataclasses.fields(shape) if field.name not in known and "doc" in field.metadata]
    return [_setting(field, hints[field.name], service.upper()) for field in fields]


def _setting(field: Any, hint: Any, service: str) -> Row:
    name = f"`{PREFIX}{field.metadata['name'].format(SERVICE=service)}`"
    if field.metadata["fallback"]:
        name += f" or `{PREFIX}{field.metadata['fallback']}`"
    kinds = [kind for kind in (get_args(hint) or (hint,)) if kind not in (type(None), Ellipsis)]
    listed = "list of " if getattr(hint, "__origin__", None) is tuple else ""
    meaning = field.metadata["doc"] + (" (secret)" if field.metadata["secret"] else "")
    # A type of its own, such as one that hides what it holds, is written as text.
    return name, listed + _WORDS.get(kinds[0], "text"), _default(field.default), meaning


def _default(value: Any) -> str:
    if value is dataclasses.MISSING:
        return "**required**"
    if isinstance(value, Path) and value.is_relative_to(ROOT):
        value = value.relative_to(ROOT)
    if isinstance(value, tuple) and value:
        return ", ".join(f"`{each}`" for each in value)
    return "–" if value is None or value == () or not str(value) else f"`{value}`"


COUNTED = "Counted by the process itself, beside the usual `process_*` series, which have a label `process`.\n"


def metrics() -> str:
    """The table of measures."""
    parts = [
        "# Metrics\n",
        "Nothing is exposed that is not in these tables; the series come from `services/contracts/measures.py`.\n",
    ]
    parts += [
        "## The product\n",
        "Computed from the read model at every scrape: `/metrics` of the metrics service.\n",
        _measures(measures.PRODUCT),
    ]
    parts += [statistics(), "## Every process\n", COUNTED, _measures(measures.PROCESS)]
    parts += ["## Intake\n", "Beside those, from intake's web process.\n", _measures(measures.INTAKE)]
    parts += ["## Routing\n", "Beside those, from routing's web process.\n", _measures(measures.ROUTING)]
    parts += ["## The embedded mode\n", "Beside those, through the one origin of `huiying up`.\n", _measures(measures.KEEPING)]
    buckets = [f"- `{row.name}`: {', '.join(f'{bound:g}' for bound in row.buckets)} s" for row in _all_measures() if row.buckets]
    return "\n".join([*parts, "## Buckets\n", "\n".join(buckets) + "\n"])


def _all_measures() -> tuple[Measure, ...]:
    return (*measures.PRODUCT, *measures.PROCESS, *measures.INTAKE, *measures.ROUTING, *measures.KEEPING)


def _measures(rows: Iterable[Measure]) -> str:
    listed = [(f"`{row.name}`", row.kind, ", ".join(f"`{label}`" for label in row.labels) or "–", row.help) for row in rows]
    return table(("name", "kind", "labels", "meaning"), listed)


def messages_page() -> str:
    """Each message with its fields, publishers, queues and an example."""
    parts = [
        "# Messages\n",
        "Every body is a CloudEvents 1.0 event in JSON; the fields below are those of `data`. The whole description is",
    ]
    parts[-1] += "\n`/api/v1/asyncapi.json`. Commands of departments stand at the end.\n"
    contents = [
        (f"[`{shape.TYPE}`](#{shape.TYPE.replace('.', '')})", _first(shape), ", ".join(publishers(shape))) for shape in messages()
    ]
    parts.append(table(("type", "meaning", "published by"), contents))
    parts += [_message(shape) for shape in messages()]
    parts.append("## Parts\n")
    parts += [
        f"### {shape.__name__}\n\n{_first(shape)}\n\n{_fields(shape)}" for shape in _parts((*messages(), *ALL_VERBS.values()))
    ]
    parts.append(COMMANDS_GUIDE)
    for verb, shape in ALL_VERBS.items():
        parts += [f"### {verb}\n", _first(shape) + "\n", _fields(shape)]
    codes = [(f"`{code}`", words.en, words.zh) for code, words in CODES.items()]
    return "\n".join([*parts, "### Codes of answers\n", table(("code", "meaning", "说明"), codes)])


def _message(shape: type[Message]) -> str:
    consumed = ", ".join(f"`{queue}`" for queue in queues_consuming(shape))
    key = f"`{shape.TYPE}.<{shape.KEY}>`" if shape.KEY else f"`{shape.TYPE}.-`"
    parts = [f"## {shape.TYPE}\n", (shape.__doc__ or "").strip() + "\n"]
    parts += [f"Published by {', '.join(publishers(shape))}; routing key {key}; consumed from {consumed}.\n", _fields(shape)]
    example = golden(shape)
    if example is not None:
        text = orjson.dumps(example, option=orjson.OPT_INDENT_2).decode()
        parts.append(f"<details><summary>Example</summary>\n\n```json\n{text}\n```\n\n</details>\n")
    return "\n".join(parts)


def _fields(shape: type[Value]) -> str:
    fields = msgspec.structs.fields(shape)
    if not fields:
        return "No fields.\n"
    hints = get_type_hints(shape)
    rows = [(f"`{field.name}`", _type_name(hints[field.name]), "yes" if field.required else "") for field in fields]
    return table(("field", "type", "required"), rows)


def _type_name(hint: Any) -> str:
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " or ".join(f"`{part}`" for part in parts)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"{_type_name(parts[1])}, by name"
    if origin is tuple:
        return f"list of {_type_name(parts[0])}"
    if parts:
        return _type_name(next(part for part in parts if part is not type(None)))
    if issubclass(hint, StrEnum):
        return " or ".join(f"`{member}`" for member in hint)
    return f"[{hint.__name__}](#{hint.__name__.lower()})" if hint not in _WORDS else _WORDS[hint]


def _parts(shapes: Iterable[type[Value]]) -> list[type[Value]]:
    """The values that are fields of others, in the order of their first use."""
    found: dict[type[Value], None] = {}
    for shape in shapes:
        for hint in get_type_hints(shape).values():
            own = {part: None for part in (hint, *get_args(hint)) if isinstance(part, type) and issubclass(part, Value)}
            found |= own | dict.fromkeys(_parts(own))
    return list(found)


def _first(shape: type[Any]) -> str:
    return (shape.__doc__ or "").strip().split("\n")[0]


def api() -> str:
    """Every address: who may call it, what it takes, what it answers."""
    parts = [
        "# HTTP API\n",
        "The whole description is `/api/v1/openapi.json`. Who is *anybody* needs no token; everybody else sends",
    ]
    parts[-1] += "\n`Authorization: Bearer <token>`.\n"
    header = ("method", "address", "what it does", "for", "takes", "answers")
    for service in dict.fromkeys(name for name, _ in api_routes()):
        rows = [_route(route) for name, route in api_routes() if name == service]
        parts += [f"## {service}\n", table(header, rows)]
    pages = [(route.method, f"`{_shown(route)}`", route.summary, name, _access(route)) for name, route in page_routes()]
    if pages:
        parts += [
            "## Pages\n",
            "Who is not *anybody* signs in at `/login` with a name and password, or a passkey: that opens a session.\n",
        ]
        parts += [table(("method", "address", "what it does", "service", "for"), pages)]
    rows = [(f"`{route.path}`", route.summary, name) for name, route in process_routes()]
    parts += ["## Health and metrics\n", table(("address", "what it answers", "service"), rows)]
    problems = [(str(each.status), f"`/problems/{each.slug}`", each.title, _first(shape)) for shape, each in STATUSES.items()]
    listed = {each.slug for each in STATUSES.values()}
    others = sorted((status, slug, title) for status, (slug, title) in {**TITLES, 502: NO_ANSWER, 504: NO_ANSWER}.items())
    problems += [
        (str(status), f"`/problems/{slug}`", title, PROBLEMS[slug].advice) for status, slug, title in others if slug not in listed
    ]
    problems.append(("4xx, 5xx", "`/problems/http-{status}`", "That of HTTP, as for 405", "Any other status that HTTP itself has."))
    parts += ["## Problems\n", table(("status", "type", "title", "when"), problems)]
    return "\n".join(parts)


def _name(shape: type[Schema]) -> str:
    return shape.__name__.removesuffix("Schema")


def _shown(route: Route) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.path)


def _access(route: Route) -> str:
    return "anybody" if route.access is PUBLIC else ", ".join(sorted(route.access))


def _route(route: Route) -> Row:
    takes = list(route.takes)
    if route.body is not None:
        takes.append(f"`{_name(route.body)}`")
    if route.query is not None:
        takes.append("query: " + ", ".join(f"`{field.data_key or name}`" for name, field in route.query().fields.items()))
    if reads_idempotency_key(route):
        takes.append("Idempotency-Key")
    if route.versioned and route.method != "GET":
        takes.append("If-Match")
    answers = [f"{status}{f' `{_name(shape)}`' if shape else ''}" for status, shape in route.answers.items()]
    return route.method, f"`{_shown(route)}`", route.summary, _access(route), "; ".join(takes) or "–", ", ".join(answers) or "–"
