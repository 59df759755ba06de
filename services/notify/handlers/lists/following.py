"""Following the cases behind questions of sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from services.contracts.messages.sessions import QuestionAsked
from services.notify.domain.lists.cases import FOLLOWED, SessionCase

if TYPE_CHECKING:
    from services.contracts.envelope import Event
    from services.notify.store.lists.cases import SessionCaseStore


def follow(store: SessionCaseStore, events: Sequence[Event], zone: tzinfo) -> None:
    """Take over what a batch says of questions. Of all other opinions one look-up finds that there is nothing to do."""
    said = [event for event in events if type(event.data) in FOLLOWED or isinstance(event.data, QuestionAsked)]
    if not said:
        return
    known = store.load({event.subject for event in said})
    begins = store.begins({event.data.session for event in said if isinstance(event.data, QuestionAsked)})
    for event in said:
        if isinstance(event.data, QuestionAsked):
            year = begins.get(event.data.session, event.time).astimezone(zone).year
            known.setdefault(event.subject, SessionCase.of(event.subject, event.data, event.time, year))
        elif event.subject in known:
            known[event.subject].follow(event.data, event.sequence)
    store.save(known.values())
