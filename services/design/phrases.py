"""Texts of the interface: written in English in the code, said in the language of the reader from a catalogue."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from markupsafe import Markup

from services.contracts.time.worktime import END_OF_DAY
from services.contracts.words.bilingual import Words
from services.design.reader import CHINESE, ENGLISH

#: The file in a folder of catalogues that has the Chinese; the English stands in the code.
CATALOGUE: Final = "zh.po"
LOCALES: Final[Mapping[str, str]] = {CHINESE: "zh_CN", ENGLISH: "en_GB"}
DAYS: Final[Mapping[str, str]] = {CHINESE: "y年M月d日", ENGLISH: "d MMMM y"}
MINUTES: Final[Mapping[str, str]] = {CHINESE: "y年M月d日 HH:mm", ENGLISH: "d MMMM y, HH:mm"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text of the interface by its English, which is its key in the catalogues; `values` fill its `%(name)s`."""

    english: str
    values: Mapping[str, object] = field(default_factory=dict)

    def filled(self, **values: object) -> Phrase:
        """With values in its places: text, numbers, instants, words or other phrases."""
        return Phrase(self.english, values)


class Speech:
    """Says things in one language."""

    def __init__(self, language: str, catalogues: Iterable[Path] = (), others: Callable[[], Iterable[Speech]] = tuple) -> None:
        self.language, self._others = language, others
        self._texts = NullTranslations()
        if language != ENGLISH:
            for folder in catalogues:
                self._texts = _merged(self._texts, _compiled(folder / CATALOGUE))

    def say(self, value: object) -> object:
        """What a page shows of a value: words and phrases in the reader's language, instants and days in its one format.

        A deadline that ends with its day is shown as the day.
        """
        if isinstance(value, Words):
            return value.zh if self.language == CHINESE else value.en
        if isinstance(value, Phrase):
            text = self._own(value.english) or self._elsewhere(value.english)
            return text % self._said(value.values) if value.values else text
        if isinstance(value, datetime):
            write, forms = (format_date, DAYS) if value.time() == END_OF_DAY else (format_datetime, MINUTES)
            return self._time(value.isoformat(timespec="seconds"), write, value, forms)
        if isinstance(value, date):
            return self._time(value.isoformat(), format_date, value, DAYS)
        return value

    def _own(self, english: str) -> str | None:
        text = self._texts.gettext(english)
        return None if text == english and self.language != ENGLISH else text

    def _elsewhere(self, english: str) -> str:
        """A phrase of another folder, such as the labels of a form on a page of errors: a text has the same Chinese everywhere."""
        return next((text for other in self._others() if (text := other._own(english))), english)

    # The texts of the catalogues may hold markup; what is put into them is escaped.
    def gettext(self, text: str, **values: object) -> Markup:
        """A text of a template, with its values escaped."""
        return Markup(self._texts.gettext(text)) % self._said(values)  # nosec B704

    def ngettext(self, one: str, many: str, num: int, **values: object) -> Markup:
        """The text of a template for a number of things."""
        return Markup(self._texts.ngettext(one, many, num)) % self._said({"num": num} | values)  # nosec B704

    def pgettext(self, context: str, text: str, **values: object) -> Markup:
        """A text of a template that is said otherwise elsewhere."""
        return Markup(self._texts.pgettext(context, text)) % self._said(values)  # nosec B704

    def _said(self, values: Mapping[str, object]) -> dict[str, object]:
        return {name: self.say(value) for name, value in values.items()}

    def _time(self, machine: str, write: Callable[..., str], value: date, forms: Mapping[str, str]) -> Markup:
        shown = write(value, forms[self.language], locale=LOCALES[self.language])
        return Markup('<time datetime="{}">{}</time>').format(machine, shown)


def _compiled(path: Path) -> Translations:
    """A catalogue as it is asked for texts. It is read at the first page, so there is no compiled copy to grow stale."""
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=LOCALES[CHINESE], abort_invalid=True))
    compiled.seek(0)
    return Translations(compiled)


def _merged(first: NullTranslations, second: Translations) -> NullTranslations:
    if isinstance(first, Translations):
        first.merge(second)
        return first
    return second
