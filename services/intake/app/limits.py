"""The rate limits for callers without a token."""

from __future__ import annotations

from collections.abc import Mapping

from services.intake.settings import Settings
from services.runtime.web.access.throttle import Limit

SUBMISSIONS = Limit("Too many submissions from this address.", name="submissions")
#: A printed code stands for its place.
STATIONS = Limit("Too many submissions for this station.", by=("code", "station"))
CODES = Limit("Too many wrong codes from this address.", "Scan the code that is put up, or leave it out.", misses=True)
RECEIPTS = Limit("Too many wrong receipts from this address.", "Compare yours with the one you kept.", misses=True)
RESENDS = Limit("Too many lost receipts from this address.", "Look up what you were sent already.")
BOOKINGS = Limit("Too many bookings from this address.", name="bookings")
SUPPORTS = Limit("Too many opinions supported from this address.", name="supports")


def limits_of(settings: Settings) -> Mapping[Limit, int]:
    """The limits per minute, from the settings."""
    return {
        SUBMISSIONS: settings.submissions_a_minute, STATIONS: settings.station_submissions_a_minute,
        RECEIPTS: settings.wrong_receipts_a_minute, CODES: settings.wrong_receipts_a_minute,
        RESENDS: settings.lost_receipts_a_minute,
        SUPPORTS: settings.supports_a_minute, BOOKINGS: settings.bookings_a_minute,
    }  # fmt: skip
