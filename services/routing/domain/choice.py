"""Choosing the topic and the department of an opinion. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import ahocorasick

from services.contracts.basis import Basis, Rule
from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue, Difficulty, Topic
from services.contracts.messages.values import Handling, Why

#: A keyword in the title says more about the matter than one in the text.
TITLE_WEIGHT, CONTENT_WEIGHT = 3.0, 1.0
#: How often a keyword may count in the text, so that one repeated word does not decide.
MOST_MENTIONS = 3
SHOWN_KEYWORDS = 5


@dataclass(frozen=True, slots=True)
class Decision:
    """Where an opinion goes and why, and who else handles it, with the lead or for itself. `topic` is None when no rule matched."""

    topic: Topic | None
    department: str
    difficulty: Difficulty
    why: Why
    co_handlers: tuple[str, ...] = ()
    handling: Handling = "joint"


class Router:
    """Decides by the topic that was given, else by the keywords of the catalogue, else for the fallback department."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._order = {code: place for place, code in enumerate(catalogue.topics)}
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
            return self._decision(topic, Rule(Basis.GIVEN).why())
        scores, found = self.scores(title, content)
        if not scores:
            return self._decision(None, Rule(Basis.FALLBACK).why(0.0))
        # Ties go to the topic that stands first in the catalogue.
        best = min(scores, key=lambda code: (-scores[code], self._order[code]))
        words = "、".join(sorted(found[best], key=lambda word: (-len(word), word))[:SHOWN_KEYWORDS])
        confidence = round(scores[best] / sum(scores.values()), 2)
        return self._decision(stored.topic(self._catalogue, best), Rule(Basis.KEYWORDS, words).why(confidence))

    def scores(self, title: str, content: str) -> tuple[dict[str, float], dict[str, set[str]]]:
        """The points of each topic with a keyword in a text, and those keywords."""
        scores: dict[str, float] = {}
        found: dict[str, set[str]] = {}
        for text, weight in ((title, TITLE_WEIGHT), (content, CONTENT_WEIGHT)):
            hits: dict[tuple[str, tuple[str, ...]], int] = {}
            for _, hit in self._automaton.iter(text.casefold()):
                hits[hit] = hits.get(hit, 0) + 1
            for (word, codes), mentions in hits.items():
                # A longer keyword is more particular; one shared by several topics says less of each.
                points = weight * len(word) * min(mentions, MOST_MENTIONS) / len(codes)
                for code in codes:
                    scores[code] = scores.get(code, 0.0) + points
                    found.setdefault(code, set()).add(word)
        return scores, found

    def points(self, title: str, content: str) -> dict[str, float]:
        """The points of each department, by its topics with a keyword in a text."""
        points: dict[str, float] = {}
        for code, found in self.scores(title, content)[0].items():
            if (topic := stored.topic(self._catalogue, code)) is not None:
                points[topic.department] = points.get(topic.department, 0.0) + found
        return points

    def _decision(self, topic: Topic | None, why: Why) -> Decision:
        department = topic.department if topic else self._catalogue.fallback_department
        others = tuple(code for code in topic.co_handlers if code != department) if topic else ()
        return Decision(topic, department, self._catalogue.deadlines_for(topic), why, others)
