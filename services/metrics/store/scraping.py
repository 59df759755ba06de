"""The numbers behind the product's series, each read from an index that holds just what it needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.metrics.domain.history.promises import STATES
from services.metrics.domain.history.ratings import ASPECTS
from services.metrics.store.tables import (
    CONCLUDED,
    OPENED,
    REPLIED,
    STANDING,
    WAITING,
    AnyColumn,
    AnySelect,
    cases,
    promises,
    ratings,
    reminders,
    rounds,
)


@dataclass(slots=True)
class SeriesTally:
    """Numbers by the labels that the name of each says, `None` where a label is not known."""

    submitted_by_channel: Counter[tuple[str | None]] = field(default_factory=Counter)
    submitted_by_department: Counter[tuple[str | None]] = field(default_factory=Counter)
    reviewed_by_decision: Counter[tuple[str]] = field(default_factory=Counter)
    created_by_department_topic: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    waiting_by_department_overdue: Counter[tuple[str, bool]] = field(default_factory=Counter)
    replied_by_department_in_time: Counter[tuple[str, bool]] = field(default_factory=Counter)
    replies_by_department_bucket: Counter[tuple[str, int]] = field(default_factory=Counter)
    reply_seconds_by_department: dict[str, float] = field(default_factory=dict)
    concluded_by_department_outcome_in_time: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    standing_by_department_outcome: Counter[tuple[str, str]] = field(default_factory=Counter)
    evaluations_by_department_aspect_rating: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    standing_by_department_aspect_rating: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    first_by_department_aspect_rating: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    reminders_by_department_rung: Counter[tuple[str, str]] = field(default_factory=Counter)
    promises_by_department_state: Counter[tuple[str, str]] = field(default_factory=Counter)


def tally(connection: Connection, now: datetime) -> SeriesTally:
    """Everything recorded so far, counted; what is overdue, as of `now`."""
    found = SeriesTally()
    found.submitted_by_channel = _count(connection, [cases.c.channel], cases.c.submitted_at.is_not(None))
    _add_cases(connection, found)
    found.created_by_department_topic = _count(connection, [rounds.c.department, rounds.c.created_topic], OPENED)
    found.waiting_by_department_overdue = _waiting(connection, now)
    _add_replies(connection, found)
    _add_conclusions(connection, found)
    _add_evaluations(connection, found)
    found.reminders_by_department_rung = _count(connection, [reminders.c.department, reminders.c.rung])
    _add_promises(connection, found)
    return found


def _count(connection: Connection, labels: Sequence[AnyColumn], *where: sa.ColumnElement[bool] | sa.TextClause) -> Counter[Any]:
    query = sa.select(*labels, sa.func.count()).where(*where).group_by(*labels)
    return Counter({tuple(row[:-1]): row[-1] for row in connection.execute(query)})


def _add_cases(connection: Connection, found: SeriesTally) -> None:
    labels = [cases.c.department, cases.c.decision]
    query: AnySelect = sa.select(*labels, sa.func.count(), sa.func.count(cases.c.submitted_at)).group_by(*labels)
    for department, decision, number, submitted in connection.execute(query):
        found.submitted_by_department[(department,)] += submitted
        if decision is not None:
            found.reviewed_by_decision[(decision,)] += number


def _waiting(connection: Connection, now: datetime) -> Counter[tuple[str, bool]]:
    overdue = sa.func.count().filter(rounds.c.reply_by < now)
    query: AnySelect = sa.select(rounds.c.department, sa.func.count(), overdue).where(WAITING).group_by(rounds.c.department)
    numbers: Counter[tuple[str, bool]] = Counter()
    for department, number, late in connection.execute(query):
        numbers[department, True], numbers[department, False] = late, number - late
    return numbers


def _add_replies(connection: Connection, found: SeriesTally) -> None:
    labels = [rounds.c.department, rounds.c.reply_bucket, rounds.c.replied_in_time, rounds.c.role]
    current = sa.func.count().filter(rounds.c.superseded_at.is_(None))
    sums = (sa.func.count(), current, sa.func.sum(rounds.c.reply_seconds))
    query: AnySelect = sa.select(*labels, *sums).where(REPLIED).group_by(*labels)
    for department, bucket, in_time, role, number, standing, seconds in connection.execute(query):
        found.replies_by_department_bucket[department, bucket] += number
        found.reply_seconds_by_department[department] = found.reply_seconds_by_department.get(department, 0.0) + seconds
        if role == "lead":
            found.replied_by_department_in_time[department, in_time] += standing


def _add_conclusions(connection: Connection, found: SeriesTally) -> None:
    labels = [rounds.c.department, rounds.c.outcome, rounds.c.concluded_in_time]
    # What was reopened since has been concluded all the same, and a counter never goes down; but it is so no more.
    standing = sa.func.count().filter(rounds.c.superseded_at.is_(None))
    query: AnySelect = sa.select(*labels, sa.func.count(), standing).where(CONCLUDED, rounds.c.role == "lead").group_by(*labels)
    for department, outcome, in_time, number, current in connection.execute(query):
        found.concluded_by_department_outcome_in_time[department, outcome, in_time] += number
        found.standing_by_department_outcome[department, outcome] += current


def _add_evaluations(connection: Connection, found: SeriesTally) -> None:
    given, labels = ratings.c, [ratings.c.department, ratings.c.result, ratings.c.process]
    first = sa.func.count().filter(given.is_first)
    query: AnySelect = sa.select(*labels, sa.func.count(), first).group_by(*labels)
    for department, *pair, number, of_them_first in connection.execute(query):
        _add_pair(found.evaluations_by_department_aspect_rating, department, pair, number)
        _add_pair(found.first_by_department_aspect_rating, department, pair, of_them_first)
    standing = [given.department, given.standing_result, given.standing_process]
    for (department, *pair), number in _count(connection, standing, STANDING).items():
        _add_pair(found.standing_by_department_aspect_rating, department, pair, number)


def _add_pair(numbers: Counter[tuple[str, str, str]], department: str, pair: Sequence[str | None], number: int) -> None:
    for aspect, rating in zip(ASPECTS, pair, strict=True):
        if rating is not None:
            numbers[department, aspect, rating] += number


def _add_promises(connection: Connection, found: SeriesTally) -> None:
    in_time = promises.c.kept_in_time
    kept = (sa.func.count().filter(in_time.is_(True)), sa.func.count().filter(in_time.is_(False)))
    states = (sa.func.count(), *kept, sa.func.count(promises.c.broken_at))
    query: AnySelect = sa.select(promises.c.department, *states).group_by(promises.c.department)
    for department, *numbers in connection.execute(query):
        for state, number in zip(STATES, numbers, strict=True):
            found.promises_by_department_state[department, state] += number
