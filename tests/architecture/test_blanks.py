"""What is left blank is absent, and a value may be typed with any keyboard: in every body and query of every service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema, fields

from docs.generator.product import assemblies
from services.intake.schemas.bodies import BatchLine
from services.routing.schemas.bodies import BODIES
from services.runtime.input.tidying import tidied
from tests.cells import each_of

BLANKS = ("", " ", "\u3000", "\u200b", "\ufeff \t", "\u202d\u202c")


def shapes() -> Iterator[type[Schema]]:
    """Everything that anybody sends, also what is nested in it."""
    found: dict[type[Schema], None] = dict.fromkeys([BatchLine, *BODIES.values()])
    for assembly in assemblies().values():
        found |= dict.fromkeys(shape for route in assembly.routes for shape in (route.body, route.query) if shape)
    waiting = list(found)
    while waiting:
        for field in waiting.pop()().fields.values():
            inner = field.inner if isinstance(field, fields.List) else field
            if isinstance(inner, fields.Nested) and type(inner.schema) not in found:
                found[type(inner.schema)] = None
                waiting.append(type(inner.schema))
    yield from found


def optional_fields() -> list[tuple[type[Schema], str]]:
    """Every field of these that may be absent, by the name it is sent under."""
    return [(shape, field.data_key or name) for shape in shapes() for name, field in shape().fields.items() if not field.required]


@each_of(("shape", "name"), optional_fields())
def test_a_blank_optional_field_is_an_absent_one(shape: type[Schema], name: str) -> None:
    absent = shape().validate({}).keys()
    for blank in (*BLANKS, *([] if may_be_null(shape, name) else [None])):
        assert tidied(shape(), {name: blank}) == {}
        assert shape().validate(tidied(shape(), {name: blank})).keys() == absent


def may_be_null(shape: type[Schema], name: str) -> bool:
    """Whether null has a meaning of its own there."""
    return any(field.allow_none for key, field in shape().fields.items() if name in (key, field.data_key))


def test_an_object_that_says_nothing_is_absent_and_one_that_says_anything_is_not() -> None:
    told: dict[str, Any] = {"submitter": {"kind": "", "phone": " ", "email": None}, "location": {"address": "\u200b"}}
    assert tidied(BatchLine(), told) == {}
    assert tidied(BatchLine(), {"submitter": {"kind": "citizen", "phone": ""}}) == {"submitter": {"kind": "citizen"}}


@pytest.mark.parametrize(
    ("name", "typed", "meant"),
    [("channel", "ｗｅｂ", "web"), ("visibility", " public\u200b", "public"), ("topic", "\u202drivers\u202c", "rivers"),
     ("external_id", "１２３—４", "123-4"), ("title", "标题，（一）", "标题，（一）"), ("content", "“内容”——如上", "“内容”——如上")],
)  # fmt: skip
def test_values_are_tidied_and_what_somebody_wrote_is_left_alone(name: str, typed: str, meant: str) -> None:
    assert tidied(BatchLine(), {name: typed}) == {name: meant}
