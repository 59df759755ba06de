"""The five lists: what each has of the questions, the promises and the entries. Nobody fills them in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from services.contracts.lifecycle import State
from services.contracts.messages.sessions import EntryList, ListName
from services.contracts.messages.values import Outcome, Rating
from services.notify.domain.lists.cases import CasePromise, SessionCase
from services.notify.domain.lists.entries import Entry

LISTS: Final[tuple[ListName, ...]] = ("problem", "measure", "promise", "result", "work")
#: Which entries stand on which list; a task and its parts stand together.
ENTRIES: Final[Mapping[ListName, tuple[EntryList, ...]]] = {
    "problem": ("problem",), "measure": ("measure",), "promise": (), "result": (), "work": ("task", "work"),
}  # fmt: skip
#: What has to be done still, of which a measure speaks.
AHEAD: Final = frozenset({Outcome.IN_PROGRESS, Outcome.PLANNED})


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list: a question, a promise or an entry, which `id` names. No person stands in it.

    `about` is what may be said of the matter in public, None where nothing was written for that; its topic says it then. `what` is
    what was promised, and `state` that of the case, of the promise or of the entry.
    """

    of: Literal["question", "promise", "entry"]
    id: str
    session: str | None
    number: int | None
    about: str | None
    topic: str | None
    department: str | None
    who: str | None
    what: str | None
    state: str
    outcome: Outcome | None
    due: datetime | None
    overdue: bool
    on_time: bool | None
    rating: Rating | None
    round: int
    result: str | None = None
    task: str | None = None
    opinion: str | None = None


def rows_of(name: ListName, cases: Iterable[SessionCase], entries: Iterable[Entry], now: datetime) -> list[Row]:
    """The rows of a list as they stand: what was asked in the order of the numbers, then what was entered."""
    kinds = ENTRIES[name]
    asked = [row for case in cases for row in _of_case(name, case, now)]
    return [*asked, *(_of_entry(each, now) for each in in_tasks([each for each in entries if each.list in kinds]))]


def in_tasks(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Entries in the order in which they were made, those of a task behind it."""
    parts: dict[str, list[Entry]] = {}
    here = {each.id for each in entries}
    for each in entries:
        if each.task in here:
            parts.setdefault(str(each.task), []).append(each)
    for each in entries:
        if each.task not in here:
            yield each
            yield from parts.get(each.id, ())


def is_open(row: Row) -> bool:
    """Whether something is still to be done: about a promise, an entry, or a question whose case is done again."""
    is_again = row.of == "question" and row.round > 1 and State(row.state).is_with_department
    return row.state == "open" or is_again


def _of_case(name: ListName, case: SessionCase, now: datetime) -> Iterator[Row]:
    promises = case.promises_at(now)
    if name == "promise":
        yield from (_promised(case, each, now) for each in promises)
    elif name == "problem" or (name == "result" and case.outcome) or (name == "measure" and case.outcome in AHEAD):
        yield _asked(case, promises, now)


def _asked(case: SessionCase, promises: Sequence[CasePromise], now: datetime) -> Row:
    overdue = case.state.is_with_department and case.due is not None and case.due < now
    return Row(
        "question", case.id, case.session, case.number, case.summary, case.topic, case.department, None,
        "；".join(each.what for each in promises) or None, case.state, case.outcome, case.due, overdue, case.on_time, case.rating,
        case.round, opinion=case.id,
    )  # fmt: skip


def _promised(case: SessionCase, promise: CasePromise, now: datetime) -> Row:
    overdue = promise.state == "broken" or (promise.state == "open" and promise.due < now)
    return Row(
        "promise", promise.id, case.session, case.number, case.summary, case.topic, promise.department, promise.who, promise.what,
        promise.state, case.outcome, promise.due, overdue, promise.on_time, case.rating, case.round, opinion=case.id,
    )  # fmt: skip


def _of_entry(entry: Entry, now: datetime) -> Row:
    return Row(
        "entry", entry.id, entry.session, None, entry.text, None, None, entry.owner, None, entry.state, None, entry.due,
        entry.is_overdue(now), entry.on_time, None, 1, entry.result, entry.task,
    )  # fmt: skip
