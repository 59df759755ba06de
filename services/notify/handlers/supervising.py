"""督政议事会: supervisions go on the agenda of a meeting, and what they come to is recorded once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.messages.supervision import SupervisionResolved, SupervisionScheduled
from services.contracts.messages.values import Promise

if TYPE_CHECKING:
    from services.notify.store import SupervisionStore

Row = Mapping[str, Any]
RESULTS = ("summons", "promise", "criticism", "closed")


def call_meeting(store: SupervisionStore, title: str, at: datetime, chosen: Sequence[str] | None, by: str | None) -> Row:
    """Call a meeting about the supervisions `chosen`, or about all that are open.

    Raises `Invalid`, and `Conflict` when there is nothing to be on its agenda.
    """
    _check_future("at", at, store.now)
    found = store.take_open() if chosen is None else _take_chosen(store, chosen)
    if not found:
        raise Conflict(
            "A meeting needs something on its agenda, and no supervision is open: name those of another meeting, or wait."
        )
    meeting = store.call_meeting(title, at, by)
    _put_on_agenda(store, found, meeting)
    return meeting


def schedule(store: SupervisionStore, supervision: str, meeting_id: str) -> Row:
    """Put one supervision on the agenda of a meeting, also when another had it. Raises `NotFound`, `Invalid`, `Conflict`."""
    row = _unresolved(store.take([supervision]).get(supervision))
    meeting = store.meeting(meeting_id)
    if meeting is None:
        raise Invalid("There is no such meeting.", {"meeting": ["take an id from GET /meetings"]})
    if store.is_on_agenda(supervision, meeting_id):
        raise Conflict("The supervision is on the agenda of this meeting already.")
    _put_on_agenda(store, [row], meeting)
    return {**row, "state": "scheduled", "meeting": meeting_id}


def resolve(store: SupervisionStore, supervision: str, result: str, note: str, promise: Promise | None, by: str | None) -> Row:
    """Record what a supervision came to. Raises `NotFound`, `Invalid`, and `Conflict` when that was done before."""
    row = _unresolved(store.take([supervision]).get(supervision))
    if (result == "promise") != (promise is not None):
        raise Invalid(
            "A promise comes with the result 'promise', and with no other.", {"promise": ["what, due and who, or nothing"]}
        )
    if promise is not None:
        _check_future("promise.due", promise.due, store.now)
    store.resolve(supervision, result, note, promise, by)
    about = (row["assignment"], row["department"], supervision)
    store.publish(row["opinion"], SupervisionResolved(*about, _result(result), note, row["meeting"], promise))
    facts = (promise.what, promise.due, promise.who) if promise else (None, None, None)
    told = dict(zip(("promise", "promise_due", "promise_who"), facts, strict=True))
    return {**row, "state": "resolved", "result": result, "note": note, "resolved": store.now, **told}


def _take_chosen(store: SupervisionStore, chosen: Sequence[str]) -> list[Row]:
    found, wrong = store.take(chosen), {}
    for place, each in enumerate(chosen):
        if each not in found:
            wrong[f"supervisions.{place}"] = ["there is no such supervision"]
        elif found[each]["state"] == "resolved":
            wrong[f"supervisions.{place}"] = ["it is resolved already"]
        elif each in chosen[:place]:
            wrong[f"supervisions.{place}"] = ["it stands here twice"]
    if wrong:
        raise Invalid("Some of the supervisions cannot be dealt with.", wrong)
    return [found[each] for each in chosen]


def _put_on_agenda(store: SupervisionStore, rows: Sequence[Row], meeting: Row) -> None:
    store.schedule([row["id"] for row in rows], meeting["id"])
    for row in rows:
        about = (row["assignment"], row["department"], row["id"])
        store.publish(row["opinion"], SupervisionScheduled(*about, meeting["id"], meeting["title"], meeting["at"]))


def _unresolved(row: Row | None) -> Row:
    if row is None:
        raise NotFound("There is no such supervision.")
    if row["state"] == "resolved":
        raise Conflict(f"The supervision is resolved: {row['result']}. A result is recorded once.")
    return row


def _check_future(field: str, at: datetime, now: datetime) -> None:
    if at <= now:
        raise Invalid("This has to lie in the future.", {field: [f"after {now.isoformat(timespec='seconds')}"]})


def _result(result: str) -> Any:
    return next(each for each in RESULTS if each == result)
