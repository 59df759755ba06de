from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.envelope import Event, decode, encode
from services.contracts.errors import Poison
from services.contracts.messages.opinions import OpinionDeclined
from services.contracts.messages.registry import MESSAGES
from services.contracts.messages.values import Message, Value
from services.runtime.clock import ZONE

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
#: From a year in which Shanghai has no summer time any more: an hour that a night leaves out or repeats is not read back equal.
INSTANTS = st.datetimes(datetime(1992, 1, 1), datetime(2200, 1, 1), timezones=st.sampled_from([UTC, ZONE]))  # noqa: DTZ001
PLAIN = {str: TEXT, datetime: INSTANTS, bool: st.booleans(), int: st.integers(0, 2**31), float: st.floats(0, 1)}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Whatever a field with this type hint may hold."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is Mapping:
        return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=3)
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if origin is not None:
        answer: st.SearchStrategy[Any] = st.one_of(*map(values, arguments))
        return answer
    if hint is type(None):
        return st.none()
    if isinstance(hint, type) and issubclass(hint, Value):
        return st.builds(hint, **{name: values(inner) for name, inner in get_type_hints(hint).items() if name.islower()})
    return PLAIN[hint] if hint in PLAIN else st.sampled_from(list(hint))


ANY_MESSAGE = st.sampled_from(MESSAGES).flatmap(values)
EVENTS = st.builds(Event, id=TEXT, source=TEXT, subject=TEXT, time=INSTANTS, sequence=st.integers(0, 2**31), data=ANY_MESSAGE,
                   session=st.none() | TEXT.filter(bool))  # fmt: skip


@pytest.mark.slow
@given(EVENTS)
def test_what_was_written_is_read_back_equal(event: Event) -> None:
    assert decode(encode(event)) == event


def changed(**fields: Any) -> bytes:
    """A good event with some fields of the envelope replaced; None takes a field away."""
    good = orjson.loads(
        encode(Event("id", "/intake", "o-1", datetime(2026, 1, 1, tzinfo=ZONE), 1, OpinionDeclined("spam", "none")))
    )
    return orjson.dumps({name: value for name, value in {**good, **fields}.items() if value is not None})


def test_the_unchanged_event_is_good() -> None:
    assert decode(changed()).data == OpinionDeclined("spam", "none")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"{}", b'{"type": []}'])
def test_what_is_no_event_is_poison(body: bytes) -> None:
    with pytest.raises(Poison):
        decode(body)


@pytest.mark.parametrize("fields", [
    {"type": "opinion.invented"}, {"dataschema": "/schemas/opinion.declined/2"}, {"dataschema": None}, {"data": None},
    {"data": []}, {"data": {}}, {"data": {"reason": "spam", "advice": "none", "other": 1}},
    {"data": {"reason": 1, "advice": "none"}},
    {"id": None}, {"subject": None}, {"time": None}, {"time": "yesterday"}, {"time": 5}, {"sequence": None}, {"sequence": "first"},
    {"time": "2026-01-01T00:00:00"},
])  # fmt: skip
def test_an_event_that_is_not_as_the_contract_says_is_poison(fields: dict[str, Any]) -> None:
    with pytest.raises(Poison):
        decode(changed(**fields))


@pytest.mark.slow
@given(ANY_MESSAGE, st.data())
def test_a_required_field_that_is_missing_is_poison(message: Message, data: st.DataObject) -> None:
    document = orjson.loads(encode(Event("id", "/s", "o", datetime(2026, 1, 1, tzinfo=ZONE), 1, message)))
    required = [field.name for field in msgspec.structs.fields(message) if field.required]
    del document["data"][data.draw(st.sampled_from(required))]
    with pytest.raises(Poison, match=f"not a {message.TYPE}"):
        decode(orjson.dumps(document))


def test_what_an_envelope_has_beside_may_have_any_name() -> None:
    assert decode(changed(名=1)) == decode(changed())
