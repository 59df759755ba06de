"""What is said of the ledger."""

from __future__ import annotations

from typing import ClassVar

from services.contracts.messages.values import AwareDatetime, Count, Message


class LedgerHeaded(Message, frozen=True):
    """账本签名: the root over the first `size` leaves, signed (Ed25519), for another service to keep."""

    TYPE: ClassVar[str] = "ledger.headed"
    KEY: ClassVar[str | None] = None
    size: Count
    root: str
    time: AwareDatetime
    key: str
    signature: str
