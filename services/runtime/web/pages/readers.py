"""How the reader of a page wants it, by what the address says, what was chosen before, and what the browser prefers."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import flask
from werkzeug.datastructures import LanguageAccept

from services.contracts.words.bilingual import Words
from services.design.reader import CHINESE, CHOICES, Reader, reader_of

YEAR = 365 * 86_400
NOTHING: Mapping[str, str] = {}


def cookie_of(choice: str) -> str:
    """The cookie that keeps a choice."""
    return f"huiying_{choice}"


def this_reader() -> Reader:
    """The reader of this request."""
    request = flask.request
    asked = {name: value for name in CHOICES if (value := request.args.get(name, "")) in CHOICES[name]}
    return reader_by(request.cookies, request.accept_languages, asked)


def reader_by(cookies: Mapping[str, str], languages: LanguageAccept, asked: Mapping[str, str] = NOTHING) -> Reader:
    """The reader by what a browser keeps and likes; what an address asks for comes first."""
    kept = {name: cookies.get(cookie_of(name), "") for name in CHOICES}
    return reader_of({**kept, **asked}, (tag for tag, quality in languages if quality > 0))


def said(words: Words) -> str:
    """Words in the language of the reader of this request, where no template says them."""
    return words.zh if this_reader().lang == CHINESE else words.en


def here(**changed: str) -> str:
    """What the address of this page asks, with other choices; empty where it asks nothing."""
    request = flask.request
    asked = [(name, value) for name, value in request.args.items(multi=True) if name not in changed]
    said = urlencode([*asked, *changed.items()])
    return f"?{said}" if said else ""


def remember(response: flask.Response) -> flask.Response:
    """Keep the choices of this address with the browser; they tell nothing about a person, and no script reads them."""
    for name, values in CHOICES.items():
        if (asked := flask.request.args.get(name, "")) in values:
            response.set_cookie(cookie_of(name), asked, max_age=YEAR, httponly=True, samesite="Lax")
    return response
