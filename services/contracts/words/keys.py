"""Names that stand twice in one JSON object: readers keep the last value and drop the other without a word."""

from __future__ import annotations

import re
from typing import Final

import orjson

REPEATED: Final = "Given more than once in one object."
#: Every name of an object ends so; in a text it can look like one.
_END_OF_NAME: Final = re.compile(rb'"[ \t\n\r]*:')
#: What JSON is made of, but for numbers and words without quotation marks.
_TOKEN: Final = re.compile(rb'[{}\[\]:]|"[^"\\]*(?:\\.[^"\\]*)*"')


def repeated_key(raw: bytes, parsed: object) -> str | None:
    """A name that stands twice in one object of the JSON from which `parsed` was read; None where all values were kept.

    As many colons as names were kept means that nothing was lost, and is quickly seen. Only a text with more of them, in its values
    as a rule, is read once more.
    """
    kept = _count_keys(parsed)
    if raw.count(b":") == kept or len(_END_OF_NAME.findall(raw)) == kept:
        return None
    return _first_repeated(raw)


def _count_keys(parsed: object) -> int:
    # Not recursive: JSON may be nested deeper than Python's stack is.
    count, waiting = 0, [parsed]
    while waiting:
        part = waiting.pop()
        if type(part) is dict:
            count += len(part)
            waiting += part.values()
        elif type(part) is list:
            waiting += part
    return count


def _first_repeated(raw: bytes) -> str | None:
    opened, last = list[set[str]](), b""
    for token in _TOKEN.findall(raw):
        if token in b"{[":
            opened.append(set())
        elif token in b"}]":
            opened.pop()
        elif token == b":":
            name: str = orjson.loads(last)
            if name in opened[-1]:
                return name
            opened[-1].add(name)
        else:
            last = token
    return None
