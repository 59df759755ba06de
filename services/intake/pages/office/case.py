"""The page of one case for staff: its text and timeline, and beside them what the other services know of it."""

from __future__ import annotations

from collections.abc import Sequence

from services.contracts.catalogue.model import Catalogue
from services.contracts.fragments import parts_of
from services.contracts.people.callers import STAFF
from services.contracts.words.vocabulary import CHANNELS, LEVELS, OUTCOMES, RATINGS, STATES, VISIBILITIES
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.listing import beside
from services.intake.app.opinions import CaseFile, case_file
from services.intake.app.views import moment
from services.intake.domain.location import Location
from services.intake.domain.opinion import Opinion
from services.intake.domain.people import Person
from services.intake.pages.office.acts import acts_on
from services.intake.pages.office.narrowing import CASES, LIST, asked
from services.intake.pages.paper import TEMPLATES, private
from services.intake.pages.publication.public import area_name
from services.intake.pages.receipt.receipt import tone_of
from services.intake.pages.timeline import LabelledFact, Shown, department_name, entries_of, local, topic_name
from services.intake.schemas.queries import CasesQuery
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import desk_html, error_page
from services.runtime.web.routes import Answer, Routes

routes = Routes()


@routes.get(f"{LIST}/<opinion_id>", access=STAFF, query=CasesQuery, page=error_page, personal=True)
def case_page(call: Call[Intake]) -> Answer:
    """One case with all that is known of it; a department sees those that it handles."""
    catalogue, role = call.service.catalogue, call.caller.role
    file = case_file(call)
    opinion = file.opinion

    def at(opinion_id: str) -> str:
        return CASES.on_it(opinion_id, call.query)

    near = [each and at(each) for each in beside(asked(call), opinion)]
    answers = [opinion.reply] if opinion.reply else []
    location = file.persons.location if file.persons else None
    spot = location.exact if location else None
    return private(
        desk_html(
            TEMPLATES, "case.html", place=catalogue, role=role, beside=near, list_address=CASES.back(call.query),
            opinion=opinion, standing=STATES[opinion.state], tone=tone_of(opinion.state),
            about=_about(opinion, location, catalogue), people=_people(file), outcomes=OUTCOMES,
            photos=[f"{LIST}/{opinion.id}/photos/{each.id}" for each in file.attachments],
            answer_photos=[
                (f"{LIST}/{opinion.id}/photos/{each.id}", department_name(each.department, catalogue), each.shown is not None)
                for each in file.answer_photos
            ],
            timeline=entries_of([moment(line) for line in file.lines], catalogue, answers),
            ratings=[(RATINGS[each.result], each.comment, local(each.at, catalogue)) for each in file.ratings],
            merged=[(at(each.id), each.title, local(each.submitted, catalogue).date()) for each in file.merged],
            spot=spot, map_source=call.service.map_source if spot else None,
            into=at(opinion.merged_into) if opinion.merged_into else None,
            parts=parts_of("case", role), acts=acts_on(opinion, role),
        )
    )  # fmt: skip


def _about(opinion: Opinion, location: Location | None, catalogue: Catalogue) -> Sequence[LabelledFact]:
    rows: Sequence[tuple[Phrase, Shown | None]] = (
        (Phrase("Outside number"), opinion.external_id),
        (Phrase("Topic"), topic_name(opinion.topic, catalogue) if opinion.topic else None),
        (Phrase("Area"), area_name(opinion.area, catalogue)),
        (Phrase("Place"), location.address if location else None),
        (Phrase("Position"), str(location.exact) if location and location.exact else None),
        (Phrase("Through"), CHANNELS.get(opinion.channel)),
        (Phrase("Submitted on"), local(opinion.submitted, catalogue)),
        (Phrase("Level"), LEVELS.get(opinion.level or "")),
        (Phrase("Led by"), opinion.leader),
        (Phrase("Who may read it"), VISIBILITIES.get(opinion.visibility)),
    )
    return [LabelledFact(label, value) for label, value in rows if value is not None]


def _people(file: CaseFile) -> Sequence[tuple[Phrase, Sequence[str]]]:
    """Who told it, for those who may see that."""
    persons = file.persons
    if persons is None:
        return ()
    found: list[tuple[Phrase, Sequence[str]]] = []
    if persons.submitter is not None:
        found.append((Phrase("Submitter"), _lines(persons.submitter)))
    found += [(Phrase("Co-signer"), _lines(each)) for each in file.cosigners]
    if persons.deputy:
        found.append((Phrase("Deputy"), [persons.deputy]))
    found += [(Phrase("Passed on by"), [each if isinstance(each, str) else each.name]) for each in persons.relay or ()]
    return [(label, lines) for label, lines in found if lines]


def _lines(person: Person) -> Sequence[str]:
    return [text for text in (person.name, person.phone, person.email) if text]
