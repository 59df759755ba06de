"""What a property or parameter of the API is, in words."""

from __future__ import annotations

from collections.abc import Mapping

from docs.generator.account_words import ACCOUNT_WORDS
from docs.generator.constituency_words import CONSTITUENCY_WORDS
from docs.generator.publication_words import PUBLICATION_WORDS
from docs.generator.question_words import QUESTION_WORDS
from docs.generator.session_words import SESSION_WORDS
from docs.generator.words import WORDS

#: What is said of a name of several stands in one of them alone, else one would speak for the properties of another.
LISTS = (WORDS, ACCOUNT_WORDS, PUBLICATION_WORDS, CONSTITUENCY_WORDS, QUESTION_WORDS, SESSION_WORDS)
ALL: Mapping[str, str] = {name: said for each in LISTS for name, said in each.items()}


def words(place: str, name: str) -> str | None:
    """The description of a property of a schema, or of a parameter."""
    return ALL.get(f"{place}.{name}", ALL.get(name))
