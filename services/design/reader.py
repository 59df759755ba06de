"""How somebody reads pages: the language, the size of the text, light or dark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

CHINESE: Final = "zh"
ENGLISH: Final = "en"
LANGUAGES: Final = (CHINESE, ENGLISH)
#: What a reader may choose, by the name of the choice in an address; the first is what holds without a choice.
CHOICES: Final[Mapping[str, Sequence[str]]] = {"lang": LANGUAGES, "size": ("normal", "large"), "theme": ("auto", "light", "dark")}
#: As the `lang` of a page says it.
TAGS: Final[Mapping[str, str]] = {CHINESE: "zh-CN", ENGLISH: "en"}


class Reader(NamedTuple):
    """What one reader has chosen."""

    lang: str = CHINESE
    size: str = "normal"
    theme: str = "auto"

    @property
    def tag(self) -> str:
        """The language as HTML and HTTP name it."""
        return TAGS[self.lang]


def reader_of(chosen: Mapping[str, str], preferred: Iterable[str]) -> Reader:
    """The reader who has made these choices; without one of a language, the first that the browser names and there is."""
    known = {name: value for name, value in chosen.items() if value in CHOICES.get(name, ())}
    liked = (tag.split("-")[0].lower() for tag in preferred)
    return Reader(**{"lang": next((tag for tag in liked if tag in LANGUAGES), CHINESE)} | known)
