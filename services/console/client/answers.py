"""What the console reads of the API's answers; what it has no use for is left out."""

from __future__ import annotations

import msgspec


class Department(msgspec.Struct):
    """A department of the catalogue."""

    code: str
    name: str


class Topic(msgspec.Struct):
    """A topic of the catalogue, and the department that leads it."""

    code: str
    department: str


class Submitted(msgspec.Struct):
    """An opinion that was just taken."""

    id: str
    receipt: str
    state: str


class Receipt(msgspec.Struct):
    """What a submitter sees; `may` names what can be done now."""

    state: str
    may: list[str]


class Submitter(msgspec.Struct):
    """Contact data, as the office reads it."""

    phone: str = ""
    email: str = ""


class OpinionFile(msgspec.Struct):
    """Everything about one opinion, as the office reads it."""

    id: str
    submitter: Submitter | None = None


class Why(msgspec.Struct):
    """Why an opinion was assigned where it was."""

    rule: str
    confidence: float


class Assignment(msgspec.Struct):
    """One department's part of a case. Instants are ISO 8601; `deadlines` has one by kind, such as `reply`."""

    id: str
    opinion: str
    department: str
    role: str
    state: str
    round: int
    created: str
    deadlines: dict[str, str]
    why: Why
    signed: str | None = None
    replied: str | None = None
    on_time: bool | None = None
    outcome: str | None = None
    reply: str | None = None


class Reminder(msgspec.Struct):
    """One rung of the ladder that was due: `state` says whether it was sent."""

    rung: str
    state: str
    at: str
    deadline: str
    card: str | None = None


class LedgerDay(msgspec.Struct):
    """One day of the public ledger, with so many leaves."""

    day: str
    size: int


class Rate(msgspec.Struct):
    """A published rate; `text` is how it is shown, also where nothing was counted."""

    numerator: int
    denominator: int
    text: str


class Numbers(msgspec.Struct):
    """Counts by name, and rates by name and variant."""

    counts: dict[str, int]
    rates: dict[str, dict[str, Rate]]


class Group(Numbers):
    """The numbers of one group; `key` has its value of each dimension, None for what has none."""

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


class Statistics(msgspec.Struct):
    """The published statistics by the dimensions in `by`."""

    as_of: str
    by: list[str]
    groups: list[Group]
    total: Numbers
    legend: Legend
