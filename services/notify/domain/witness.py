"""A head of the ledger as this service received it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WitnessRecord:
    """The root over the first `size` leaves of the ledger, signed, and when it was received; `id` is that of the message."""

    id: str
    size: int
    root: str
    time: datetime
    key: str
    signature: str
    received: datetime
