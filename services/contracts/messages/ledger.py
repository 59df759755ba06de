"""What is said of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.contracts.messages.values import Message


@dataclass(frozen=True, slots=True)
class LedgerHeaded(Message):
    """账本签名: the root over the first `size` leaves, signed (Ed25519), for another service to keep."""

    TYPE: ClassVar[str] = "ledger.headed"
    KEY: ClassVar[str | None] = None
    size: int
    root: str
    time: datetime
    key: str
    signature: str
