"""The settings of intake."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.accounts.settings import AccountSettings
from services.design import maps
from services.design.maps import MapSource, Start
from services.runtime.settings import env, how_many, whole_number
from services.runtime.store.vault import keys


@dataclass(frozen=True)
class Settings(AccountSettings):
    """The settings of intake beside those of every service."""

    contact_keys: tuple[str, ...] = env("CONTACT_KEYS", keys, doc="keys of personal data, the newest first", secret=True)
    promise_key: tuple[str, ...] = env(
        "PROMISE_KEY", keys, (), doc="keys that sign promises of inclusion in the ledger, the newest first", secret=True
    )
    outbox_limit: int = env(
        "INTAKE_OUTBOX_LIMIT", how_many, 1_000_000, doc="messages that may wait for the broker before no more opinions are taken"
    )
    disk_reserve_mb: int = env(
        "INTAKE_DISK_RESERVE_MB",
        whole_number,
        200,
        doc="MB of the disk of an SQLite store that opinions leave free; PostgreSQL's disk is not known here",
    )
    submissions_a_minute: int = env(
        "SUBMISSIONS_A_MINUTE",
        whole_number,
        30,
        doc="submissions from one address without a token; twice as many at once; 0: no limit",
    )
    station_submissions_a_minute: int = env(
        "STATION_SUBMISSIONS_A_MINUTE", whole_number, 300, doc="the same for one station, from all addresses together"
    )
    wrong_receipts_a_minute: int = env(
        "WRONG_RECEIPTS_A_MINUTE",
        whole_number,
        20,
        doc="wrong receipts or codes of an address; twice as many at once; 0: no limit",
    )
    lost_receipts_a_minute: int = env(
        "LOST_RECEIPTS_A_MINUTE",
        whole_number,
        5,
        doc="receipts asked for again from one address; twice as many at once; 0: no limit",
    )
    bookings_a_minute: int = env(
        "BOOKINGS_A_MINUTE", whole_number, 10, doc="bookings from one address without a token; twice as many at once; 0: no limit"
    )
    booking_reminder_hours: int = env(
        "BOOKING_REMINDER_HOURS", whole_number, 48, doc="how long before a session those who booked are reminded; 0: not at all"
    )
    supports_a_minute: int = env(
        "SUPPORTS_A_MINUTE",
        whole_number,
        10,
        doc="public opinions supported from one address without a token; twice as many at once; 0: no limit",
    )
    map_tiles: str = env(
        "MAP_TILES", maps.tiles, "", doc="tiles of maps (WGS 84 or CGCS2000): an address with {z}, {x} and {y}; without it no map"
    )
    map_credit: str = env("MAP_CREDIT", str, "", doc="who is named on maps for their tiles, as their licence or 审图号 wants it")
    map_deepest: int = env("MAP_DEEPEST", maps.level, 18, doc="down to which level there are tiles")
    map_start: Start = env("MAP_START", maps.start, MapSource("").start, doc="what maps show first: latitude, longitude and level")

    share_font: Path | None = env(
        "SHARE_FONT", Path, None, doc="a font with Chinese letters for the pictures of shared pages; else a usual one, or no words"
    )

    @property
    def map_source(self) -> MapSource | None:
        """Where the tiles of maps come from, where the settings name that."""
        return MapSource(self.map_tiles, self.map_credit, self.map_deepest, self.map_start) if self.map_tiles else None
