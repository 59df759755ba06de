"""Texts and links of the account page."""

from __future__ import annotations

from collections.abc import Sequence

from services.contracts.callers import Caller, Role
from services.contracts.vocabulary import CALLERS
from services.contracts.words import Words
from services.runtime.web.account import AccountPages

LINKS: Sequence[tuple[str, Words]] = (
    ("/agenda", Words("督办事项", "Under supervision")),
    ("/statistics", Words("看公示", "Statistics")),
    ("/", Words("首页", "First page")),
)
HINT = Words("提意见、查进度不用登录。", "Nobody has to sign in to submit or to follow an opinion.")


def facts_of(caller: Caller) -> Sequence[tuple[Words, Words | str]]:
    """The role, and the department of a caller who acts for one."""
    facts: list[tuple[Words, Words | str]] = [(Words("身份", "Role"), CALLERS[caller.role or Role.ADMIN])]
    if caller.department:
        facts.append((Words("单位", "Department"), caller.department))
    return facts


routes = AccountPages(facts_of, LINKS, HINT).routes()
