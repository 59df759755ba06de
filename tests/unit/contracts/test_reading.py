"""The fast reader takes exactly what the schema takes as it stands, and leaves the rest to it."""

import copy
import json
from pathlib import Path

import pytest
from marshmallow import ValidationError

from services.contracts.messages.registry import REGISTRY
from services.contracts.reading import reader_of
from services.contracts.schema import schema_of

GOLDEN = Path(__file__).parents[2] / "golden" / "messages"
WRONG = (None, 7, 1.5, True, "nothing of the kind", [], {}, ["x"], {"x": "y"})


def golden(kind):
    return json.loads((GOLDEN / f"{kind}.json").read_text(encoding="utf-8"))["data"]


def verdict(read, data):
    """What a reader makes of the data: the message, or None when it refuses."""
    try:
        return read(copy.deepcopy(data))
    except (KeyError, TypeError, ValueError, ValidationError):
        return None


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_a_message_in_order_is_read_as_the_schema_reads_it(kind):
    shape = REGISTRY[kind]
    assert reader_of(shape)(golden(kind)) == schema_of(shape).load(golden(kind))


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_what_the_schema_refuses_the_reader_never_takes(kind):
    shape, whole = REGISTRY[kind], golden(kind)
    damaged = [{**whole, "surprise": 1}, *({**whole, name: wrong} for name in whole for wrong in WRONG)]
    damaged += [{name: value for name, value in whole.items() if name != left_out} for left_out in whole]
    for data in damaged:
        read = verdict(reader_of(shape), data)
        assert read is None or read == verdict(schema_of(shape).load, data), data


def test_a_time_without_an_offset_is_not_taken():
    data = golden("assignment.created")
    data["deadlines"]["reply"] = "2026-11-22T09:30:00"
    assert verdict(reader_of(REGISTRY["assignment.created"]), data) is None
