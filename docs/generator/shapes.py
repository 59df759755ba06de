"""Marshmallow schemas as JSON Schema (draft 2020-12), which OpenAPI 3.1 and AsyncAPI 3 both speak."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from marshmallow import RAISE, Schema, fields, missing, validate

from services.runtime.input.queries import Choices

Json = dict[str, Any]
Words = Callable[[str, str], str | None]
_TYPES: tuple[tuple[type[fields.Field[Any]], Json], ...] = (
    (fields.Email, {"type": "string", "format": "email"}),
    (fields.Url, {"type": "string", "format": "uri"}),
    (fields.UUID, {"type": "string", "format": "uuid"}),
    (fields.DateTime, {"type": "string", "format": "date-time"}),
    (fields.Date, {"type": "string", "format": "date"}),
    (fields.Boolean, {"type": "boolean"}),
    (fields.Integer, {"type": "integer"}),
    (fields.Number, {"type": "number"}),
    (fields.String, {"type": "string"}),
)


class Shapes:
    """Collects the schemas that are referred to; `place` is where the references point.

    `words` says what a property means, by its schema and its name, where the field itself does not.
    """

    def __init__(self, place: str = "#/components/schemas/", words: Words = lambda *_: None) -> None:
        self._place, self._words = place, words
        self.collected: dict[str, Json] = {}

    def refer(self, shape: type[Schema], owner: str) -> Json:
        """A reference to a schema, which is collected under `<owner>.<name>`."""
        name = f"{owner}.{shape.__name__.removesuffix('Schema')}"
        if name not in self.collected:
            self.collected[name] = {}
            self.collected[name] = self.object_of(shape(), owner, name)
        return {"$ref": self._place + name}

    def object_of(self, schema: Schema, owner: str, called: str = "") -> Json:
        """The JSON Schema of one marshmallow schema."""
        listed = schema.fields
        answer: Json = {"type": "object"}
        # A schema that was made from a dataclass says nothing of its own.
        text = _first_line(type(schema)) or _first_line(getattr(schema, "shape", type(schema)))
        if text:
            answer["description"] = text
        named = {field.data_key or name: field for name, field in listed.items()}
        answer["properties"] = {name: self.worded(field, owner, called, name) for name, field in named.items()}
        required = [field.data_key or name for name, field in listed.items() if field.required]
        if required:
            answer["required"] = required
        if schema.unknown == RAISE:
            answer["additionalProperties"] = False
        return answer

    def worded(self, field: fields.Field[Any], owner: str, called: str, name: str) -> Json:
        """The JSON Schema of one field, with what it means."""
        answer = self.field(field, owner)
        text = answer.get("description") or self._words(called, name)
        return answer | ({"description": text} if text else {})

    def field(self, field: fields.Field[Any], owner: str) -> Json:
        """The JSON Schema of one field, with its default and its bounds."""
        answer = self._kind(field, owner)
        for validator in field.validators:
            answer |= _bounds(validator, "Items" if isinstance(field, fields.List) else "Length")
        if field.allow_none:
            answer = _or_null(answer)
        default = field.load_default
        if default not in (missing, None, ()) and not callable(default):
            answer["default"] = _plain(default)
        if text := field.metadata.get("description"):
            answer["description"] = text
        return answer

    def _kind(self, field: fields.Field[Any], owner: str) -> Json:
        match field:
            case fields.Nested():
                if field.only or field.exclude:
                    raise ValueError(f"{owner}: a shape is described whole; what has fewer fields is a shape of its own")
                inner = self.refer(type(field.schema), owner)
                if field.metadata.get("or_text"):
                    inner = {"anyOf": [inner, {"type": "string"}]}
                return {"type": "array", "items": inner} if field.many else inner
            case fields.List():
                return {"type": "array", "items": self.field(field.inner, owner)}
            case Choices():
                known = {"enum": list(field.known)} if field.known else {}
                return {"type": "array", "items": {"type": "string"} | known}
            case fields.Dict():
                return {"type": "object"} | (
                    {"additionalProperties": self.field(field.value_field, owner)} if field.value_field else {}
                )
            case fields.Enum():
                return {"type": "string", "enum": [_plain(member) for member in field.enum]}
        return dict(next((json for kind, json in _TYPES if isinstance(field, kind)), {"type": "string"}))


def _bounds(validator: Any, measured: str) -> Json:
    match validator:
        case validate.OneOf():
            return {"enum": [_plain(choice) for choice in validator.choices]}
        case validate.Length():
            return _present({f"min{measured}": validator.min, f"max{measured}": validator.max})
        case validate.Range():
            return _present({"minimum": validator.min, "maximum": validator.max})
        case validate.Regexp():
            return {"pattern": validator.regex.pattern}
    return {}


def _present(bounds: Json) -> Json:
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _or_null(json: Json) -> Json:
    if "$ref" in json:
        return {"oneOf": [json, {"type": "null"}]}
    if "enum" in json:
        return {"anyOf": [json, {"type": "null"}]}
    return json | ({"type": [json["type"], "null"]} if "type" in json else {})


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple | frozenset) else value


def _first_line(thing: type[Any]) -> str:
    return (thing.__doc__ or "").strip().split("\n")[0]
