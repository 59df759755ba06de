"""How readers of pages get their language and their display, and keep them; and the files that pages need."""

from __future__ import annotations

import gzip

import pytest

from services.design.assets import ASSETS, SOURCES
from services.runtime.store.migrate import ACCESS
from tests.unit.runtime.harness import WebHarness


@pytest.fixture
def client(sqlite_database, clock):
    harness = WebHarness(sqlite_database("access", ACCESS), clock)
    yield harness.app.test_client()
    harness.database.close()


def test_the_language_is_the_browser_s_until_another_is_chosen_and_then_that(client):
    first = client.get("/login", headers={"Accept-Language": "en"})
    assert (first.headers["Content-Language"], "Staff sign-in" in first.text) == ("en", True)
    assert {"Accept-Language", "Cookie"} <= set(first.vary)
    assert "Set-Cookie" not in first.headers
    chosen = client.get("/login?lang=zh&to=/agenda", headers={"Accept-Language": "en"})
    assert ("工作人员登录" in chosen.text, "Staff" in chosen.text) == (True, False)
    assert {"HttpOnly", "SameSite=Lax"} <= {part.strip() for part in chosen.headers["Set-Cookie"].split(";")}
    assert "工作人员登录" in client.get("/login", headers={"Accept-Language": "en"}).text


def test_the_switch_keeps_what_else_the_address_asks(client):
    page = client.get("/login?to=/agenda&lang=zh").text
    assert 'href="?to=%2Fagenda&amp;lang=en"' in page
    assert 'hreflang="en"' in page


def test_large_text_and_dark_are_kept_and_taken_back(client):
    page = client.get("/login?size=large&theme=dark").text
    assert '<html lang="zh-CN" data-size="large" data-theme="dark">' in page
    assert 'data-size="large" data-theme="dark"' in client.get("/login").text
    assert '<html lang="zh-CN">' in client.get("/login?size=normal&theme=auto").text


@pytest.mark.parametrize("query", ["?lang=xx", "?lang=%22%3E%3Cscript%3E", "?size=&theme=pink"])
def test_what_is_no_choice_is_neither_kept_nor_shown(client, query):
    answer = client.get(f"/login{query}")
    assert (answer.status_code, "Set-Cookie" in answer.headers, "<script" in answer.text) == (200, False, False)


def test_an_error_is_told_in_the_reader_s_language(client):
    assert "There is no such page" in client.get("/nowhere", headers={"Accept": "text/html", "Accept-Language": "en"}).text


@pytest.mark.parametrize("name", SOURCES)
def test_a_file_is_kept_for_good_under_the_name_of_its_bytes(client, name):
    answer = client.get(ASSETS.address(name))
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    zipped = client.get(ASSETS.address(name), headers={"Accept-Encoding": "gzip"})
    assert (zipped.headers["Content-Encoding"], zipped.content_type) == ("gzip", answer.content_type)
    assert gzip.decompress(zipped.data) == answer.data


def test_a_file_of_another_version_is_asked_for_again_next_time(client):
    answer = client.get("/assets/site.0123456789.css")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize("name", ["../pages.py", "%2e%2e/pages.py", "shell.html", "tokens.css", ""])
def test_no_other_file_is_served(client, name):
    assert client.get(f"/assets/{name}").status_code == 404
