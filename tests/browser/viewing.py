"""Who looks at a page and how: ways of looking, what is looked at, and a tab that goes from page to page."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from playwright.sync_api import Browser, Page, Response

from services.runtime.web.access.sessions import cookie_name
from tests.browser.conftest import SECONDS
from tests.browser.looking import Eyes

#: Who has an account: with a password, by single sign-on alone, and as a deputy.
SOMEBODY, SIGNED_ON, A_DEPUTY = ACCOUNTS = "somebody", "signed_on", "a_deputy"


@dataclass(frozen=True)
class Look:
    """One way of looking at a page."""

    name: str
    options: Mapping[str, Any]
    chosen: str = ""


@dataclass(frozen=True)
class Shown:
    """A page: where it is, who looks at it (a role, or who has an account), and what is done there first."""

    path: str
    who: str | None = None
    does: Callable[[Page], None] | None = None
    status: int = 200

    def of(self, names: Mapping[str, str]) -> Shown:
        """With what stands for the names in it."""
        return replace(self, path=self.path.format_map(names), who=self.who and self.who.format_map(names))


def quickest(act: Callable[[], object], enough: float, tries: int = 5) -> float:
    """The seconds of the processor that something takes in this process: the least of some tries, until they are `enough`."""
    least = math.inf
    for _ in range(tries):
        began = time.process_time()
        act()
        least = min(least, time.process_time() - began)
        if least <= enough:
            break
    return least


class Viewer:
    """A tab of one look, which goes from page to page as if it came to each for the first time."""

    def __init__(self, browser: Browser, look: Look) -> None:
        self.look, self._context = look, browser.new_context(**look.options)
        self._context.set_default_timeout(SECONDS * 1000)
        self.page = self._context.new_page()
        self.eyes = Eyes(self.page)
        # Pages are weighed with all that they need.
        self._context.new_cdp_session(self.page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.complaints: list[str] = []
        self._weights: list[int] = []
        self._has_parts = False
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None)
        self.page.on("response", self._weigh)

    def come(self, address: str, shown: Shown, sessions: Mapping[str, str]) -> None:
        """Open a page as who looks at it, who has an account by their session, and do there what is done first."""
        self._context.clear_cookies()
        session = sessions.get(shown.who) if shown.who in ACCOUNTS else None
        self.page.set_extra_http_headers({"Authorization": f"Bearer {shown.who}"} if shown.who and not session else {})
        if session:
            self._context.add_cookies([{"name": cookie_name(False), "value": session, "url": address}])
        self.complaints.clear()
        self._weights.clear()
        self._has_parts = False
        answer = self.page.goto(address + (("&" if "?" in address else "?") + self.look.chosen if self.look.chosen else ""))
        assert answer is not None
        assert answer.status == shown.status, (address, answer.status)
        if shown.does:
            self._weights.clear()
            self._has_parts = True
            with self.page.expect_navigation():
                shown.does(self.page)

    def weight(self) -> int:
        """The bytes of the page that is shown; styles and scripts do not count again once something was done there.

        What scripts have sent for it first does.
        """
        return sum(self._weights)

    def _weigh(self, response: Response) -> None:
        if not self._has_parts or response.request.resource_type in ("document", "fetch"):
            self._weights.append(int(response.headers.get("content-length", 0)))

    def close(self) -> None:
        """Close the tab."""
        self._context.close()
