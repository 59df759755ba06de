"""Who is signed in, on the account page."""

from __future__ import annotations

from collections.abc import Sequence

from services.contracts.callers import Caller, Role
from services.contracts.vocabulary import CALLERS
from services.design.phrases import Phrase
from services.intake.pages.paper import TEMPLATES
from services.runtime.web.account import AccountPages, Fact

HINT = Phrase("You do not need to sign in to submit or to follow up an opinion.")


def facts_of(caller: Caller) -> Sequence[Fact]:
    """The role, and the department of a caller who acts for one."""
    facts: list[Fact] = [(Phrase("Role"), CALLERS[caller.role or Role.ADMIN])]
    if caller.department:
        facts.append((Phrase("Your department"), caller.department))
    return facts


routes = AccountPages(TEMPLATES, facts_of, HINT).routes()
