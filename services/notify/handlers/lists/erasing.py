"""Erasing what was written of a question: lists say no more of it than where it stands, those that were published among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from services.notify.domain.lists.cases import SessionCase
from services.notify.domain.lists.frozen import canonical, hash_of
from services.notify.domain.lists.published import ListErasure

if TYPE_CHECKING:
    from services.notify.store.lists.cases import SessionCaseStore
    from services.notify.store.lists.entries import ListStore


def erase(cases: SessionCaseStore, lists: ListStore, erased: Mapping[str, str]) -> None:
    """Put what `erased` has for an opinion in place of what was written of it, where it is a question of a session."""
    found = cases.load(erased)
    for case in found.values():
        _take_back(lists, case, erased[case.id])
        case.erase(erased[case.id])
    cases.save(found.values())


def _take_back(lists: ListStore, case: SessionCase, instead: str) -> None:
    """Withhold every published list that says it. In place of the newest of its kind comes one without it, as of the same instant,
    which has an id and a hash of its own in the ledger."""
    erasure = ListErasure.of(case, instead)
    published = lists.published(erasure.scopes)
    newest = {(frozen.scope, frozen.list): frozen.id for frozen in published}
    for frozen in published:
        rows = erasure.rows_without(frozen)
        if rows is None:
            continue
        lists.withhold(frozen)
        if newest[frozen.scope, frozen.list] == frozen.id:
            scope = frozen.scope_of
            document = canonical(scope, frozen.list, frozen.at, rows)
            lists.freeze(replace(frozen, id=lists.new_id(), hash=hash_of(document), document=document.decode()), scope)
