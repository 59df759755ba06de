"""The published numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.contracts.errors import Invalid
from services.metrics.domain.statistics import PublishedStatistics, StatisticsRequest, statistics_of

if TYPE_CHECKING:
    from services.metrics.handlers.service import Service


def statistics(service: Service, asked: StatisticsRequest) -> PublishedStatistics:
    """The published numbers; raises `Invalid` that names the field."""
    days, now = service.days, service.clock.now()
    scope = asked.scope(days.zone, now)
    counted = service.model.count(scope, now, service.most_groups)
    if counted is None:
        reason = f"more than {service.most_groups} groups; ask for fewer dimensions or a shorter period"
        raise Invalid("This would be too long an answer.", {"by": [reason]})
    return statistics_of(counted, scope, days)
