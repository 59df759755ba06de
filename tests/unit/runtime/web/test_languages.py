"""In which language a problem is told."""

from __future__ import annotations

import flask
import pytest

from services.contracts.errors import STATUSES, Conflict, Refusal
from services.contracts.words.problems import PROBLEMS
from services.runtime.web.problems import failed


def told(error: Exception, asked: str) -> flask.Response:
    """The answer to a request with this Accept-Language."""
    with flask.Flask("demo").test_request_context("/trouble", headers={"Accept-Language": asked}):
        return failed(error)


@pytest.mark.parametrize("refusal", STATUSES, ids=lambda refusal: refusal.__name__)
@pytest.mark.parametrize("asked", ["zh", "zh-CN,zh;q=0.9,en;q=0.8", "fr, zh-Hans;q=0.5"])
def test_a_refusal_is_told_in_chinese_where_that_is_asked_for(refusal: type[Refusal], asked: str) -> None:
    response = told(refusal("Do something else.", {"field": ["reason"]}), asked)
    body, meaning = response.get_json(force=True), PROBLEMS[STATUSES[refusal].slug]
    assert body["title"] == meaning.title_zh
    assert body["detail"] == f"{meaning.advice_zh}（Do something else.）"
    assert body["errors"] == {"field": ["reason"]}
    assert (response.headers["Content-Language"], response.headers["Vary"]) == ("zh-CN", "Accept-Language")


@pytest.mark.parametrize("asked", ["", "en", "en-GB,zh;q=0.5", "fr", "*", "zh;q=0", ";;;,"])
def test_anybody_else_is_told_in_english(asked: str) -> None:
    response = told(Conflict("Allowed now: sign."), asked)
    assert response.get_json(force=True)["detail"] == "Allowed now: sign."
    assert response.headers["Content-Language"] == "en"


def test_what_nobody_expected_is_told_in_chinese_too() -> None:
    body = told(KeyError("secret"), "zh").get_json(force=True)
    assert (body["status"], body["title"]) == (500, PROBLEMS["internal"].title_zh)
