"""The rate limits for callers without a token."""

from __future__ import annotations

from collections.abc import Mapping

from services.intake.settings import Settings
from services.runtime.web.throttle import Limit

SUBMISSIONS = Limit("Too many submissions from this address.", name="submissions")
#: The code of a station's poster stands for the station.
STATIONS = Limit("Too many submissions for this station.", by=("code", "station"))
RECEIPTS = Limit("Too many wrong receipts from this address.", "Compare yours with the one you kept.", misses=True)
RESENDS = Limit("Too many lost receipts from this address.", "Look up what you were sent already.")


def limits_of(settings: Settings) -> Mapping[Limit, int]:
    """The limits per minute, from the settings."""
    return {
        SUBMISSIONS: settings.submissions_a_minute, STATIONS: settings.station_submissions_a_minute,
        RECEIPTS: settings.wrong_receipts_a_minute, RESENDS: settings.lost_receipts_a_minute,
    }  # fmt: skip
