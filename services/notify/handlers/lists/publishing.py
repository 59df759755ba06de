"""Making a list public: frozen as it stands, with its hash in the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from services.contracts.messages.sessions import ListName
from services.notify.domain.lists.frozen import FrozenList, ListScope, canonical, hash_of, same_rows

if TYPE_CHECKING:
    from services.notify.store.lists.entries import ListStore


def publish(store: ListStore, scope: ListScope, name: ListName, rows: Sequence[Mapping[str, object]], by: str | None) -> FrozenList:
    """Freeze the rows of a list as the public may read them; one that says what it said before is not published again."""
    document = canonical(scope, name, store.now, rows)
    before = store.last_frozen(scope, name)
    if before is not None and same_rows(before.document, document):
        return before
    frozen = FrozenList(store.new_id(), scope.key, name, store.now, hash_of(document), len(rows), document.decode(), by)
    store.freeze(frozen, scope)
    return frozen
