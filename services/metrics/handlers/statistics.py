"""The published numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING

from services.contracts.errors import Invalid
from services.metrics.domain.counts import Scope
from services.metrics.domain.statistics import CountsAsOf, PublishedStatistics, StatisticsRequest, each_group, statistics_of
from services.metrics.domain.sums.cubes import cube_for

if TYPE_CHECKING:
    from services.metrics.domain.sessions import SessionStatistics
    from services.metrics.handlers.service import Service

#: The work of a question that the kept sums answer, and of one for which every case is counted.
SUMMED, COUNTED = 20, 200


def statistics(service: Service, asked: StatisticsRequest, charge: Callable[[int], None] = lambda _: None) -> PublishedStatistics:
    """The published numbers, shared by all who ask the same; raises `Invalid` that names the field, or `Unavailable`.

    `charge` is told the work of an answer that is not there yet, before it is made.
    """
    now = service.clock.now()
    scope = asked.scope(service.days.zone, now)
    # Nothing that was recorded was submitted later than now.
    counts = cube_for(scope, now) is None
    return service.share(
        "statistics", (scope, asked.roll_up), lambda: _published(service, scope, now, asked, counts=counts),
        lambda: charge(COUNTED if counts else SUMMED), is_final,
    )  # fmt: skip


def count_opinions(service: Service, scope: Scope, now: datetime) -> CountsAsOf:
    """What is counted of opinions; raises `Invalid` where that would be too many groups."""
    counted = service.model.count(scope, now, service.most_groups)
    if counted is None:
        reason = f"more than {service.most_groups} groups; ask for fewer dimensions or a shorter period"
        raise Invalid("This would be too long an answer.", {"by": [reason]})
    return counted


def is_final(answer: PublishedStatistics | SessionStatistics) -> bool:
    """Whether the answer is as of the instant that was asked about, and so stays as it is."""
    return answer.as_of == answer.scope.at


def _published(service: Service, scope: Scope, now: datetime, asked: StatisticsRequest, *, counts: bool) -> PublishedStatistics:
    with service.turn() if counts else nullcontext():
        counted = count_opinions(service, scope, now)
    # Of a deputy of several groups, only the one that was asked for is shown.
    only = (asked.group,) if asked.group is not None else None
    spread: dict[str, Callable[[str], Sequence[str]]] = {"group": lambda groups: only or each_group(groups)}
    if asked.roll_up:
        above = service.catalogue.stations_above
        spread["station"] = lambda code: (code, *above.get(code, ()))
    return statistics_of(counted, scope, service.days, spread)
