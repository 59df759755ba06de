"""Messages of intake about printed codes. None of them ever names a code."""

from __future__ import annotations

from typing import ClassVar

from services.contracts.messages.values import Count, Message


class CodeIssued(Message, frozen=True):
    """制码: as many codes of one kind as `many` were made for a place, a deputy or a campaign."""

    TYPE: ClassVar[str] = "code.issued"
    KEY: ClassVar[str | None] = None
    batch: str
    kind: str
    many: Count
    area: str | None = None
    station: str | None = None
    deputy: str | None = None
    campaign: str | None = None


class CodeReplaced(Message, frozen=True):
    """换码: one code of a batch has a successor, to which it leads."""

    TYPE: ClassVar[str] = "code.replaced"
    KEY: ClassVar[str | None] = None
    batch: str
    kind: str
    area: str | None = None
    station: str | None = None
    deputy: str | None = None
    campaign: str | None = None
