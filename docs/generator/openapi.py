"""OpenAPI 3.1 of the whole product, made from the route tables of the four services."""

from __future__ import annotations

import http
import re
from collections.abc import Iterator

from docs.generator.examples import EXAMPLES
from docs.generator.headers import HEADERS as ANSWERED
from docs.generator.headers import headers_of
from docs.generator.product import api_routes, process_routes, reads_idempotency_key
from docs.generator.shapes import Json, Shapes
from docs.generator.wording import words
from services import VERSION
from services.contracts import errors
from services.contracts.errors import STATUSES, Refusal
from services.contracts.people.callers import PUBLIC
from services.intake.app.limits import SUBMISSIONS
from services.runtime.input.queries import is_several
from services.runtime.store.idempotency import LONGEST_KEY, SHORTEST_PUBLIC_KEY
from services.runtime.web.problems import PROBLEM
from services.runtime.web.routes import API, Route

#: Methods that change something.
CHANGES = frozenset({"POST", "PUT", "DELETE"})
MULTIPART = "multipart/form-data"
BYTES: Json = {"type": "string", "format": "binary"}
DESCRIPTION = """\
Opinions come in, are assigned to a department, answered, evaluated and counted.

Times are RFC 3339 with offset. Errors are problem documents (RFC 9457); for bad input `errors` names the fields. Unknown fields
are refused. Problems are told in Chinese where `Accept-Language` asks for it; their `type` opens as a page.
Lists answer `{items, next}`; send `next` back as `cursor`. The holder of a receipt needs no token.
What may change within a version, and for how long an old one is served, stands in docs/versioning.md."""
PROBLEM_FIELDS: dict[str, Json] = {
    "type": {"type": "string", "format": "uri-reference"},
    "title": {"type": "string"},
    "status": {"type": "integer"},
    "detail": {"type": "string"},
    "instance": {"type": "string", "format": "uri-reference"},
    "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
}
PROBLEM_SHAPE: Json = {
    "type": "object",
    "description": "What went wrong and what to do next.",
    "properties": {name: kind | {"description": words("Problem", name)} for name, kind in PROBLEM_FIELDS.items()},
    "required": ["type", "title", "status", "detail", "instance"],
}
HEADERS: dict[str, Json] = {
    "idempotency-key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": (
            "The same key with the same body has one effect and one answer, however often it is sent; another body is 409. "
            "A key counts for one caller and one address, for 24 hours, and until the case it made is erased. Without a token it "
            f"has to be unguessable, as a random UUID is: {SHORTEST_PUBLIC_KEY} characters or more. A blank one is none."
        ),
        "schema": {"type": "string", "maxLength": LONGEST_KEY},
        "example": "5f0c9b1e-7c43-4a4e-9a53-2d1c6b1f0e77",
    },
    "if-match": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag that was read: 412, and nothing done, when the case has changed since.",
        "schema": {"type": "string"},
    },
    "request-id": {
        "name": "X-Request-ID",
        "in": "header",
        "description": "Stands on every line of the log that this request causes, and comes back in the answer.",
        "schema": {"type": "string", "maxLength": 128},
    },
}


def document() -> Json:
    """The whole document."""
    shapes = Shapes(words=words)
    paths: dict[str, Json] = {}
    for service, route in api_routes():
        paths.setdefault(_address(route), {})[route.method.lower()] = operation(service, route, shapes)
    for service, route in process_routes():
        paths.setdefault(_address(route), {})[route.method.lower()] = process_operation(service, route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Huiying 回应",
            "version": VERSION,
            "summary": "Closing the loop on opinions.",
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "One origin for all services."}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "Made with `huiying token create`."}},
            "parameters": HEADERS,
            "headers": ANSWERED,
            "responses": {shape.__name__: _problem_response(shape) for shape in STATUSES} | {"Internal": _internal()},
            "schemas": {"Problem": PROBLEM_SHAPE} | dict(sorted(shapes.collected.items())),
        },
    }


def operation(service: str, route: Route, shapes: Shapes) -> Json:
    """One address of the JSON API."""
    answer: Json = {
        "operationId": f"{service}_{route.view.__name__}",
        "tags": [service],
        "summary": route.summary,
        "security": [] if route.access is PUBLIC else [{"token": []}],
        "x-roles": sorted(route.access),
        "parameters": list(_parameters(service, route, shapes)),
    }
    if route.body is not None or route.takes:
        answer["requestBody"] = _request_body(service, route, shapes)
    successes = {str(status): _success(status, route, shapes, service) for status in sorted(route.answers)}
    refusals = {str(STATUSES[shape].status): {"$ref": f"#/components/responses/{shape.__name__}"} for shape in _refusals(route)}
    refusals["500"] = {"$ref": "#/components/responses/Internal"}
    answer["responses"] = successes | dict(sorted(refusals.items()))
    return answer


def process_operation(service: str, route: Route) -> Json:
    """Health and metrics, which answer without a token."""
    content: Json = {"text/plain": {"schema": {"type": "string"}}}
    if not route.path.endswith("metrics"):
        # One process tells about its checks and its room, the one origin about each service's.
        words = {"type": "object", "additionalProperties": {"type": ["string", "integer", "object"]}}
        content = {"application/json": {"schema": words}}
    responses: Json = {"200": {"description": route.summary, "content": content, "headers": headers_of(200, route)}}
    responses["429"] = {"$ref": f"#/components/responses/{errors.TooMany.__name__}"}
    if route.path == "/readyz":
        down = "The broker or the store does not answer; the body names it."
        responses["503"] = {"description": down, "content": content, "headers": headers_of(503)}
    # Each service has metrics of its own at `/<service>/metrics`.
    name = "_".join((service, *route.path.strip("/").removeprefix(f"{service}/").split("/")))
    named = name if route.path != "/metrics" else "metrics"
    return {"operationId": named, "tags": [service], "summary": route.summary, "security": [], "responses": responses}


def _address(route: Route) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.path)


def _parameters(service: str, route: Route, shapes: Shapes) -> Iterator[Json]:
    for name in re.findall(r"\{(\w+)\}", _address(route)):
        text = words(f"{service}.path", name)
        yield {"name": name, "in": "path", "required": True, "description": text, "schema": {"type": "string"}}
    for known, field in (route.query().fields if route.query else {}).items():
        name = field.data_key or known
        schema = _query_value(shapes.field(field, service))
        text = schema.pop("description", None) or words(f"{service}.query", name)
        # Several values of one parameter stand in it with commas between them.
        style = {"style": "form", "explode": False} if is_several(field) else {}
        yield {"name": name, "in": "query", "required": field.required, "description": text, "schema": schema} | style
    if reads_idempotency_key(route):
        yield {"$ref": "#/components/parameters/idempotency-key"}
    if route.versioned and route.method in CHANGES:
        yield {"$ref": "#/components/parameters/if-match"}
    yield {"$ref": "#/components/parameters/request-id"}


def _query_value(schema: Json) -> Json:
    # What is absent from an address is absent; there is no null.
    if "anyOf" in schema:
        schema = next(kind for kind in schema["anyOf"] if kind.get("type") != "null")
    kinds = [kind for kind in schema["type"] if kind != "null"] if isinstance(schema.get("type"), list) else []
    return schema | ({"type": kinds[0]} if kinds else {})


def _request_body(service: str, route: Route, shapes: Shapes) -> Json:
    if route.body is None:
        return {"required": True, "content": {kind: {"schema": _taken(kind)} | _example(kind) for kind in route.takes}}
    needed = any(field.required for field in route.body().fields.values())
    schema = shapes.refer(route.body, service)
    content = {"schema": schema} | _example(schema["$ref"].rpartition("/")[2])
    return {"required": needed, "content": {"application/json": content}}


def _example(name: str) -> Json:
    return {"example": EXAMPLES[name]} if name in EXAMPLES else {}


def _success(status: int, route: Route, shapes: Shapes, service: str) -> Json:
    answer: Json = {"description": http.HTTPStatus(status).phrase}
    shape = route.answers[status]
    schema = {"type": "object"} if shape is None else shapes.refer(shape, service)
    # What is not JSON and has a shape is a stream of it: a line of JSON for each line.
    streamed = {kind: {"schema": BYTES if shape is None else schema} for kind in route.gives}
    answer["content"] = streamed or {"application/json": {"schema": schema}}
    return answer | {"headers": headers_of(status, route)}


def _taken(kind: str) -> Json:
    if kind == MULTIPART:
        file = BYTES | {"description": "A photo; the field may come several times."}
        return {"type": "object", "properties": {"file": file}, "required": ["file"], "additionalProperties": False}
    return BYTES if kind.startswith(("image/", "application/vnd.")) else {"type": "string"}


def _refusals(route: Route) -> list[type[Refusal]]:
    found: list[type[Refusal]] = [errors.Malformed, errors.NotSignedIn, errors.Invalid, errors.TooMany, errors.Unavailable]
    if SUBMISSIONS in route.counts:
        found.append(errors.AtCapacity)
    # What only the public may do refuses staff.
    if route.access is not PUBLIC or route.method in CHANGES:
        found.append(errors.NotAllowed)
    if route.body is not None or route.takes:
        found += [errors.TooLarge, errors.UnsupportedType]
    if route.versioned and route.method in CHANGES:
        found.append(errors.Changed)
    if "<" in route.path or asks_for_one(route):
        found.append(errors.NotFound)
    if route.method in CHANGES and ("<" in route.path or reads_idempotency_key(route)):
        found.append(errors.Conflict)
    return found


def asks_for_one(route: Route) -> bool:
    """Whether a query names what is asked for, which there may not be."""
    return route.query is not None and any(field.required for field in route.query().fields.values())


def _problem_response(shape: type[Refusal]) -> Json:
    status = STATUSES[shape]
    example = {"type": f"/problems/{status.slug}", "title": status.title, "status": status.status, "detail": "…", "instance": API}
    text = (shape.__doc__ or status.title).strip().split("\n")[0]
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    return {"description": text, "content": content, "headers": headers_of(status.status)}


def _internal() -> Json:
    text = "Something went wrong here; it is in the log under this request's id."
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": text, "content": content, "headers": headers_of(500)}
