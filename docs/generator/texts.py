"""The catalogues of the pages' texts: what the templates and tables say in English, with the Chinese that is kept for it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from docs.generator.product import ROOT
from services.design.phrases import CATALOGUE

#: The folders whose texts each folder of catalogues has.
OWNERS: Mapping[str, Sequence[str]] = {
    "services/design": ("services/design", "services/runtime"),
    "services/accounts": ("services/accounts",),
    "services/intake": ("services/intake",),
    "services/routing": ("services/routing",),
    "services/notify": ("services/notify",),
    "services/metrics": ("services/metrics",),
}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "Phrase": (1,)}
LOCALE = "zh_CN"


def path_of(owner: str) -> Path:
    """The catalogue of a folder."""
    return ROOT / owner / "catalogues" / CATALOGUE


def _files(owner: str) -> Iterator[tuple[Path, str]]:
    for folder in OWNERS[owner]:
        yield from ((path, "python") for path in sorted((ROOT / folder).rglob("*.py")))
        yield from ((path, "jinja2") for path in sorted((ROOT / folder).rglob("templates/**/*.html")))


def found(owner: str) -> Catalog:
    """Every text of the code of an owner, without translations."""
    catalogue = Catalog(locale=LOCALE, fuzzy=False)
    for path, method in _files(owner):
        options = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"} if method == "jinja2" else None
        for _, text, _, context in extract_from_file(method, path, KEYWORDS, (), options):
            catalogue.add(text, context=context)
    return catalogue


def kept(owner: str) -> Catalog:
    """The catalogue as it is."""
    path = path_of(owner)
    if not path.exists():
        return Catalog(locale=LOCALE, fuzzy=False)
    with path.open("rb") as source:
        return read_po(source, locale=LOCALE, abort_invalid=True)


def catalogue(owner: str) -> str:
    """The catalogue as it should be: every text of the code in the order of the alphabet, with the Chinese that is kept for it."""
    known, wanted = kept(owner), found(owner)
    for message in wanted:
        old = known.get(message.id, message.context) if message.id else None
        if old is not None:
            message.string = old.string
    written = io.BytesIO()
    write_po(written, wanted, no_location=True, omit_header=True, sort_output=True, width=120)
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    return header + written.getvalue().decode().strip() + "\n"


def untranslated(owner: str) -> list[Message]:
    """The texts of a catalogue that have no Chinese yet."""
    return [message for message in kept(owner) if message.id and not all(_strings(message))]


def _strings(message: Message) -> Sequence[str]:
    return (message.string,) if isinstance(message.string, str) else (message.string or ("",))
