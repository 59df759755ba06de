"""The pages for requests that no service answers. They need no request and no store, so that a gateway can keep them as files."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from services.contracts.people.navigation import navigation
from services.design.assets import ASSETS
from services.design.reader import LANGUAGES, Reader
from services.design.templates import SHARED
from services.runtime.web.pages.html import FIRST_PAGE, UNSAID, failure_of
from services.runtime.web.pages.readers import reader_by
from services.runtime.web.routes import API

#: What people can meet before a service is asked: too much at once, nobody there, no room, no answer in time.
STANDING: Final = (413, 502, 503, 504)
FOLDER: Final = "standing"
#: The assets on such a page.
SHOWN: Final = ("site.css", "logo.svg")
FOR_PROGRAMS: Final = (f"{API}/", "/fragments/")


def standing_page(status: int, reader: Reader, photos: bool | None = None) -> str:
    """The page for a status, as a whole document; `photos` says whether the form that was sent takes them, where that is known."""
    values = {
        **UNSAID, "failure": failure_of(status, photos), "request_id": "", "link": ("/", FIRST_PAGE), "path": "",
        "navigation": navigation(None),
        # The address that failed may be that of a form.
        "here": lambda **changed: f"/?{urlencode(changed)}",
    }  # fmt: skip
    return SHARED.render("error.html", reader, values)


def is_for_people(path: str, accept: str) -> bool:
    """Whether somebody looks at what is answered at a path, by what they accept."""
    return "text/html" in accept and not path.startswith(FOR_PROGRAMS)


def reader_of_head(languages: str, cookies: str) -> Reader:
    """The reader of a request that was not read any further."""
    try:
        kept = {name: each.value for name, each in SimpleCookie(cookies).items()}
    except CookieError:
        kept = {}
    return reader_by(kept, parse_accept_header(languages, LanguageAccept))


def keep_pages(folder: Path) -> None:
    """Write the pages and what they show into a folder of a gateway's. What those of an earlier version show stays there."""
    pages = {f"{FOLDER}/{lang}/{status}.html": standing_page(status, Reader(lang)) for lang in LANGUAGES for status in STANDING}
    written = {name: page.encode() for name, page in pages.items()}
    written |= {asset.address.removeprefix("/"): asset.content for asset in map(ASSETS.named, SHOWN)}
    for name, content in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
