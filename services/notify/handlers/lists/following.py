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
    """Take over what a batch says of questions, in whatever order that comes. Of other opinions, nothing is looked up."""
    said = [event for event in events if event.session is not None and type(event.data) in FOLLOWED]
    if not said:
        return
    known = store.load({event.subject for event in said})
    begins = store.begins({event.data.session for event in said if isinstance(event.data, QuestionAsked)})
    for event in said:
        case = known.get(event.subject)
        if case is None:
            case = known[event.subject] = SessionCase.of(event.subject, str(event.session), event.time)
        if isinstance(event.data, QuestionAsked):
            case.ask(event.data, event.time, begins.get(event.data.session, event.time).astimezone(zone).year)
        else:
            case.follow(event.data, event.sequence)
    for opinion, instead in store.erased_among(known).items():
        known[opinion].erase(instead)
    store.save(known.values())
