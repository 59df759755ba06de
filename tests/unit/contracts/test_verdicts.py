"""What is read of a message and what is refused: each value in each field of each message, and each way to damage a body."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.envelope import decode
from services.contracts.errors import Poison
from services.contracts.messages.registry import REGISTRY
from services.contracts.messages.values import Value
from tests.cells import each_of

GOLDEN = Path(__file__).parents[2] / "golden" / "messages"
#: Values as JSON has them, and the kinds of fields that take each; every other kind refuses it. Nothing is read as what it is not.
TAKEN: tuple[tuple[str, str], ...] = (
    ("null", "none"),
    ("true", "bool"), ("false", "bool"),
    ("0", "int float"), ("1", "int float"), ("-1", "float"), ("2147483648", "int float"), ("9223372036854775807", "int float"),
    ("1000000000000000000000000000000", "float"), ("1.0", "float"), ("1.5", "float"), ("1e3", "float"),
    ('""', "str"), ('"nothing of the kind"', "str"), ('"😀"', "str"), ('"a\\u0000b"', "str"),
    ('"1"', "str"), ('"1.5"', "str"), ('"true"', "str"), ('"yes"', "str"), ('"null"', "str"),
    ('"nan"', "str"), (f'"{"长" * 70_000}"', "str"),
    ('"2026-11-22T09:30:00+08:00"', "str datetime"), ('"2026-11-22T01:30:00Z"', "str datetime"),
    ('"2026-11-22 09:30:00.123456+08:00"', "str datetime"),
    ('"2026-11-22T09:30:00"', "str"), ('"2026-11-22"', "str"), ('"2026-02-30T00:00:00Z"', "str"), ('"20261122T093000Z"', "str"),
    ('"2026-11-22T09:30+08:00"', "str"), ('"2026-11-22T24:00:00Z"', "str"), ('"2026-11-22T09:30:00+24:00"', "str"),
    ("[]", "list"), ("[null]", ""), ("[[]]", ""), ("[7]", ""),
    ("{}", "map"), ('{"x": null}', ""), ('{"x": {}}', ""), ('{"surprise": 7}', ""),
)  # fmt: skip
#: Bodies as text with what of a good one is replaced, and by what.
DAMAGE: tuple[tuple[str, str], ...] = (
    ('"data": {', '"data": {"surprise": 1, '), ('"data": {', '"data": {"surprise": NaN, '),
    ('"data": {', '"data": {"surprise": Infinity, '),
    ('"data": {', '"data": {"surprise": "\\ud800", '), ('"id": "', '"id": "\\ud800'), ('"id": "', '"id": "\n'),
    ('"data": {', '"x": ' + "[" * 20_000 + "]" * 20_000 + ', "data": {'), ('"data": {', '"data": [], "data": {"surprise": 1, '),
    ('"data": {', '"data": {}, "dat": {'), ('"type": "', '"type": "x'), ('"dataschema": "', '"dataschema": "x'),
    ('"time": "', '"time": "x'), ('"sequence": ', '"sequence": "x", "s": '), ('"specversion"', "specversion"),
)  # fmt: skip


def golden(kind: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((GOLDEN / f"{kind}.json").read_text(encoding="utf-8"))
    return read


def body_of(event: Any) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode()


def kinds_of(hint: Any) -> set[str]:
    """The kinds of values that a field takes."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return set().union(*map(kinds_of, arguments))
    if origin is Literal or (isinstance(hint, type) and issubclass(hint, StrEnum | Value)):
        return {"other"}
    if origin is not None:
        return {"list"} if origin is tuple else {"map"}
    return {"none"} if hint is type(None) else {hint.__name__}


def fields_of(shape: type[Value], data: Any) -> list[tuple[Any, str, set[str]]]:
    """Every field of a message and of the values in it, as they are in its example: the object, the name, the kinds."""
    found, hints = [], get_type_hints(shape)
    for name in data:
        found.append((data, name, kinds_of(hints[name])))
        inner = [part for part in (hints[name], *get_args(hints[name])) if isinstance(part, type) and issubclass(part, Value)]
        values = data[name] if isinstance(data[name], list) else [data[name]]
        for value in values if inner else ():
            if isinstance(value, dict):
                found += fields_of(inner[0], value)
    return found


def is_taken(body: bytes) -> bool:
    try:
        decode(body)
    except Poison:
        return False
    return True


@pytest.mark.slow
@each_of(("kind",), [(kind,) for kind in sorted(REGISTRY)])
def test_a_field_takes_values_of_its_kind_and_refuses_all_others(kind: str) -> None:
    whole = golden(kind)
    for at, name, kinds in fields_of(REGISTRY[kind], whole["data"]):
        good = at[name]
        for text, takers in TAKEN:
            at[name] = json.loads(text)
            assert is_taken(body_of(whole)) == bool(kinds & set(takers.split())), (name, text)
        at[name] = good


@pytest.mark.slow
@each_of(("kind",), [(kind,) for kind in sorted(REGISTRY)])
def test_every_value_refuses_a_field_that_it_does_not_have(kind: str) -> None:
    whole = golden(kind)
    for at in (whole["data"], *(at for at, _, _ in fields_of(REGISTRY[kind], whole["data"]))):
        at["surprise"] = 1
        with pytest.raises(Poison, match="surprise"):
            decode(body_of(whole))
        del at["surprise"]


def test_an_instant_is_read_to_the_microsecond() -> None:
    whole = golden("promise.broken")
    whole["data"]["due"] = "2026-11-22T09:30:00.123456+08:00"
    assert decode(body_of(whole)).data.due.isoformat() == "2026-11-22T09:30:00.123456+08:00"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("good", "bad"), DAMAGE)
def test_a_damaged_body_is_poison(good: str, bad: str) -> None:
    text = json.dumps(golden("assignment.replied"), ensure_ascii=False)
    assert is_taken(text.encode())
    assert not is_taken(text.replace(good, bad, 1).encode())


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_a_body_that_is_not_utf_8_is_poison(encoding: str) -> None:
    assert not is_taken(json.dumps(golden("assignment.replied"), ensure_ascii=False).encode(encoding))


def test_a_byte_order_mark_is_passed_over_and_the_last_of_two_equal_names_counts() -> None:
    text = json.dumps(golden("opinion.declined"), ensure_ascii=False)
    assert decode(b"\xef\xbb\xbf" + text.encode()) == decode(text.encode())
    assert decode(text.replace('"data": {', '"data": 7, "data": {', 1).encode()) == decode(text.encode())


def test_what_the_envelope_has_beside_its_own_fields_is_passed_over() -> None:
    assert is_taken(body_of(golden("opinion.declined") | {"traceparent": "00-0af7", "surprise": {"x": [1]}}))


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.data(), st.sampled_from(sorted(REGISTRY)), JSON)
def test_whatever_stands_in_a_field_a_message_is_read_or_poison(data: st.DataObject, kind: str, value: Any) -> None:
    whole: Mapping[str, Any] = golden(kind)
    at = data.draw(st.sampled_from([whole, whole["data"]]))
    at[data.draw(st.sampled_from(sorted(at)))] = value
    is_taken(json.dumps(whole).encode())
