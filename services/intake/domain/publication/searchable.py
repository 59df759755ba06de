"""What staff find an opinion by: the words of its text, without what names or reaches a person."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from services.intake.domain.publication.bigrams import bigrams
from services.intake.domain.publication.masking import RULES

_NUMBER: Final = re.compile(r"\d(?:[\s·－—-]?\d){6}")
_NUMBERED: Final = frozenset({"identity", "number", "mobile", "telephone"})
#: Places are what staff look for.
_ALWAYS: Final = tuple(rule for rule in RULES if rule.kind in ("account", "plate", "name"))
_WITH_NUMBERS: Final = tuple(rule for rule in RULES if rule.kind in _NUMBERED)
_MAIL: Final = tuple(rule for rule in RULES if rule.kind == "mail")
_MASKED: Final = re.compile("〔[^〕]*〕|[\u4e00-\u9fff]某某")


@lru_cache(maxsize=64)
def staff_terms(title: str, content: str) -> tuple[str, ...]:
    """The terms of an opinion's text, each once; always the same ones for the same text."""
    text = whole = f"{title}\n{content}"
    mails = _MAIL if "@" in text or "＠" in text else ()
    # Where no number is long enough, the rules for numbers find nothing.
    for rule in (*mails, *(_WITH_NUMBERS if _NUMBER.search(text) else ()), *_ALWAYS):
        text = rule.pattern.sub(rule.replace, text)
    return tuple(bigrams(text if text is whole else _MASKED.sub(" ", text)))
