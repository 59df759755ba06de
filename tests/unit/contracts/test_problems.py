from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.contracts.errors import STATUSES
from services.contracts.words.problems import PROBLEMS, meaning_of
from services.runtime.web.serving.refusing import TITLES

ROOT = Path(__file__).parents[3]
GATEWAY = (ROOT / "deploy/gateway/problems.conf").read_text()
TITLED = {status.slug: status.title for status in STATUSES.values()} | dict(TITLES.values())
TITLED |= {slug: title for slug, title in re.findall(' en".*"/problems/(.+?)","title":"(.+?)"', GATEWAY) if slug in PROBLEMS}


def test_every_type_of_problem_has_a_meaning_under_the_same_title() -> None:
    assert {slug: meaning.title for slug, meaning in PROBLEMS.items()} == TITLED


def test_the_description_of_the_api_lists_every_type() -> None:
    listed = set(re.findall("`/problems/([a-z-]+|http-[{]status[}])`", (ROOT / "docs/api.md").read_text()))
    assert {*PROBLEMS, "http-{status}"} <= listed


@pytest.mark.parametrize("slug", sorted(PROBLEMS))
def test_a_meaning_is_in_both_languages(slug: str) -> None:
    meaning = PROBLEMS[slug]
    assert all(re.search("[\u4e00-\u9fff]", text) for text in (meaning.title_zh, meaning.advice_zh))
    assert not any(re.search("[\u4e00-\u9fff]", text) for text in (meaning.title, meaning.advice))
    assert meaning.advice_zh.endswith("。")
    assert meaning.advice.endswith(".")


def test_what_http_itself_refuses_has_a_meaning_too() -> None:
    found = meaning_of("http-405")
    assert found is not None
    assert "Method Not Allowed" in found.title


@pytest.mark.parametrize("slug", ["", "nothing", "http-200", "http-499", "http-", "http-405x", "../login", "http-４０５"])
def test_there_is_no_other(slug: str) -> None:
    assert meaning_of(slug) is None
