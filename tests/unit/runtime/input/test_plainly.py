"""What is read plainly is what marshmallow would have made of it, for every body that the services take."""

from __future__ import annotations

import random
from typing import Any

import pytest
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from docs.generator.product import assemblies
from services.intake.schemas.bodies import BatchLine, SubmissionSchema
from services.runtime.input.plainly import NotPlain, load_plainly
from services.runtime.input.tidying import tidied

SHAPES = sorted(
    {route.body for each in assemblies().values() for route in each.routes if route.body is not None} | {BatchLine}, key=str
)
TEXTS = [
    "",
    " ",
    "\u200b",
    "路灯不亮",
    " 三号楼\u3000",
    "ＡＢ",
    "web",
    "ｗeb",
    "water",
    "一\n二",
    "x" * 130,
    "2026-11-01",
    "2027-01-01T09:00:00+08:00",
    "\u00b4",
    "1e3",
]
SCALARS = [None, True, False, 0, 1, -91.5, 200, 1e300, *TEXTS, "13800000000", "１３８ 0000 0000", "a@example.org", "a@b", "citizen"]


def made_up(rand: random.Random, field: fields.Field[Any] | None, depth: int = 3) -> Any:
    """A value that fits a field, or does not."""
    if field is None or depth == 0 or rand.random() < 0.15:
        return rand.choice([*SCALARS, [], {}, [None], {"x": ""}])
    if isinstance(field, fields.Nested):
        return body(rand, field.schema, depth - 1)
    if isinstance(field, fields.List):
        return [made_up(rand, field.inner, depth - 1) for _ in range(rand.randrange(3))]
    choices = [str(each) for check in field.validators if isinstance(check, validate.OneOf) for each in check.choices]
    return rand.choice(choices) if choices and rand.random() < 0.8 else rand.choice(SCALARS)


def body(rand: random.Random, schema: Schema, depth: int = 3) -> dict[str, Any]:
    """A body with some of a schema's fields, now and then with one that it does not know."""
    named = {
        field.data_key or name: made_up(rand, field, depth)
        for name, field in schema.load_fields.items()
        if rand.random() < (0.9 if field.required else 0.4)
    }
    return named | ({"unknown": 1} if rand.random() < 0.05 else {})


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_what_is_read_plainly_is_what_marshmallow_makes_of_it(shape: type[Schema]) -> None:
    rand, schema = random.Random(shape.__name__), shape()
    for _ in range(400):
        raw = body(rand, schema)
        try:
            found = load_plainly(schema, raw)
        except NotPlain:
            continue
        assert found == schema.load(tidied(schema, raw)), raw


@pytest.mark.parametrize("shape", [SubmissionSchema, BatchLine])
def test_an_opinion_as_people_send_it_is_read_plainly(shape: type[Schema]) -> None:
    person = {"kind": "citizen", "name": "王先生", "phone": "13800000000", "email": "wang@example.org"}
    raw = {
        "title": "路灯不亮",
        "content": "三号楼前的路灯\n坏了两周。",
        "area": "north",
        "submitter": person,
        "cosigners": [person],
    }
    assert load_plainly(shape(), raw) == shape().load(tidied(shape(), raw))


def test_what_looks_at_several_fields_is_left_to_marshmallow() -> None:
    class Both(Schema):
        one = fields.String()

        @validates_schema
        def check(self, data: dict[str, Any], **_: Any) -> None:
            raise ValidationError("never good")

    with pytest.raises(NotPlain):
        load_plainly(Both(), {"one": "x"})


def test_a_schema_that_is_asked_for_less_is_left_to_marshmallow() -> None:
    with pytest.raises(NotPlain):
        load_plainly(SubmissionSchema(only=("title",)), {"title": "路灯不亮"})
