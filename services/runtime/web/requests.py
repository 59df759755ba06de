"""The input of a request: JSON, queries and forms, validated before a view sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import flask
import orjson
from marshmallow import Schema, ValidationError, missing
from marshmallow.fields import Field

from services.contracts.errors import Invalid, Malformed, TooLarge, UnsupportedType
from services.contracts.words.keys import REPEATED, repeated_key
from services.contracts.words.text import many_lines
from services.runtime.input.plainly import NotPlain, load_plainly
from services.runtime.input.queries import SEPARATOR, is_several, wrong_codes
from services.runtime.input.tidying import tidied
from services.runtime.web.routes import API, LONGEST_BODY, Route

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_UTF8, GB = frozenset({"utf-8", "utf8", "us-ascii", "ascii"}), frozenset({"gb18030", "gbk", "gb2312"})
_UTF16 = frozenset({"utf-16", "utf-16le", "utf-16be"})
#: The charsets that may be declared for what is read as text.
_CHARSETS = {"application/json": _UTF8, "application/x-ndjson": _UTF8, "text/csv": _UTF8 | _UTF16 | GB}


def current() -> flask.Request:
    """The request itself; each look through Flask's stand-in for it costs more than what is looked for."""
    found: flask.Request = flask.request._get_current_object()  # type: ignore[attr-defined]
    return found


def charset_of(request: flask.Request) -> str:
    """The charset that the content type of the body declares, empty where it does not."""
    return request.mimetype_params.get("charset", "").lower()


def parse_json(raw: bytes) -> dict[str, Any]:
    """A JSON object from bytes, which may begin with a byte order mark; raises `Malformed` that says where it breaks, and `Invalid`
    for a name that stands twice."""
    raw = raw.removeprefix(BYTE_ORDER_MARK)
    try:
        parsed = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"This is not JSON in UTF-8: {error}.") from error
    if not isinstance(parsed, dict):
        raise Malformed('A JSON object is needed: {"name": value, …}.')
    if b"\\u0000" in raw and holds_nul(parsed):
        raise Malformed("A text must not hold the character U+0000, which no store can keep.")
    if (name := repeated_key(raw, parsed)) is not None:
        raise Invalid("Give each field once and send again.", {name: [REPEATED]})
    return parsed


def holds_nul(value: object) -> bool:
    """Whether parsed JSON has the character U+0000 in a text anywhere, which PostgreSQL cannot keep."""
    # Not recursive: JSON may be nested deeper than Python's stack is.
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            waiting += [*part, *part.values()]
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, str) and "\0" in part:
            return True
    return False


def validate(schema: Schema, raw: Mapping[str, Any]) -> Any:
    """What the schema makes of `raw` once it is tidied; raises `Invalid` with the reasons for each field."""
    with suppress(NotPlain):
        return load_plainly(schema, raw)
    try:
        return schema.load(tidied(schema, raw), partial=_silent(type(schema)))
    except ValidationError as error:
        raise Invalid("Correct the fields named in 'errors' and send again.", dict(flatten(error.messages))) from error


def flatten(messages: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Nested validation messages as (dotted field, reasons) pairs."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from flatten(inner, f"{path}.{name}" if path else str(name))
    else:
        yield path or "body", [str(reason) for reason in messages]


@cache
def _silent(shape: type[Schema]) -> frozenset[str]:
    """The fields of which nothing is left when they are not given: marshmallow need not look at each of them to find that out."""
    found = shape().load_fields.items()
    return frozenset(name for name, field in found if not field.required and field.load_default is missing)


@cache
def _schema(shape: type[Schema]) -> Schema:
    return shape()


def read_body(route: Route) -> Any:
    """The body as the route's schema makes it, None where the view reads it itself; raises what the table of errors has."""
    request = current()
    if route.takes and request.mimetype not in route.takes:
        raise UnsupportedType(f"Send the body as {' or '.join(route.takes)}.")
    charset = charset_of(request)
    if charset and charset not in _CHARSETS.get(request.mimetype, (charset,)):
        raise UnsupportedType(f"Send the body in UTF-8: '{charset}' is not read here.")
    if route.body is None:
        return None
    if request.mimetype != "application/json":
        if not request.content_length and not request.mimetype:
            return validate(_schema(route.body), {})
        raise UnsupportedType("Send the body as application/json.")
    if (request.content_length or 0) > LONGEST_BODY:
        raise TooLarge(f"At most {LONGEST_BODY} bytes.")
    raw = request.get_data()
    if len(raw) > LONGEST_BODY:
        raise TooLarge(f"At most {LONGEST_BODY} bytes.")
    return validate(_schema(route.body), parse_json(raw or b"{}"))


def read_query(route: Route, catalogue: Any = None) -> Mapping[str, Any]:
    """The query as the route's schema makes it; raises `Malformed` and `Invalid`.

    A page ignores unknown parameters, because links get some added when they are shared; the API refuses them. Codes have to be in
    the `catalogue`. A page that declares no query is told of all as it is: where a list begins, and what has been done.
    """
    request = current()
    if route.query is None and not request.query_string:
        return {}
    schema = _schema(route.query) if route.query else None
    fields = {field.data_key or name: field for name, field in schema.fields.items()} if schema else {}
    given = {name: _given(name, values, fields.get(name)) for name, values in request.args.lists()}
    if holds_nul(given):
        raise Malformed("The query must not hold the character U+0000.")
    if schema is None:
        if given and route.path.startswith(API):
            raise Invalid("This takes no query.", {name: ["Unknown field."] for name in given})
        return given
    parsed: Mapping[str, Any] = validate(schema, {name: text for name, text in given.items() if name in fields or not route.page})
    if wrong := dict(wrong_codes(schema, parsed, catalogue)):
        raise Invalid("Correct the parameters named in 'errors' and ask again.", wrong)
    return parsed


def _given(name: str, values: list[str], field: Field[Any] | None) -> str:
    """What a parameter says that stands in the query once or more often."""
    if is_several(field):
        return SEPARATOR.join(values)
    if len(set(values)) > 1 and field is not None:
        raise Invalid("Ask for one thing at a time.", {name: ["given twice, with different values"]})
    return values[0]


def read_form(names: Iterable[str], files: int = 0) -> dict[str, str]:
    """The named fields of a posted form, tidied by `many_lines`, empty where absent.

    `files` is how many bytes of files it may bring beside them, if any. Raises `UnsupportedType` and `TooLarge`.
    """
    request = flask.request
    if request.mimetype != FORM and not (files and request.mimetype == MULTIPART):
        raise UnsupportedType(f"Send the form as {FORM}.")
    longest = LONGEST_BODY + (files if request.mimetype == MULTIPART else 0)
    if (request.content_length or 0) > longest:
        raise TooLarge(f"At most {longest} bytes.")
    request.max_form_memory_size = LONGEST_BODY
    return {name: many_lines(request.form.get(name, "")) for name in names}


def form_value(name: str) -> str:
    """One field of a posted form of any kind, empty where there is none."""
    flask.request.max_form_memory_size = LONGEST_BODY
    return flask.request.form.get(name, "")
