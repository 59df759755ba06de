"""The page of the published numbers of sessions with people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Invalid, status_of
from services.contracts.people.callers import PUBLIC
from services.contracts.words.bilingual import Words, month_name
from services.design.phrases import Phrase
from services.metrics.domain.sessions import COUNTS, DIMENSIONS, OF_OPINIONS, RATES, SessionStatistics
from services.metrics.domain.statistics import StatisticsRequest
from services.metrics.handlers.service import Service
from services.metrics.handlers.sessions import session_statistics
from services.metrics.pages.paper import TEMPLATES
from services.metrics.pages.statistics import ADVICE, NOT_KNOWN, WECHAT, value_name
from services.metrics.schemas.sessions import SessionsQuery
from services.runtime.input.queries import texts
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.requests import validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
#: The fields that take a date.
DATES: Mapping[str, Phrase] = {"from": Phrase("Held from"), "to": Phrase("Held until"), "as_of": Phrase("As of")}
FIELDS = ("by", *DATES)
WITHOUT: Mapping[str, Phrase] = {"station": Phrase("at no station"), "theme": Phrase("without a theme")}
#: As many columns as a picture has room for.
MOST_COLUMNS = 24
_QUERY = SessionsQuery()
ALWAYS: Mapping[str, object] = {
    "rates": [(rate, Words(rate.zh, rate.en)) for rate in RATES],
    "shown": [(name, Words(zh, en)) for name, (zh, en) in COUNTS.items()],
    "dimensions": [(name, Words(zh, en)) for name, (zh, en) in DIMENSIONS.items()],
    "dates": DATES,
}


@routes.get("/statistics/sessions", access=PUBLIC, charges=True, query=texts(*FIELDS), page=error_page)
def sessions_page(call: Call[Service]) -> Answer:
    """The published numbers of sessions as a page, with a picture of the months."""
    given = {name: text for name, text in call.query.items() if text and name in FIELDS and text not in WECHAT}
    answer: SessionStatistics | None = None
    months: SessionStatistics | None = None
    errors: Mapping[str, list[str]] = {}
    status, catalogue = 200, call.service.catalogue
    try:
        asked = StatisticsRequest(**validate(_QUERY, given))
        answer = session_statistics(call.service, asked, call.charge)
        months = session_statistics(call.service, replace(asked, by=("month",)), call.charge)
    except Invalid as error:
        errors, status = error.errors, status_of(error).status
    return html(
        TEMPLATES, "sessions.html", status, place=catalogue, answer=answer, given=given,
        asked={**dict.fromkeys(FIELDS, ""), **given},
        groups=_groups(catalogue, answer) if answer else [], columns=_columns(months) if months else [],
        local=lambda instant: instant.astimezone(catalogue.calendar.zone),
        mistakes={name: ADVICE[name] for name in errors}, **ALWAYS,
    )  # fmt: skip


def _groups(catalogue: Catalogue, answer: SessionStatistics) -> list[tuple[list[Words | Phrase], object]]:
    names = answer.scope.by
    return [([_called(catalogue, *each) for each in zip(names, key, strict=True)], numbers) for key, numbers in answer.groups]


def _called(catalogue: Catalogue, dimension: str, code: str | None) -> Words | Phrase:
    if not code:
        return WITHOUT.get(dimension, NOT_KNOWN)
    return month_name(code) if dimension == "month" else value_name(catalogue, OF_OPINIONS[dimension], code)


def _columns(months: SessionStatistics) -> list[tuple[str, int, None]]:
    """The latest months with how many sessions were held in each, for the picture."""
    held = [(key[0], numbers.counts["held"]) for key, numbers in months.groups if key[0]]
    return [(month[2:], number, None) for month, number in held[-MOST_COLUMNS:]]
