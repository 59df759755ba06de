"""Templates of answers: texts that a department keeps, with placeholders for what is known of the case they are chosen for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from services.contracts.words.bilingual import Words

LONGEST_TITLE: Final = 60
MOST_TEMPLATES: Final = 60


#: What a template may hold in braces, in either language and in the order in which it is offered.
PLACEHOLDERS: Final = (
    Words("标题", "title"), Words("受理编号", "number"), Words("承办单位", "department"), Words("交办日期", "assigned"),
    Words("日期", "date"),
)  # fmt: skip


class KnownFacts(NamedTuple):
    """What placeholders stand for: the case's title and number, its department, the day it was assigned and today."""

    title: str
    number: str
    department: Words
    assigned: date
    today: date

    @property
    def by_name(self) -> dict[str, str]:
        """What is put in place of each placeholder, in its language."""
        plain = (Words(self.title, self.title), Words(self.number, self.number))
        said = (*plain, self.department, _day(self.assigned), _day(self.today))
        return {
            name: text for names, words in zip(PLACEHOLDERS, said, strict=True) for name, text in zip(names, words, strict=True)
        }


def _day(day: date) -> Words:
    return Words(f"{day.year}年{day.month}月{day.day}日", day.isoformat())


#: Braces as either keyboard writes them. Blanks come off afterwards: in the pattern, all ways to part them would be tried.
_PLACEHOLDER = re.compile(r"[{｛]([^{}｛｝]{1,40})[}｝]")


@dataclass(frozen=True, slots=True)
class AnswerTemplate:
    """A text of a department; `updated` is its version."""

    id: str
    department: str
    title: str
    content: str
    updated: datetime

    def filled(self, facts: KnownFacts) -> str:
        """The text with what is known in place of its placeholders; an unknown one stays as it is."""
        known = facts.by_name
        return _PLACEHOLDER.sub(lambda found: known.get(found[1].strip(), found[0]), self.content)


def put_behind(typed: str, text: str) -> str:
    """What was typed with a text behind it, in a paragraph of its own."""
    return "\n\n".join(part for part in (typed.rstrip(), text) if part)
