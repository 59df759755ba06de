"""Templates of a service together with the shell and the components that all services share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path
from types import CodeType
from typing import Any, Final
from weakref import WeakSet

from jinja2 import BytecodeCache, ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from services.contracts.words.bilingual import name_of
from services.design.assets import ASSETS
from services.design.phrases import Speech
from services.design.reader import LANGUAGES, Reader
from services.design.tables import labelled

_HERE: Final = Path(__file__).parent
#: All there are in this process: phrases of one folder stand on pages of another.
_MADE: Final[WeakSet[Templates]] = WeakSet()


class _Compiled(BytecodeCache):
    """What each file compiles to, whatever the language and whosever page it is part of."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._kept[bucket.key, bucket.checksum] = bucket.code


_COMPILED: Final = _Compiled()


class Templates:
    """The templates in `templates` of a folder, with the texts in its `catalogues`, in every language.

    Everything that they show is escaped, and nothing may be missing. Nothing is read before the first page.
    """

    def __init__(self, folder: Path, filters: Mapping[str, Callable[..., Any]] | None = None, **shared: object) -> None:
        self._folder, self._filters, self._shared = folder, filters or {}, shared
        _MADE.add(self)

    def render(self, name: str, reader: Reader, values: Mapping[str, object]) -> str:
        """A template as this reader reads it."""
        return self._environments[reader.lang].get_template(name).render(values, reader=reader)

    def say(self, value: object, reader: Reader) -> str:
        """A phrase or words as this reader reads them, for what is not made of a template."""
        return str(self._speeches[reader.lang].say(value))

    @cached_property
    def _speeches(self) -> Mapping[str, Speech]:
        folders = dict.fromkeys([_HERE / "catalogues", self._folder / "catalogues"])
        return {language: Speech(language, folders, partial(self._others, language)) for language in LANGUAGES}

    def _others(self, language: str) -> Iterator[Speech]:
        return (each._speeches[language] for each in list(_MADE) if each is not self)

    @cached_property
    def _environments(self) -> Mapping[str, Environment]:
        return {language: self._environment(language) for language in LANGUAGES}

    def _environment(self, language: str) -> Environment:
        speech = self._speeches[language]
        environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder / "templates") for folder in (self._folder, _HERE)]),
            extensions=["jinja2.ext.i18n"],
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=speech.say,
            bytecode_cache=_COMPILED,
        )
        environment.newstyle_gettext = True  # type: ignore[attr-defined]
        environment.globals.update(
            _=speech.gettext, gettext=speech.gettext, ngettext=speech.ngettext, pgettext=speech.pgettext,
            name_of=name_of, asset=ASSETS.address, **self._shared,
        )  # fmt: skip
        environment.filters.update({"labelled": labelled, "said": speech.say, **self._filters})
        return environment


#: The shell alone: for errors, and what else needs no text of a service.
SHARED: Final = Templates(_HERE)
