"""The rules of a place that are numbers: how often, how long, how far ahead, how sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.contracts.time.durations import Duration


@dataclass(frozen=True, slots=True)
class Statistics:
    """How rates are published: no ranking below `ranking_minimum` cases."""

    ranking_minimum: int = 30


@dataclass(frozen=True, slots=True)
class Limits:
    """How often: extensions a round, pauses a round; reworks or transfers until a case is raised a level (提级);
    dissatisfied ratings until it goes to supervision. How far ahead, in months, a reply may promise something.
    """

    extensions: int = 1
    pauses: int = 1
    reworks: int = 3
    transfers: int = 3
    dissatisfied: int = 2
    promise_months: int = 12


@dataclass(frozen=True, slots=True)
class DutyTimes:
    """How long people have who are no department: to confirm a hop of a relay, to take an opinion or pass it on, and to feed back
    to the voter once there is a reply."""

    relay: Duration = Duration(1, "wd")
    take: Duration = Duration(1, "wd")
    feedback: Duration = Duration(3, "wd")


@dataclass(frozen=True, slots=True)
class LearningRules:
    """What becomes of an opinion that routing is less sure of than `threshold`: a person decides (`review`), it goes to the
    fallback department (`fallback`), or to the likeliest all the same (`likeliest`)."""

    threshold: float = 0.8
    doubtful: Literal["review", "fallback", "likeliest"] = "review"
