"""Every text that a stranger can send is tidied before anything else looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema, fields, validate

from docs.generator.product import assemblies
from services.intake.schemas.bodies import BatchLine
from services.routing.schemas.bodies import BODIES
from services.runtime.input.fields import OneLine

SHAPES: dict[str, type[Schema]] = {
    **{
        f"{name} {route.method} {route.path}": route.body
        for name, each in assemblies().items()
        for route in each.routes
        if route.body
    },
    **{f"command {verb}": shape for verb, shape in BODIES.items()},
    "a line of a file": BatchLine,
}
#: Whatever passes one of these holds no character that is not meant.
STRICT = (validate.OneOf, validate.Regexp, validate.Email)


def texts(schema: Schema, path: str = "") -> Iterator[tuple[str, fields.Field[Any]]]:
    """Every text of a shape with its path, those in lists and in other shapes included."""
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield from texts(inner.schema, f"{path}{name}.")
        elif isinstance(inner, fields.String):
            yield f"{path}{name}", inner


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_texts_of_strangers_are_tidied(shape: type[Schema]) -> None:
    raw = [
        path
        for path, field in texts(shape())
        if not isinstance(field, OneLine) and not any(isinstance(each, STRICT) for each in field.validators)
    ]
    assert raw == [], "make it a OneLine or a ManyLines of runtime/input/fields.py"
