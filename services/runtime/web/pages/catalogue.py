"""The form that takes a catalogue to be looked at: as a file or pasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import flask

from services.contracts.catalogue.candidate import Candidate
from services.design.phrases import Phrase
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import BYTE_ORDER_MARK, read_form

FILE: Final = "file"
TEXT: Final = "catalogue"
#: The most bytes of a catalogue, ten times those of a county's: a file and the text beside it fit into one request.
LARGEST: Final = 400_000
#: How many problems are listed; they come by line.
MOST_LISTED: Final = 200
LONGEST_LINE: Final = 100
LABELS: Final[Mapping[str, Phrase]] = {FILE: Phrase("File of the catalogue"), TEXT: Phrase("Text of the catalogue")}
KEPT: Final = KeptForm({TEXT: LABELS[TEXT]})
NOTHING: Final = Phrase("Please choose a file, or paste the text of one")
TOO_LARGE: Final = Phrase("A catalogue has at most %(bytes)s bytes").filled(bytes=LARGEST)
NO_TEXT: Final = Phrase("This file is no text in UTF-8")
ERRORS: Final = Phrase("There are %(number)s mistakes in it; they are listed below by line")


class Problematic(NamedTuple):
    """A mistake or a warning, with the line that it is on."""

    line: int
    text: str
    is_error: bool
    path: str
    reason: str


class Looked(NamedTuple):
    """What was given to be looked at: its text, what is wrong with the form, and the catalogue where there is any text."""

    text: str = ""
    mistakes: Mapping[str, Phrase] = {}
    candidate: Candidate | None = None

    @property
    def status(self) -> int:
        """That of the page."""
        return 422 if self.mistakes else 200

    @property
    def problems(self) -> Sequence[Problematic]:
        """The first of its mistakes and warnings."""
        candidate = self.candidate
        return [] if candidate is None else [
            Problematic(each.line, candidate.line(each.line)[:LONGEST_LINE], each.severity == "error", each.path, each.reason)
            for each in candidate.problems[:MOST_LISTED]
        ]  # fmt: skip

    @property
    def unlisted(self) -> int:
        """How many more of them there are."""
        return max(0, len(self.candidate.problems) - MOST_LISTED) if self.candidate else 0


def look_at() -> Looked:
    """What the form brought, examined; a file is taken rather than the text. Raises what `read_form` does."""
    read_form((), files=LARGEST)
    file, text = flask.request.files.get(FILE), flask.request.form.get(TEXT, "").replace("\r\n", "\n")
    if file and file.filename:
        raw = file.read(LARGEST + 1)
        if len(raw) > LARGEST:
            return Looked(text, {FILE: TOO_LARGE})
        try:
            taken = raw.removeprefix(BYTE_ORDER_MARK).decode().replace("\r\n", "\n")
        except UnicodeDecodeError:
            return Looked(text, {FILE: NO_TEXT})
        if not taken.strip():
            return Looked(text, {FILE: NOTHING})
        text = taken
    if not text.strip():
        return Looked(text, {TEXT: NOTHING})
    if len(text.encode(errors="replace")) > LARGEST:
        return Looked(text, {TEXT: TOO_LARGE})
    candidate = Candidate(text)
    wrong = {TEXT: ERRORS.filled(number=len(candidate.errors))} if candidate.errors else {}
    return Looked(text, wrong, candidate)
