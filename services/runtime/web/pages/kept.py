"""What was typed, when a form could not be taken: shown again with a button that sends it once more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import flask

from services.design.phrases import Phrase
from services.design.templates import SHARED
from services.runtime.web.access.sessions import is_foreign
from services.runtime.web.pages.html import error_page, failure_of, html
from services.runtime.web.requests import FORM, MULTIPART

#: More is not read again for a request that was refused (bytes); a browser's own Back still has it.
MOST_READ = 8_000_000
NOT_SIGNED_IN = 401


@dataclass(frozen=True, slots=True)
class KeptForm:
    """The page for an error of a form: its texts by what they are called; `hidden` are its codes, which are sent along. Names that
    are made for each row are said with an asterisk: `note-*`.

    Who has signed in again in the meantime sends it with the new session.
    """

    labels: Mapping[str, Phrase]
    hidden: Sequence[str] = ()
    photos: bool = False

    def __call__(self, status: int) -> flask.Response:
        """The page for an error: with the text, where one was sent. What another site made a browser send is not offered again."""
        given = self._given() if flask.request.method == "POST" else {}
        if not given:
            return error_page(status)
        labels = {name: self.labels[kind] for name in given if (kind := kind_of(name, self.labels))}
        typed = [(name, label, given[name]) for name, label in labels.items() if given[name]]
        silent = [(name, text) for name, text in given.items() if text and kind_of(name, self.hidden)]
        page = html(
            SHARED, "kept.html", status, failure=failure_of(status, flask.g.get("photos")), typed=typed, hidden=silent,
            photos=self.photos, session=flask.g.get("session"), signs_in=status == NOT_SIGNED_IN,
        )  # fmt: skip
        page.headers["Cache-Control"] = "no-store"
        return page

    def _given(self) -> Mapping[str, str]:
        request = flask.request
        if is_foreign(request.headers.get("Sec-Fetch-Site")):
            return {}
        if request.mimetype not in (FORM, MULTIPART) or (request.content_length or 0) > MOST_READ:
            return {}
        try:
            return request.form.to_dict()
        except Exception:
            # Whatever was wrong with it is told by the error itself.
            return {}


def kind_of(name: str, kinds: Iterable[str]) -> str | None:
    """Which of these a field is; None for none of them."""
    return next((kind for kind in kinds if fnmatchcase(name, kind)), None)
