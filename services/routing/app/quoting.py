"""Precedents as they are shown."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.routing.domain.learning.knowledge import Inquiry

Quoted = dict[str, datetime | str | bool | float]


def precedents_of(asked: Inquiry | None) -> list[Quoted]:
    """The rulings nearest to a text, the nearest first; without what the other cases say."""
    return [
        {
            "at": each.case.at, "department": each.case.department, "target": each.case.target, "granted": each.case.granted,
            "reason": each.case.reason, "nearness": each.nearness,
        }
        for each in (asked.nearest() if asked else ())
    ]  # fmt: skip
