"""The API's answers, with the fields that the console and the benchmarks read."""

from __future__ import annotations

import msgspec


class DepartmentView(msgspec.Struct):
    """A department of the catalogue."""

    code: str
    name: str


class TopicView(msgspec.Struct):
    """A topic of the catalogue, and the department that leads it."""

    code: str
    department: str


class SubmittedView(msgspec.Struct):
    """An opinion that was just accepted by the API."""

    id: str
    receipt: str
    state: str


class PublicReceiptView(msgspec.Struct):
    """A submitter's receipt; `may` lists what can be done now."""

    state: str
    may: list[str]


class SubmitterView(msgspec.Struct):
    """Contact data, as reviewers see it."""

    phone: str = ""
    email: str = ""


class OpinionView(msgspec.Struct):
    """One opinion, as reviewers see it."""

    id: str
    submitter: SubmitterView | None = None


class WhyView(msgspec.Struct):
    """Why an opinion was assigned where it was."""

    rule: str
    confidence: float


class AssignmentView(msgspec.Struct):
    """One department's part of a case. Instants are ISO 8601; `deadlines` has one by kind, such as `reply`."""

    id: str
    opinion: str
    department: str
    role: str
    state: str
    round: int
    created: str
    deadlines: dict[str, str]
    why: WhyView
    signed: str | None = None
    replied: str | None = None
    on_time: bool | None = None
    outcome: str | None = None
    reply: str | None = None


class ReminderView(msgspec.Struct):
    """One rung of the ladder that was due: `state` says whether it was sent."""

    rung: str
    state: str
    at: str
    deadline: str
    card: str | None = None


class LedgerDayView(msgspec.Struct):
    """One day of the public ledger; `size` is the number of its leaves."""

    day: str
    size: int


class RateView(msgspec.Struct):
    """A published rate; `text` is how it is shown, also for 0/0."""

    numerator: int
    denominator: int
    text: str


class NumbersView(msgspec.Struct):
    """Counts by name, and rates by name and variant."""

    counts: dict[str, int]
    rates: dict[str, dict[str, RateView]]


class GroupView(NumbersView):
    """The numbers of one group; `key` has the value of each dimension, None where there is none."""

    key: dict[str, str | None]


class CountLegend(msgspec.Struct):
    """What a count is called."""

    name: str
    zh: str


class RateLegend(msgspec.Struct):
    """What a rate, in one variant, is called."""

    name: str
    variant: str
    zh: str


class Legend(msgspec.Struct):
    """The names of all counts and rates, in the order in which they are shown."""

    counts: list[CountLegend]
    rates: list[RateLegend]


class StatisticsView(msgspec.Struct):
    """The published statistics by the dimensions in `by`."""

    as_of: str
    by: list[str]
    groups: list[GroupView]
    total: NumbersView
    legend: Legend
