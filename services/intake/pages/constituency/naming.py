"""Several entries in one field of a form, by what a person types for them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from services.contracts.catalogue.model import Catalogue
from services.contracts.words.bilingual import Words, name_of

_BETWEEN = re.compile("[,，、;；\n]")
JOINED = "、"


class EntryNames:
    """Entries by code and by name: a name will do where one entry alone has it. `entries` are codes with all their names."""

    def __init__(self, entries: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        found = {code: tuple(dict.fromkeys(names)) for code, names in entries}
        bearers = Counter(name for names in found.values() for name in names)
        self._codes = {name: code for code, names in found.items() for name in names if bearers[name] == 1}
        self._codes |= {code: code for code in found}
        self._shown = {code: next((name for name in names if self._codes.get(name) == code), code) for code, names in found.items()}

    def codes(self, text: str) -> list[str]:
        """The codes of what is named in a text, each once; a word that names nothing stays as it is."""
        return list(dict.fromkeys(self._codes.get(word, word) for word in _words(text)))

    def unknown(self, text: str) -> list[str]:
        """The words of a text that name nothing."""
        return [word for word in _words(text) if word not in self._codes]

    def text(self, codes: Iterable[str]) -> str:
        """A text that names these."""
        return JOINED.join(self._shown.get(code, code) for code in codes)


def _words(text: str) -> list[str]:
    return [word for part in _BETWEEN.split(text) if (word := part.strip())]


def catalogue_names(catalogue: Catalogue) -> dict[str, EntryNames]:
    """What can be named of the catalogue, by the field of the registers that names it."""
    stations = ((each.code, (each.name,)) for each in catalogue.stations.values())
    areas, topics = ([(each.code, _both(name_of(each))) for each in part.values()] for part in (catalogue.areas, catalogue.topics))
    return {"areas": EntryNames(areas), "stations": EntryNames(stations), "topics": EntryNames(topics)}


def _both(words: Words) -> tuple[str, ...]:
    return words.zh, words.en
