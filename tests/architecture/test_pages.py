"""No page needs a style or a script of its own: what the policy of the headers forbids is in no template."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generator.product import ROOT, page_routes
from services.contracts.fragments import COMPOSED
from services.contracts.people.lists import LISTS
from services.design.reader import CHINESE, Reader
from services.design.templates import SHARED
from services.intake.pages.office.narrowing import CASES
from services.intake.pages.similarity.choosing import QUEUE
from services.routing.pages.desk.filters import LIST as DESK
from services.runtime.web.application import SECURITY_HEADERS
from services.runtime.web.pages.html import PAGE_HEADERS, SCRIPTED
from services.runtime.web.pages.kept import KeptForm

TEMPLATES = sorted((ROOT / "services").rglob("templates/**/*.html"))
FORBIDDEN = {
    "a script that is no asset": r"<script\b(?! src=\"\{\{ asset\(script\) \}\}\" defer></script>)",
    "a script in an attribute": r"\s(?:data-)?hx-(?:on|live)\b|=\s*[\"']js:",
    "a style of its own": r"<style\b|\sstyle\s*=",
    "an event handler": r"\son[a-z]+\s*=\s*[\"']",
    "a script as an address": r"javascript:",
    "something from another site": r"\b(?:src|action|poster)\s*=\s*[\"'](?:https?:)?//|<link[^>]*\shref\s*=\s*[\"'](?:https?:)?//",
}


def test_the_templates_are_found() -> None:
    assert len(TEMPLATES) > 5


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_a_template_has_nothing_that_the_policy_forbids(path: Path) -> None:
    text = path.read_text()
    assert [name for name, pattern in FORBIDDEN.items() if re.search(pattern, text, re.IGNORECASE)] == []


def test_the_checks_find_what_they_look_for() -> None:
    calls = ("<script>x()</script>", "<b hx-on:click='x()'>", "<a onclick='x()'>", '<a href="javascript:x()">')
    looks = ("<b style='color:red'>", "<style>b {}</style>", '<img src="//cdn.example/x">', '<link href="https://cdn.example/x">')
    planted = (*calls, *looks)
    for text in planted:
        assert any(re.search(pattern, text) for pattern in FORBIDDEN.values()), text


@pytest.mark.parametrize(
    "headers", [PAGE_HEADERS, PAGE_HEADERS | SCRIPTED, SECURITY_HEADERS], ids=["pages", "pages with scripts", "everything else"]
)
def test_the_policy_allows_no_inline_script_and_no_inline_style(headers: dict[str, str]) -> None:
    policy = headers["Content-Security-Policy"]
    assert not re.search("unsafe-|https?:|\\*", policy)
    assert {"frame-ancestors 'none'", "base-uri 'none'"} <= set(policy.split("; "))


def test_a_form_is_posted_to_a_page() -> None:
    pages = {(route.method, re.sub("<[^>]+>", "", route.path)) for _, route in page_routes()}
    for path in TEMPLATES:
        for form in re.findall(r"<form[^>]*>", path.read_text()):
            action = re.search(r'action="(/[a-z/]*)"', form)
            method = "POST" if 'method="post"' in form else "GET"
            assert action is None or (method, action[1]) in pages, f"{path.name}: {form}"


def test_a_text_that_is_kept_after_an_error_has_its_label_in_chinese() -> None:
    kept = [route.page for _, route in page_routes() if isinstance(route.page, KeptForm)]
    labels = {label.english: label for each in kept for label in each.labels.values()}
    assert len(labels) > 50
    assert [english for english, label in labels.items() if SHARED.say(label, Reader(CHINESE)) == english] == []


def test_what_people_save_of_a_list_is_what_its_addresses_are_narrowed_by() -> None:
    assert dict(LISTS) == {each.path: each.filters for each in (CASES, DESK, QUEUE)}, "in contracts/people/lists.py"
    asked = {route.path: route.query for _, route in page_routes() if route.method == "GET"}
    for path, names in LISTS.items():
        query = asked[path]
        assert query is not None
        assert set(names) <= set(query().fields)
        assert re.match(COMPOSED, path)
