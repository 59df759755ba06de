"""Choosing the topic and the department of an opinion. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import ahocorasick
import msgspec

from services.contracts.basis import Basis, Rule
from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue, Difficulty, Topic
from services.contracts.messages.values import Handling, Learned, Why

if TYPE_CHECKING:
    from services.routing.domain.learning.knowledge import Inquiry

#: A keyword in the title says more about the matter than one in the text.
TITLE_WEIGHT, CONTENT_WEIGHT = 3.0, 1.0
#: How often a keyword may count in the text, so that one repeated word does not decide.
MOST_MENTIONS = 3
SHOWN_KEYWORDS = 5


@dataclass(frozen=True, slots=True)
class Decision:
    """Where an opinion goes and why, and who else handles it, with the lead or for itself. `topic` is None when no rule matched.

    `doubtful` where a person has to decide, because what was learned is less sure than the place wants.
    """

    topic: Topic | None
    department: str
    difficulty: Difficulty
    why: Why
    co_handlers: tuple[str, ...] = ()
    handling: Handling = "joint"
    doubtful: bool = False

    @property
    def without_words(self) -> Decision:
        """The same without the words of the text that spoke for it."""
        return replace(self, why=msgspec.structs.replace(self.why, learned=self.why.learned and self.why.learned.without_words))


class Router:
    """Decides by the topic that was given, else by what was learned, else by the keywords of the catalogue, else for the fallback
    department."""

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

    def decide(self, given: str | None, title: str, content: str, asked: Inquiry | None = None) -> Decision:
        """The decision for one opinion, of which `asked` knows; the same text always goes the same way, until more is known."""
        topic = self._catalogue.topic_of(given) if given else None
        if topic is not None:
            return self._decision(topic, Rule(Basis.GIVEN).why())
        scores, found = self.scores(title, content)
        advice = asked.advise(self._by_department(scores)) if asked else None
        # What was learned of a department that the catalogue has no more, is of no use.
        if advice is not None and advice[0] in self._catalogue.departments:
            return self._advised(*advice, scores)
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
        return self._by_department(self.scores(title, content)[0])

    def belonging(self, department: str, title: str, content: str, learned: Learned) -> Decision:
        """The decision of a person for a department, beside what was learned."""
        scores, _ = self.scores(title, content)
        return self._for(department, scores, Rule(Basis.REVIEWER).why(learned=learned))

    def _advised(self, department: str, why: Why, scores: Mapping[str, float]) -> Decision:
        terms = self._catalogue.learning
        if why.confidence >= terms.threshold or terms.doubtful == "likeliest":
            return self._for(department, scores, why)
        if terms.doubtful == "fallback":
            return self._decision(None, Rule(Basis.FALLBACK).why(why.confidence, why.learned))
        return replace(self._for(department, scores, why), doubtful=True)

    def _for(self, department: str, scores: Mapping[str, float], why: Why) -> Decision:
        """A department's decision, with that topic of its own of which the text has the most, or the only one that it has."""
        own = [code for code, topic in self._catalogue.topics.items() if topic.department == department]
        named = [code for code in own if code in scores] or (own if len(own) == 1 else [])
        best = min(named, key=lambda code: (-scores.get(code, 0.0), self._order[code]), default=None)
        return replace(self._decision(stored.topic(self._catalogue, best), why), department=department)

    def _by_department(self, scores: Mapping[str, float]) -> dict[str, float]:
        points: dict[str, float] = {}
        for code, found in scores.items():
            if (topic := stored.topic(self._catalogue, code)) is not None:
                points[topic.department] = points.get(topic.department, 0.0) + found
        return points

    def _decision(self, topic: Topic | None, why: Why) -> Decision:
        department = topic.department if topic else self._catalogue.fallback_department
        others = tuple(code for code in topic.co_handlers if code != department) if topic else ()
        return Decision(topic, department, self._catalogue.deadlines_for(topic), why, others)
