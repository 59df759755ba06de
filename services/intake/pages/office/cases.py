"""The list of cases for staff: found by words, narrowed by filters, each leading to the page of one case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from services.contracts.catalogue.model import Catalogue
from services.contracts.fragments import MOST_COUNTED
from services.contracts.people.callers import STAFF
from services.contracts.words.bilingual import Words
from services.contracts.words.vocabulary import CHANNELS, LEVELS, OUTCOMES, STATES
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.listing import found_count, listed
from services.intake.domain.opinion import Opinion
from services.intake.pages.office.file import FILE
from services.intake.pages.office.narrowing import CASES, LIST, ORDER, asked
from services.intake.pages.paper import TEMPLATES, private
from services.intake.pages.publication.public import area_name
from services.intake.pages.receipt.receipt import tone_of
from services.intake.pages.submission.options import Options, areas_of, departments_of, topics_of
from services.intake.pages.timeline import department_name, local, topic_name
from services.intake.schemas.queries import CasesQuery
from services.runtime.web.calls import Call
from services.runtime.web.lists.narrowing import address
from services.runtime.web.pages.html import desk_html, error_page
from services.runtime.web.routes import Answer, Routes

routes = Routes()
SORTS: Final[Sequence[tuple[str, Phrase]]] = (
    ("oldest", Phrase("the oldest first")), ("changed", Phrase("what changed last first")),
)  # fmt: skip


class OfficeCase(NamedTuple):
    """A case as the list shows it."""

    address: str
    title: str
    standing: Words
    tone: str
    key: bool
    submitted: date
    about: Sequence[Words | Phrase]


@routes.get(LIST, access=STAFF, query=CasesQuery, page=error_page)
def cases_page(call: Call[Intake]) -> Answer:
    """Find cases by words and by filters, the newest first; a department finds those that it handles."""
    catalogue, own, given = call.service.catalogue, call.caller.department, CASES.given(call.query)
    found, page = listed(asked(call))
    following = address(LIST, given, cursor=page["next"]) if page["next"] else None
    number = _number(call, len(found), bool(following))
    return private(
        desk_html(
            TEMPLATES, "cases.html", place=catalogue, role=call.caller.role, session=call.session,
            given={**dict.fromkeys(CASES.filters, ""), **given}, sorts=[(None, SORTS)],
            filters=[each for each in _filters(catalogue) if not (own and each[0] == "department")], following=following,
            first=address(LIST, given), file=address(FILE, given),
            cases=[_listed_case(each, catalogue, CASES.kept(call.query)) for each in found], number=number,
            most=MOST_COUNTED, is_narrowed=bool(given.keys() - {ORDER}), beginning=LIST, is_later=bool(call.query["cursor"]),
        )
    )  # fmt: skip


def _number(call: Call[Intake], shown: int, more: bool) -> int | None:
    """How many cases were found, no further than `MOST_COUNTED`; None where words find more than a page."""
    if not call.query["q"]:
        return found_count(asked(call), MOST_COUNTED)
    return None if more or call.query["cursor"] else shown


def _filters(catalogue: Catalogue) -> list[tuple[str, Phrase, Options]]:
    return [
        ("state", Phrase("State"), [(None, list(STATES.items()))]), ("topic", Phrase("Topic"), topics_of(catalogue)),
        ("area", Phrase("Area"), areas_of(catalogue)), ("department", Phrase("Department"), departments_of(catalogue)),
        ("channel", Phrase("Through"), [(None, list(CHANNELS.items()))]),
        ("level", Phrase("Level"), [(None, list(LEVELS.items()))]),
        ("outcome", Phrase("Outcome"), [(None, list(OUTCOMES.items()))]),
    ]  # fmt: skip


def _listed_case(opinion: Opinion, catalogue: Catalogue, kept: Mapping[str, str]) -> OfficeCase:
    about = (
        topic_name(opinion.topic, catalogue) if opinion.topic else None, area_name(opinion.area, catalogue),
        department_name(opinion.department, catalogue) if opinion.department else None,
    )  # fmt: skip
    return OfficeCase(
        address(f"{LIST}/{opinion.id}", kept), opinion.title, STATES[opinion.state], tone_of(opinion.state), opinion.key,
        local(opinion.submitted, catalogue).date(), [each for each in about if each],
    )  # fmt: skip
