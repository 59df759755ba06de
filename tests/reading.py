"""How tests read a list from a store, past HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.runtime.clock import ZONE
from services.runtime.web.lists.listing import Reading, read_listing

ASKED = {"sort": None, "updated_since": None, "since": None, "until": None, "cursor": None}


def newest(made: str, wanted: Mapping[str, Any], limit: int = 100) -> Reading:
    """The newest items by the column `made`."""
    return read_listing({**ASKED, "limit": limit}, made, wanted, datetime(2026, 11, 23, tzinfo=ZONE))
