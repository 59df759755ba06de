"""Instants of requests."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from marshmallow import ValidationError

from services.runtime.clock import ZONE
from services.runtime.input.fields import InstantField


def test_an_instant_is_read_in_the_local_zone_whatever_offset_it_was_sent_with() -> None:
    for sent in ("2026-11-27T04:00:00Z", "2026-11-27T12:00:00+08:00", "2026-11-26T23:00:00-05:00"):
        read = InstantField().deserialize(sent)
        assert (read, read.isoformat()) == (datetime(2026, 11, 27, 4, tzinfo=UTC), "2026-11-27T12:00:00+08:00")
        assert read.tzinfo is ZONE


@pytest.mark.parametrize("sent", ["2026-11-27T12:00:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_instant_here_is_refused(sent: str) -> None:
    with pytest.raises(ValidationError):
        InstantField().deserialize(sent)
