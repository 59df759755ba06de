"""What those who took an opinion up hear of it: that it was assigned, answered, promised something; and that they are late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from services.contracts.envelope import Event
from services.contracts.messages.assignments import AssignmentCreated, AssignmentReopened, AssignmentReplied
from services.contracts.messages.duties import AboutEntrusted, ReminderGiven
from services.contracts.messages.supervision import PromiseMade
from services.contracts.people.duties import CareState
from services.intake.domain.actors import LADDER
from services.intake.domain.constituency.care import Care
from services.intake.domain.constituency.owing import Party
from services.intake.domain.opinion import Opinion
from services.intake.domain.timeline import TimelineEntry
from services.intake.handlers import notifying
from services.intake.handlers.constituency.telling import WantedLetter

if TYPE_CHECKING:
    from services.intake.handlers.constituency.caring import Entrusting

#: What of a case those who took it up are told, or what tells them something to do.
TOLD: Final = (AssignmentCreated, AssignmentReplied, AssignmentReopened, PromiseMade)
LATE: Final[dict[str, AboutEntrusted]] = {"relay": "late_relay", "take": "late_take", "feedback": "late_feedback"}


def hear(entrusting: Entrusting, events: Sequence[Event]) -> None:
    """Take over what concerns somebody who took an opinion up. Comes after the state of the opinions was taken over."""
    store = entrusting.store
    concerned = [event for event in events if isinstance(event.data, TOLD)]
    cares = store.duties.standing(sorted({event.subject for event in concerned})) if concerned else {}
    late = [event for event in events if isinstance(event.data, ReminderGiven)]
    wanted = sorted({*cares, *(event.subject for event in late)})
    found = store.load_many(wanted) if wanted else {}
    letters = [
        _take_in(entrusting, found[event.subject], cares[event.subject], event)
        for event in concerned if event.subject in cares and event.subject in found
    ]  # fmt: skip
    # One who fed back before may have left office since.
    left = store.duties.register.out_of_office({care.deputy for care in cares.values() if care.deputy and care.is_open})
    returned = [care for care in cares.values() if care.is_open and care.deputy in left and care.opinion in found]
    following = [(found[care.opinion], new) for care in returned for new in entrusting.returned(found[care.opinion], care)]
    letters = [each for each in letters if each is not None and not (each.party.holder == "deputy" and each.party.code in left)]
    store.duties.save(*cares.values(), *(care for _, care in following))
    store.save(*(found[opinion] for opinion in cares if opinion in found))
    letters += [
        _remind(entrusting, found[event.subject], event, event.data)
        for event in late if isinstance(event.data, ReminderGiven) and event.subject in found
    ]  # fmt: skip
    entrusting.telling.write(store, *filter(None, letters))
    entrusting.telling.ask(store, following)


def _take_in(entrusting: Entrusting, opinion: Opinion, care: Care, event: Event) -> WantedLetter | None:
    facts: dict[str, str] = {}
    about: AboutEntrusted | None = None
    match event.data:
        case AssignmentCreated(role="lead") as message if care.state is not CareState.ASKED:
            due = message.deadlines.get("reply")
            about, facts = "for_assigned", {"due": due.isoformat()} if due else {}
        case AssignmentReplied() as message if care.hear_reply(opinion, event.sequence, event.time, entrusting.catalogue):
            about, facts = "to_feed_back", {"outcome": str(message.outcome), **care.by_when}
        case PromiseMade() as message if care.state is not CareState.ASKED:
            about, facts = "for_promised", {"what": message.what, "due": message.due.isoformat()}
        case AssignmentReopened():
            care.hear_reopened(opinion, event.sequence)
    if about is not None and isinstance(event.data, AssignmentCreated | AssignmentReplied | PromiseMade):
        named = {"department": notifying.department_name(entrusting.catalogue, event.data.department)}
        return WantedLetter(opinion, about, care.party, named | facts)
    return None


def _remind(entrusting: Entrusting, opinion: Opinion, event: Event, message: ReminderGiven) -> WantedLetter | None:
    party, is_owed = entrusting.store.duties.holder(message.duty)
    holder = party or Party(message.holder, message.code)
    facts = {"duty": message.of, **holder.facts, "rung": message.rung, "deadline": message.deadline.isoformat()}
    entrusting.store.record(opinion.id, TimelineEntry(event.time, ReminderGiven.TYPE, LADDER, facts))
    # It may have been done while the reminder was on its way.
    return WantedLetter(opinion, LATE[message.of], holder, {"due": message.deadline.isoformat()}) if is_owed else None
