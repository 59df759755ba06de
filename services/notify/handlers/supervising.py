"""督政议事会: supervisions go on the agenda of a meeting, and what they come to is recorded once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from services.contracts.errors import Conflict, Invalid
from services.notify.domain.supervisions import check_future, chosen_for_meeting, known_supervision

if TYPE_CHECKING:
    from services.contracts.messages.values import Promise
    from services.notify.domain.ladder import Deadline
    from services.notify.domain.supervisions import Meeting, Supervision, SupervisionResult
    from services.notify.store.supervision.supervisions import SupervisionStore


def raise_supervision(store: SupervisionStore, deadline: Deadline, rung: str) -> str:
    """Open a supervision, or raise the one that is open for this deadline to another rung; returns its id."""
    supervision = store.load_for(deadline, rung)
    supervision.raise_to(deadline, rung)
    store.save([supervision])
    return supervision.id


def call_meeting(store: SupervisionStore, title: str, at: datetime, chosen: Sequence[str] | None, by: str | None) -> Meeting:
    """Call a meeting about the supervisions `chosen`, or about all that are open.

    Raises `Invalid`, and `Conflict` when there is nothing to be on its agenda.
    """
    check_future("at", at, store.now)
    found = store.load_open() if chosen is None else chosen_for_meeting(store.load(chosen), chosen)
    if not found:
        raise Conflict(
            "A meeting needs something on its agenda, and no supervision is open: name those of another meeting, or wait."
        )
    meeting = store.new_meeting(title, at, by)
    for supervision in found:
        meeting.take(supervision)
    store.save(found, meeting)
    return meeting


def schedule(store: SupervisionStore, supervision_id: str, meeting_id: str) -> Supervision:
    """Put one supervision on the agenda of a meeting, also when another had it. Raises `NotFound`, `Invalid`, `Conflict`."""
    supervision = known_supervision(store.load([supervision_id]).get(supervision_id))
    supervision.check_unresolved()
    meeting = store.meeting(meeting_id)
    if meeting is None:
        raise Invalid("There is no such meeting.", {"meeting": ["take an id from GET /meetings"]})
    meeting.take(supervision)
    store.save([supervision], meeting)
    return supervision


def resolve(
    store: SupervisionStore, supervision_id: str, result: SupervisionResult, note: str, promise: Promise | None, by: str | None
) -> Supervision:
    """Record the result of a supervision. Raises `NotFound`, `Invalid`, and `Conflict` when that was done before."""
    supervision = known_supervision(store.load([supervision_id]).get(supervision_id))
    supervision.resolve(result, note, promise, by, store.now)
    store.save([supervision])
    return supervision
