"""The list of cases for staff: found by words, narrowed by filters, each leading to the page of one case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from services.contracts.catalogue.model import Catalogue
from services.contracts.people.callers import STAFF
from services.contracts.people.lists import LISTS
from services.contracts.words.bilingual import Words
from services.contracts.words.vocabulary import CHANNELS, STATES
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.opinions import FILTERS, listed
from services.intake.domain.opinion import Opinion
from services.intake.pages.office.case import LIST
from services.intake.pages.paper import TEMPLATES, private
from services.intake.pages.publication.public import area_name
from services.intake.pages.receipt.receipt import tone_of
from services.intake.pages.submission.options import Options, areas_of, departments_of, topics_of
from services.intake.pages.timeline import department_name, local, topic_name
from services.intake.schemas.queries import CasesQuery
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import desk_html, error_page
from services.runtime.web.routes import Answer, Routes

routes = Routes()
A_PAGE: Final = 30
#: What the list for programs can be narrowed to beside.
_REST: Final[Mapping[str, Any]] = {**dict.fromkeys(FILTERS), "sort": None, "updated_since": None, "limit": A_PAGE}
#: By which the list is narrowed, in the order of the form.
NAMES: Final = LISTS[LIST]


class OfficeCase(NamedTuple):
    """A case as the list shows it."""

    address: str
    title: str
    standing: Words
    tone: str
    about: Sequence[object]


@routes.get(LIST, access=STAFF, query=CasesQuery, page=error_page)
def cases_page(call: Call[Intake]) -> Answer:
    """Find cases by words and by filters, the newest first; a department finds those that it handles."""
    catalogue, own = call.service.catalogue, call.caller.department
    query = {**call.query, "cursor": call.query["cursor"] or None}
    found, page = listed(replace(call, query={**_REST, **query}))
    given = _given(call.query)
    following = f"{LIST}?{urlencode({**given, 'cursor': page['next']})}" if page["next"] else None
    selects = _selects(catalogue, given)
    return private(
        desk_html(
            TEMPLATES, "cases.html", place=catalogue, role=call.caller.role, session=call.session,
            given={**dict.fromkeys(NAMES, ""), **given},
            selects=[each for each in selects if not (own and each[0] == "department")], following=following,
            first=f"{LIST}?{urlencode(given)}" if given else LIST,
            cases=[_listed_case(each, catalogue) for each in found], is_narrowed=bool(given), beginning=LIST,
            is_later=bool(call.query["cursor"]),
        )
    )  # fmt: skip


def _given(query: Mapping[str, Any]) -> dict[str, str]:
    """What the address said, as it says it again."""
    plain = {name: ",".join(value) if isinstance(value, tuple) else value for name, value in query.items()}
    return {name: str(plain[name]) for name in NAMES if plain[name]}


def _selects(catalogue: Catalogue, given: Mapping[str, str]) -> list[tuple[str, Phrase, Options]]:
    found: list[tuple[str, Phrase, Options]] = [
        ("state", Phrase("State"), [(None, list(STATES.items()))]), ("topic", Phrase("Topic"), topics_of(catalogue)),
        ("area", Phrase("Area"), areas_of(catalogue)), ("department", Phrase("Department"), departments_of(catalogue)),
        ("channel", Phrase("Through"), [(None, list(CHANNELS.items()))]),
    ]  # fmt: skip
    return [(name, label, _with(options, given.get(name, ""))) for name, label, options in found]


def _with(options: Options, given: str) -> Options:
    """The options, and what was given where it is none of them: several at once."""
    names = {value: words for _, group in options for value, words in group}
    if not given or given in names:
        return options
    several = [names.get(each, Words(each, each)) for each in given.split(",")]
    joined = Words("、".join(each.zh for each in several), ", ".join(each.en for each in several))
    return [(None, [(given, joined)]), *options]


def _listed_case(opinion: Opinion, catalogue: Catalogue) -> OfficeCase:
    about: Sequence[object] = (
        local(opinion.submitted, catalogue).date(), topic_name(opinion.topic, catalogue) if opinion.topic else None,
        area_name(opinion.area, catalogue), department_name(opinion.department, catalogue) if opinion.department else None,
    )  # fmt: skip
    return OfficeCase(
        f"{LIST}/{opinion.id}", opinion.title, STATES[opinion.state], tone_of(opinion.state), [each for each in about if each]
    )
