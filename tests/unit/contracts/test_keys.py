"""A name that stands twice in one JSON object is found, however it is written, and nothing else is taken for one."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.errors import Invalid
from services.contracts.words.keys import REPEATED, repeated_key
from services.runtime.web.requests import parse_json

TEXTS = st.text(st.sampled_from('ab":\\{}[], \n路'), max_size=6)
JSON = st.recursive(
    TEXTS | st.integers(-9, 9) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ('{"title": "a", "title": "b"}', "title"),
        ('{"title":"a","content":"c","title":"a"}', "title"),
        ('{"title" : "a" ,\n"title"\t: "b"}', "title"),
        (r'{"title": "a", "tit\u006ce": "b"}', "title"),
        (r'{"a": {"x": [1, {"y\"": ":", "y\"": "\":"}]}}', 'y"'),
        ('{"location": {"address": "a", "address": "b"}}', "address"),
        ('{"a": {"x": 1}, "b": {"x": 1}, "c": [{"x": "10:30"}, {"x": "10:30"}]}', None),
        (r'{"title": "\"title\": \\", "content": "{\"title\": {\"title\": 1}}"}', None),
        ('{"": 1, "": 2}', ""),
        (f'{{"x": {"[" * 900}"a:b"{"]" * 900}, "y": 1, "y": 2}}', "y"),
    ],
)
def test_a_name_that_stands_twice_is_found_by_what_it_is_called(raw: str, name: str | None) -> None:
    assert repeated_key(raw.encode(), orjson.loads(raw)) == name


@pytest.mark.slow
@given(value=JSON, indent=st.sampled_from([None, 1]), ascii_only=st.booleans())
def test_what_was_written_from_a_value_repeats_nothing(value: Any, indent: int | None, ascii_only: bool) -> None:
    raw = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    assert repeated_key(raw, orjson.loads(raw)) is None


def test_a_body_with_a_field_twice_is_refused_by_it() -> None:
    with pytest.raises(Invalid) as refused:
        parse_json(b'\xef\xbb\xbf{"text": "a", "text": "b"}')
    assert dict(refused.value.errors) == {"text": [REPEATED]}
