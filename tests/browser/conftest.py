"""A real browser against the application on a loopback port. Without Chromium: fails where CI=true, skips elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.conftest import absent
from tests.visitors import MIGRATIONS, Visit

#: The first of them that is there. The one without windows shows a page for half of what the other takes.
CHROMIUM = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    # A process for each page costs more than the page, and nobody here has to be kept from anybody.
    "--renderer-process-limit=1", "--in-process-gpu", "--disable-site-isolation-trials", "--disable-extensions",
]  # fmt: skip
#: How long a page may take on a machine that is busy with other things.
SECONDS = 60
expect.set_options(timeout=SECONDS * 1000)
#: What a browser may say: that it dropped a picture because the visitor went on, and that a page is an error's.
EXPECTED, EXPECTED_STATUS = "net::ERR_ABORTED", "server responded with a status of 4"
#: How people come: the option sets of a browser context.
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}


class Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        pass


@contextmanager
def serving(app: WSGIApplication) -> Iterator[str]:
    """An application on a port of its own; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join(SECONDS)
        server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next((path for path in CHROMIUM if path.exists()), None)
    if found is None:
        absent(f"no browser at {CHROMIUM[0]}: apt-get install chromium-headless-shell fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(sqlite_database, clock):
    return Visit(sqlite_database("intake", MIGRATIONS), clock)


@pytest.fixture
def address(visit: Visit) -> Iterator[str]:
    """Where the application answers."""
    with serving(visit.app) as url:
        yield url


@pytest.fixture
def come(browser: Browser, address: str) -> Iterator[Any]:
    """Opens a page as a visitor with the options of a browser context; whatever the browser complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def come(**options: Any) -> Page:
        context = browser.new_context(base_url=address, **{"locale": "zh-CN", **options})
        context.set_default_timeout(SECONDS * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("requestfailed", lambda request: complaints.append(f"{request.url} {request.failure}"))
        page.on("request", lambda request: None if request.url.startswith(address) else complaints.append(request.url))
        return page

    yield come
    for context in contexts:
        context.close()
    assert [text for text in complaints if not text.endswith(EXPECTED) and EXPECTED_STATUS not in text] == []
