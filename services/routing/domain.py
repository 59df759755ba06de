"""The rules of routing, pure: which topic an opinion is about, whose it is, until when, and what a reply must promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import ahocorasick

from services.contracts.catalogue import Catalogue, Difficulty, Topic
from services.contracts.commands import Extend, Object, Pause, Reply
from services.contracts.durations import Duration
from services.contracts.errors import Conflict, Invalid
from services.contracts.messages import Outcome, Rating, Why

#: A keyword in the title says more about the matter than one in the text.
TITLE_WEIGHT, CONTENT_WEIGHT = 3.0, 1.0
#: How often a keyword may count in the text, so that one repeated word does not decide.
MOST_MENTIONS = 3
SHOWN_KEYWORDS = 5
GIVEN, KEYWORDS, FALLBACK = "given", "keywords", "fallback"
DEADLINES = ("sign", "object", "contact", "reply")
MOST_EXTENSIONS, MOST_PAUSES = 1, 1
PROMISING = frozenset({Outcome.IN_PROGRESS, Outcome.PLANNED})


@dataclass(frozen=True, slots=True)
class Decision:
    """Where an opinion goes and why. `topic` is None when no rule matched."""

    topic: Topic | None
    department: str
    difficulty: Difficulty
    why: Why


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was ruled; `department` sends an upheld objection elsewhere than the objector proposed."""

    about: Literal["objection", "extension"]
    granted: bool
    reason: str
    department: str | None = None


class Router:
    """Decides by the topic that was given, else by the keywords of the catalogue, else for the fallback department."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._automaton = ahocorasick.Automaton()
        topics_by_keyword: dict[str, list[str]] = {}
        for topic in catalogue.topics.values():
            for keyword in topic.keywords:
                topics_by_keyword.setdefault(keyword.casefold(), []).append(topic.code)
        for keyword, codes in topics_by_keyword.items():
            self._automaton.add_word(keyword, (keyword, tuple(codes)))
        self._automaton.make_automaton()

    def decide(self, given: str | None, title: str, content: str) -> Decision:
        """The decision for one opinion; the same text always goes the same way."""
        topic = self._catalogue.topic_of(given) if given else None
        if topic is not None:
            return self._decision(topic, Why(GIVEN, 1.0))
        scores, found = self._scores(title, content)
        if not scores:
            return self._decision(None, Why(FALLBACK, 0.0))
        # Ties go to the topic that stands first in the catalogue.
        order = {code: place for place, code in enumerate(self._catalogue.topics)}
        best = min(scores, key=lambda code: (-scores[code], order[code]))
        words = "、".join(sorted(found[best], key=lambda word: (-len(word), word))[:SHOWN_KEYWORDS])
        confidence = round(scores[best] / sum(scores.values()), 2)
        return self._decision(self._catalogue.topics[best], Why(f"{KEYWORDS}: {words}", confidence))

    def _scores(self, title: str, content: str) -> tuple[dict[str, float], dict[str, set[str]]]:
        scores: dict[str, float] = {}
        found: dict[str, set[str]] = {}
        for text, weight in ((title, TITLE_WEIGHT), (content, CONTENT_WEIGHT)):
            for (word, codes), mentions in Counter(hit for _, hit in self._automaton.iter(text.casefold())).items():
                # A longer keyword is more particular; one shared by several topics says less of each.
                points = weight * len(word) * min(mentions, MOST_MENTIONS) / len(codes)
                for code in codes:
                    scores[code] = scores.get(code, 0.0) + points
                    found.setdefault(code, set()).add(word)
        return scores, found

    def _decision(self, topic: Topic | None, why: Why) -> Decision:
        department = topic.department if topic else self._catalogue.fallback_department
        return Decision(topic, department, self._catalogue.deadlines_for(topic), why)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Instants by kind; provisional when one lies beyond the last published holiday year."""

    instants: Mapping[str, datetime]
    provisional: bool


def deadlines(catalogue: Catalogue, difficulty: Difficulty, start: datetime) -> Deadlines:
    """When an assignment made at `start` has to be signed, objected to and replied to."""
    due = {kind: catalogue.calendar.due(start, difficulty.deadlines[kind]) for kind in DEADLINES}
    return Deadlines({kind: each.at for kind, each in due.items()}, any(each.provisional for each in due.values()))


def rework_deadline(catalogue: Catalogue, difficulty: Difficulty, start: datetime) -> datetime:
    """When a reopened case has to be replied to again."""
    return catalogue.calendar.due(start, difficulty.deadlines["rework"]).at


def evaluation_window(catalogue: Catalogue, difficulty: Difficulty, replied: datetime) -> datetime:
    """Until when the submitter may rate a reply."""
    return catalogue.calendar.due(replied, difficulty.deadlines["evaluation"]).at


def check_reply(reply: Reply, now: datetime) -> None:
    """Raises `Invalid` for a promise that is already due, or one with an outcome that promises nothing."""
    if reply.promise is None:
        return
    if reply.outcome not in PROMISING:
        raise Invalid(
            "Only an outcome that lies ahead carries a promise.", {"promise": [f"for {' or '.join(sorted(PROMISING))} only"]}
        )
    if reply.promise.due <= now:
        raise Invalid("A promise is for the future.", {"promise.due": ["lies in the past"]})


def check_objection(command: Object, catalogue: Catalogue, department: str, window: datetime, now: datetime) -> None:
    """Raises `Conflict` after the window, `Invalid` unless another department of the catalogue is proposed."""
    if now > window:
        raise Conflict(f"Objections were open until {window.isoformat()}; silence means accepted.")
    if command.department not in catalogue.departments:
        raise Invalid("Name a department of the catalogue.", {"department": ["There is no such department."]})
    if command.department == department:
        raise Invalid("Propose another department.", {"department": ["This is your own."]})


def check_extension(command: Extend, catalogue: Catalogue, difficulty: Difficulty, row: Mapping[str, Any], now: datetime) -> None:
    """Raises `Conflict` when one is asked for or was granted already, `Invalid` for an instant too early or beyond the cap."""
    if row["asked_until"] is not None:
        raise Conflict("An extension has been asked for; wait for the ruling.")
    if row["extensions"] >= MOST_EXTENSIONS:
        raise Conflict(f"This case has been extended already; at most {MOST_EXTENSIONS} time.")
    earliest = max(row["reply_by"], now)
    cap = catalogue.calendar.due(row["reply_by"], difficulty.deadlines["extension"]).at
    if not earliest < command.until <= cap:
        raise Invalid(
            "Ask for an instant after the deadline, within the cap.",
            {"until": [f"after {earliest.isoformat()}, until {cap.isoformat()}"]},
        )


def pause_until(command: Pause, catalogue: Catalogue, difficulty: Difficulty, pauses: int, now: datetime) -> datetime:
    """When a pause ends by itself. `pauses` counts those of this round.

    Raises `Conflict` when there was one already, `Invalid` for an instant that has passed or lies beyond the cap.
    """
    if pauses >= MOST_PAUSES:
        raise Conflict(f"This case has been paused already; at most {MOST_PAUSES} time a round.")
    cap = catalogue.calendar.due(now, difficulty.deadlines["extension"]).at
    until = command.until or cap
    if not now < until <= cap:
        raise Invalid("A pause ends later than now, within the cap.", {"until": [f"until {cap.isoformat()}"]})
    return until


def resumed_deadline(catalogue: Catalogue, difficulty: Difficulty, row: Mapping[str, Any], now: datetime) -> datetime:
    """The deadline of a paused assignment, moved by what was paused: the time itself where durations are elapsed time, else
    the working days. However late its end is noticed, a pause is no longer than it may be."""
    deadline: datetime = row["reply_by"]
    paused: datetime = row["paused"]
    ended: datetime = min(now, row["paused_until"])
    if difficulty.deadlines["reply"].elapsed is not None:
        return deadline + (ended - paused)
    zone = catalogue.calendar.zone
    days = catalogue.calendar.working_days(paused.astimezone(zone).date(), ended.astimezone(zone).date())
    return catalogue.calendar.due(deadline, Duration(days, "wd")).at if days else deadline


def with_details(content: str, details: str) -> str:
    """What a department reads of an opinion, with what the submitter added later."""
    return f"{content}\n\n【补充】{details}"


def is_rework(result: Rating) -> bool:
    """Whether a rating sends the case back."""
    return result is Rating.DISSATISFIED
