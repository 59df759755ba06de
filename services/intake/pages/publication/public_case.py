"""The page of one public opinion: the masked text, the replies, how they were rated, and what happened without persons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import NotFound
from services.contracts.ledger import subject_of
from services.contracts.messages.assignments import (
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentExtended,
    AssignmentPaused,
    AssignmentProgressed,
    AssignmentRaised,
    AssignmentReassigned,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentResumed,
    AssignmentSigned,
)
from services.contracts.messages.duties import OpinionFedback, OpinionTaken
from services.contracts.messages.opinions import OpinionAccepted, OpinionSubmitted, OpinionSupported
from services.contracts.messages.supervision import CardIssued, PromiseBroken, PromiseKept, PromiseMade, SupervisionRaised
from services.contracts.messages.values import Rating
from services.contracts.people.callers import PUBLIC
from services.contracts.words.vocabulary import OUTCOMES, PROMISED, PUBLIC_STANDINGS, RATINGS
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.publication.public import ONE_COST
from services.intake.app.views import Moment
from services.intake.domain.publication.publishing import NOT_PUBLIC, RELEASED_ENTRY
from services.intake.domain.publication.supporting import SUPPORTABLE
from services.intake.domain.timeline import PROMISE_STATES, TimelineEntry, advisers_of, is_internal, promises_made
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.publication.caching import shared
from services.intake.pages.publication.public import EXCERPT, TONES, area_name, page_of
from services.intake.pages.publication.public_promises import TONES as PROMISE_TONES
from services.intake.pages.publication.sharing import card_address
from services.intake.pages.timeline import LabelledFact, Shown, ShownEntry, department_name, entries_of, local, topic_name
from services.intake.schemas.publication.public import standing_of
from services.intake.store import reading
from services.intake.store.handling import handlers_of
from services.intake.store.publication import public
from services.intake.store.publication.public import PublicCase
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html, origin
from services.runtime.web.routes import Answer, Routes

routes = Routes()
#: What everybody may know has happened.
TOLD = frozenset(
    each.TYPE
    for each in (
        OpinionSubmitted, OpinionAccepted, OpinionSupported, AssignmentCreated, AssignmentSigned, AssignmentProgressed,
        AssignmentReassigned,
        AssignmentExtended, AssignmentPaused, AssignmentResumed, AssignmentRaised, AssignmentReplied, AssignmentReopened,
        AssignmentConcluded, PromiseMade, PromiseKept, PromiseBroken, CardIssued, SupervisionRaised, OpinionTaken, OpinionFedback,
    )
) | {RELEASED_ENTRY}  # fmt: skip
#: And what of it: codes and days, no words that somebody wrote.
FACTS = frozenset(
    ("department", "to", "due", "sign_by", "original", "deadline", "on_time", "outcome", "level", "cause", "card", "round")
) | {"supporters"}
#: Who took it up and told its voter holds an office; how the voter was told, and who relayed it, stays inside.
OF_DEPUTIES = FACTS | {"deputy"}
BY_DEPUTIES = (OpinionTaken.TYPE, OpinionFedback.TYPE)
MOST_LINES = 60


@routes.get("/public/opinions/<opinion_id>", access=PUBLIC, cost=ONE_COST, page=error_page)
def opinion_page(call: Call[Intake]) -> Answer:
    """A public opinion with the replies to it."""
    service, catalogue = call.service, call.service.catalogue
    with service.database.reading() as connection:
        case = public.find(connection, call.path["opinion_id"])
        if case is None:
            raise NotFound(NOT_PUBLIC)
        rated = public.rated(connection, case.id)
        lines, held = reading.timeline_of(connection, case.id), handlers_of(connection, case.id)
    copy, standing = case.copy, standing_of(case.state)
    promised = promises_made([line for line in lines if line.what in PROMISE_STATES])
    promises = [
        (part, _day(part.due, catalogue), *_standing(promised[part.entry].state if part.entry in promised else "open"))
        for part in copy.parts
        if part.what == PromiseMade.TYPE
    ]
    replies = [
        (department_name(part.department, catalogue), part, local(part.at, catalogue).date())
        for part in copy.parts
        if part.what != PromiseMade.TYPE
    ]
    return shared(
        html(
            TEMPLATES, "public-opinion.html", place=catalogue, copy=copy, standing=PUBLIC_STANDINGS[standing], tone=TONES[standing],
            facts=_facts(case, catalogue), replies=replies, promises=promises, outcomes=OUTCOMES,
            ratings=[(RATINGS[each], rated[each]) for each in Rating if rated[each]],
            supporters=case.supporters, support=f"{page_of(case.id)}/support" if case.state in SUPPORTABLE else None,
            timeline=_timeline(lines, catalogue, advisers_of(held)), ledger=f"/ledger?subject={subject_of(case.id)}",
            department=f"/public/departments/{case.department}" if case.department in catalogue.departments else None,
            place_on_map=copy.place, map_source=service.map_source if copy.place else None,
            summary=" ".join(copy.content.split())[:EXCERPT], address=origin(call.guard) + page_of(case.id),
            image=card_address(call.guard, page_of(case.id)),
        )
    )  # fmt: skip


def _standing(state: str) -> tuple[object, str]:
    return PROMISED[state], PROMISE_TONES[state]


def _day(due: str | None, catalogue: Catalogue) -> date | None:
    return local(datetime.fromisoformat(due), catalogue).date() if due else None


def _facts(case: PublicCase, catalogue: Catalogue) -> list[LabelledFact]:
    station = stored.found(catalogue.stations, case.station)
    found: list[tuple[Phrase, Shown | None]] = [
        (Phrase("Topic"), topic_name(case.topic, catalogue) if case.topic else None),
        (Phrase("Area"), area_name(case.area, catalogue)),
        (Phrase("Liaison station"), station.name if station else None),
        (Phrase("Handled by"), department_name(case.department, catalogue) if case.department else None),
        (Phrase("Submitted on"), local(case.submitted, catalogue).date()),
        (Phrase("Made public on"), local(case.copy.released, catalogue).date()),
    ]
    return [LabelledFact(label, value) for label, value in found if value]


def _timeline(lines: Sequence[TimelineEntry], catalogue: Catalogue, advisers: frozenset[str]) -> list[ShownEntry]:
    told = [line for line in lines if line.what in TOLD and line.audience is None and not is_internal(line, advisers)]
    moments = [Moment(line.at, line.what, line.by, _open(line)) for line in told[-MOST_LINES:]]
    return [_by_day(entry) for entry in entries_of(moments, catalogue, ())]


def _open(line: TimelineEntry) -> dict[str, object]:
    """The facts of a line that everybody may know."""
    shown = OF_DEPUTIES if line.what in BY_DEPUTIES else FACTS
    return {name: value for name, value in line.facts.items() if name in shown}


def _by_day(entry: ShownEntry) -> ShownEntry:
    """An entry with days in place of instants, by which its submitter could be found out."""
    facts = [LabelledFact(each.label, _day_of(each.value) if isinstance(each.value, date) else each.value) for each in entry.facts]
    return entry._replace(at=_day_of(entry.at), facts=facts)


def _day_of(at: date) -> date:
    return at.date() if isinstance(at, datetime) else at
