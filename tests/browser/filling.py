"""The forms of a page, filled in by somebody who means no good."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

from services.runtime.web.access.sessions import cookie_name
from tests.browser.conftest import SECONDS
from tests.browser.viewing import ACCOUNTS, Shown

#: Ends attributes and elements, opens one, and speaks to templates and to what puts pages together. Short enough for most fields.
HOSTILE = "\"'></textarea><i hostile>{{7*7}}<!--# -->"
#: What a page that shows it must not have.
RAW = ("<i hostile>", "<!--#")
_NOT_TYPED = ("hidden", "checkbox", "radio", "submit", "button", "file")


@dataclass
class Form:
    """A form: where it goes, what it sends as it stands, and the fields that a person types into."""

    action: str
    method: str
    sends: list[tuple[str, str]] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)

    def filled(self) -> list[tuple[str, str]]:
        """What it sends with hostile text in every field that is typed into."""
        return [*((name, value) for name, value in self.sends if name not in self.typed), *((name, HOSTILE) for name in self.typed)]


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.forms, self.select = page, list[Form](), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(urljoin(self.page, has.get("action", "")), has.get("method", "get")))
        elif self.forms:
            self._field(self.forms[-1], tag, has)

    def _field(self, form: Form, tag: str, has: dict[str, str]) -> None:
        name, kind = has.get("name", ""), has.get("type", "text")
        if tag == "select":
            self.select = name
        elif tag == "option" and "selected" in has:
            form.sends.append((self.select, has.get("value", "")))
        elif not name:
            return
        elif tag == "textarea" or (tag == "input" and kind not in _NOT_TYPED):
            form.typed.append(name)
        elif tag == "input" and (kind == "hidden" or "checked" in has):
            form.sends.append((name, has.get("value", "")))


def forms_of(page: str, text: str) -> list[Form]:
    """The forms of a page that something is typed into."""
    reader = _Reader(page)
    reader.feed(text)
    return [form for form in reader.forms if form.typed]


def come(
    visitor: requests.Session, site: Callable[[str], str], shown: Shown, names: Mapping[str, str], form: Form | None = None
) -> requests.Response:
    """Ask for a page as who looks at it, or send a form of it with hostile text in every field."""
    session = names.get(shown.who or "") if shown.who in ACCOUNTS else None
    headers = {"Accept": "text/html", "Accept-Language": "zh-CN"}
    headers |= {"Authorization": f"Bearer {shown.who}"} if shown.who and not session else {}
    visitor.cookies.clear()
    cookies = {cookie_name(False): session} if session else {}
    address = site(shown.path) + (form.action if form else shown.path)
    if form and form.method == "post":
        return visitor.post(address, form.filled(), headers=headers, cookies=cookies, timeout=SECONDS)
    return visitor.get(address, params=form.filled() if form else [], headers=headers, cookies=cookies, timeout=SECONDS)


@dataclass
class Filled:
    """The fields that were filled in, the forms whose answer broke or had the text as markup, and how many answers showed it."""

    fields: set[str] = field(default_factory=set)
    bad: set[str] = field(default_factory=set)
    shown: int = 0


def filled_in(names: Mapping[str, str], site: Callable[[str], str], pages: Iterable[Shown]) -> Filled:
    """Send each form of each page with hostile text in all fields; all are read before the first of them is sent."""
    found, different = Filled(), {(each.path.partition("?")[0], each.who): each.of(names) for each in pages}
    with requests.Session() as visitor:
        read = [(each, form) for each in different.values() for form in forms_of(each.path, come(visitor, site, each, names).text)]
        for shown, form in read:
            answer = come(visitor, site, shown, names, form)
            if answer.status_code >= 500 or any(raw in answer.text for raw in RAW):
                found.bad.add(f"{form.action} {answer.status_code}")
            found.fields |= {f"{form.action} {name}" for name in form.typed}
            found.shown += "&lt;i hostile&gt;" in answer.text
    return found
