"""What the catalogue holds, as frozen values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final, Literal, get_args

from services.contracts.catalogue.rules import DutyTimes, LearningRules, Limits, Statistics
from services.contracts.catalogue.sessions import SessionKind
from services.contracts.people.duties import Duty
from services.contracts.time.durations import Duration
from services.contracts.time.worktime import Calendar, Closure, OfficeHours
from services.contracts.words import vocabulary

CHANNELS: Final = tuple(vocabulary.CHANNELS)
DEADLINE_KINDS: Final = (
    "review", "sign", "object", "contact", "co_opinion", "reply", "rework", "evaluation", "extension",
)  # fmt: skip
#: What a rung of the ladder can be of. `promise` has its own date, and `evaluation` is about a rating that was given.
LADDER_KINDS: Final = tuple(vocabulary.DEADLINES)
#: What can call for a rung at once, and the kind that such a rung is of.
OCCASIONS: Final[Mapping[str, str]] = {"broken": "promise", "dissatisfied": "evaluation"}
LEVELS: Final = tuple(vocabulary.LEVELS)
#: What people owe who are no department: nobody but them and those above is reminded of it, and nothing else follows.
DUTIES: Final = get_args(Duty)
RECIPIENTS: Final = ("department", "supervisor", "leader", "congress")
#: Whose duty it is, to whom the rungs of a duty write.
HOLDER: Final = "holder"
#: Where a channel leaves out a secret that the settings know by this name.
PLACEHOLDER: Final = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
#: In which languages somebody wants letters.
LANGUAGES: Final = ("both", "zh", "en")


@dataclass(frozen=True, slots=True)
class Department:
    """承办单位. `channels` are Apprise URLs; `head_approval` says that its head has to approve a reply.

    `digest`: one letter a day instead of single ones. `language`: one of `LANGUAGES`. Without `queue` it works by HTTP alone.
    """

    code: str
    name: str
    name_en: str
    channels: tuple[str, ...] = ()
    head_approval: bool = False
    digest: bool = False
    language: str = "both"
    queue: bool = True


@dataclass(frozen=True, slots=True)
class StaffPerson:
    """Somebody who is notified as well: notifications to one of `roles` (see `RECIPIENTS`) also go to the `channels`.

    `departments` narrows that to cases of those departments; none means all of them. One who stands for a department
    names it. `digest` and `language` are as for a department.
    """

    code: str
    name: str
    name_en: str
    channels: tuple[str, ...]
    roles: tuple[str, ...] = ("department",)
    departments: tuple[str, ...] = ()
    digest: bool = False
    language: str = "both"

    def is_notified_of(self, recipient: str, department: str) -> bool:
        """Whether letters to `recipient` about a case of `department` are for this person."""
        return recipient in self.roles and (not self.departments or department in self.departments)


@dataclass(frozen=True, slots=True)
class Topic:
    """主题: the lead department, the co-handlers, the difficulty, and the keywords it is recognized by."""

    code: str
    name: str
    name_en: str
    department: str
    difficulty: str
    keywords: tuple[str, ...]
    co_handlers: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """A county, town or street; `parent` is empty for the root."""

    code: str
    name: str
    name_en: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Station:
    """代表联络站: liaison stations form a tree; `parent` is empty for the central one.

    `qr` is the code in the address on its poster (`/c/…`): what comes by it is of the channel `qr` and of this station.
    """

    code: str
    name: str
    area: str
    parent: str | None = None
    qr: str | None = None

    @property
    def name_en(self) -> str:
        """Stations have no other name for readers of English."""
        return self.name


@dataclass(frozen=True, slots=True)
class ChecklistEntry:
    """One thing that a station has to have or do."""

    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """What a station is checked for, such as 五有 or 八有: `items` by code. A `central` one is for those that have others below."""

    code: str
    name: str
    name_en: str
    items: Mapping[str, ChecklistEntry]
    central: bool = False


@dataclass(frozen=True, slots=True)
class Difficulty:
    """How long each step may take: one duration for every kind in `DEADLINE_KINDS`."""

    code: str
    name: str
    name_en: str
    deadlines: Mapping[str, Duration]


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of the ladder for a deadline kind: at half time, a duration `before` or `after` it, or `upon` an occasion.

    Exactly one of `half`, `before`, `after`, `upon` is set; `card` is set exactly when `action` is `card`. A reminder after
    the deadline may `repeat` at that distance, firing `times` in all. `difficulties` are those it is for; all when empty.
    A supervision that `raises` is the next level's as well (提级).
    """

    code: str
    name: str
    name_en: str
    of: str
    action: Literal["reminder", "card", "supervision"]
    to: tuple[str, ...]
    before: Duration | None = None
    after: Duration | None = None
    half: bool = False
    card: Literal["yellow", "red"] | None = None
    upon: Literal["broken", "dissatisfied"] | None = None
    difficulties: tuple[str, ...] = ()
    repeat: Duration | None = None
    times: int = 1
    raises: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an opinion is declined, and where its submitter can turn instead."""

    code: str
    name: str
    name_en: str
    advice: str
    advice_en: str


@dataclass(frozen=True)
class Catalogue:
    """Everything a place configures. Mappings are by code and keep the order of the file.

    `acceptance` maps a channel to `automatic` or `review`, `letters` an outcome to its letter.
    """

    name: str
    name_en: str
    timezone: str
    office_hours: OfficeHours
    departments: Mapping[str, Department]
    topics: Mapping[str, Topic]
    areas: Mapping[str, Area]
    stations: Mapping[str, Station]
    difficulties: Mapping[str, Difficulty]
    ladder: Mapping[str, Rung]
    acceptance: Mapping[str, Literal["automatic", "review"]]
    decline_reasons: Mapping[str, Reason]
    letters: Mapping[str, str]
    fallback_department: str
    fallback_difficulty: str
    people: Mapping[str, StaffPerson] = field(default_factory=dict)
    checklists: Mapping[str, Checklist] = field(default_factory=dict)
    session_kinds: Mapping[str, SessionKind] = field(default_factory=dict)
    closures: Mapping[date, Closure] = field(default_factory=dict)
    statistics: Statistics = field(default_factory=Statistics)
    limits: Limits = field(default_factory=Limits)
    learning: LearningRules = field(default_factory=LearningRules)
    duties: DutyTimes = field(default_factory=DutyTimes)
    level: str = "county"

    @cached_property
    def calendar(self) -> Calendar:
        """The working days of this place; one instance, so that its memory is shared."""
        return Calendar(self.timezone, self.closures, self.office_hours)

    @cached_property
    def queued(self) -> tuple[str, ...]:
        """The departments that have a queue and a user at the broker."""
        return tuple(code for code, each in self.departments.items() if each.queue)

    @cached_property
    def unqueued(self) -> frozenset[str]:
        """The departments that have none, because no program of theirs listens."""
        return frozenset(self.departments) - frozenset(self.queued)

    def topic_of(self, text: str) -> Topic | None:
        """The topic with this code, name (Chinese or English) or alias, ignoring case and outer blanks."""
        return self._topics_by_name.get(text.strip().casefold())

    def deadlines_for(self, topic: Topic | None) -> Difficulty:
        """The difficulty, and so the deadlines, of a topic; the fallback's when no topic is known."""
        return self.difficulties[topic.difficulty if topic else self.fallback_difficulty]

    def station_of(self, code: str) -> Station | None:
        """The station that a sender names by its code in the catalogue."""
        return self.stations.get(code)

    def station_with_code(self, qr: str) -> Station | None:
        """The station whose poster has this code."""
        return self._stations_by_qr.get(qr)

    @cached_property
    def stations_above(self) -> Mapping[str, tuple[str, ...]]:
        """The stations above each one in the tree, the nearest first."""
        return {code: tuple(self._path_up(station.parent)) for code, station in self.stations.items()}

    @cached_property
    def stations_below(self) -> Mapping[str, frozenset[str]]:
        """The stations below each one in the tree, however far."""
        above = self.stations_above
        return {code: frozenset(other for other in above if code in above[other]) for code in self.stations}

    def _path_up(self, code: str | None) -> Iterator[str]:
        while code is not None:
            yield code
            code = self.stations[code].parent

    def checklists_for(self, station: str) -> list[Checklist]:
        """The checklists that a station is checked by."""
        return [each for each in self.checklists.values() if not each.central or self.stations_below[station]]

    @cached_property
    def _stations_by_qr(self) -> Mapping[str, Station]:
        return {station.qr: station for station in self.stations.values() if station.qr}

    @cached_property
    def _topics_by_name(self) -> Mapping[str, Topic]:
        return {name.casefold(): topic for topic in self.topics.values() for name in names_of(topic)}


def names_of(topic: Topic) -> Iterator[str]:
    """Every text that names the topic outright: its code, both names and its aliases."""
    yield from (topic.code, topic.name, topic.name_en)
    yield from topic.aliases
