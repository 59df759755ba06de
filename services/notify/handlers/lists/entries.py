"""Entries of lists: made, done and dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.contracts.errors import Invalid, NotFound
from services.notify.domain.lists.entries import Entry, EntryOrder
from services.notify.domain.lists.frozen import ListScope
from services.notify.domain.supervisions import check_future

if TYPE_CHECKING:
    from services.notify.store.lists.entries import ListStore


def make(store: ListStore, scope: ListScope, told: EntryOrder, by: str | None) -> Entry:
    """Put something on a list of a session, or of a station and a year. Raises `Invalid` that names the field."""
    if told.due is not None:
        check_future("due", told.due, store.now)
    if told.task is not None:
        _check_task(store, scope, told.task)
    about = (scope.session, scope.station, scope.year)
    entry = Entry(store.new_id(), told.list, told.text, store.now, *about, told.task, told.owner, told.due, by=by)
    store.save(entry, entry.as_made)
    return entry


def do(store: ListStore, name: str, result: str) -> Entry:
    """It is done, and this came of it. Raises `NotFound`, and `Conflict` when it has ended."""
    entry = store.entry(name)
    store.save(entry, entry.do(result, store.now))
    return entry


def drop(store: ListStore, name: str, reason: str) -> Entry:
    """It will not be done, for a reason. Raises as `do`."""
    entry = store.entry(name)
    entry.drop(reason, store.now)
    store.save(entry, None)
    return entry


def _check_task(store: ListStore, scope: ListScope, name: str) -> None:
    try:
        task = store.entry(name)
    except NotFound as error:
        raise Invalid("There is no such task.", {"task": ["the id of an entry of the list 'task'"]}) from error
    if task.list != "task" or ListScope(task.session, task.station, task.year) != scope:
        raise Invalid("This is no task of the same list.", {"task": ["an entry of the list 'task' of the same session or year"]})
