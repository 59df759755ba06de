"""What staff find an opinion by: the words of its text, without what names or reaches a person."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from services.contracts.people.masking import RULES
from services.intake.domain.publication.bigrams import bigrams

#: Places are what staff look for.
_RULES: Final = tuple(rule for rule in RULES if rule.kind != "home")
_MASKED: Final = re.compile("〔[^〕]*〕|[\u4e00-\u9fff]某某")


@lru_cache(maxsize=64)
def staff_terms(title: str, content: str) -> tuple[str, ...]:
    """The terms of an opinion's text, each once; always the same ones for the same text."""
    text = whole = f"{title}\n{content}"
    for rule in _RULES:
        text = rule.mask(text)
    return tuple(bigrams(text if text is whole else _MASKED.sub(" ", text)))
