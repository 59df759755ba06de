"""The page of the published numbers, for people; works without scripts and on a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import flask

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Invalid, status_of
from services.contracts.people.callers import PUBLIC
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.vocabulary import CODE_KINDS, LEVELS
from services.design.phrases import Phrase
from services.metrics.domain.counts import COUNTS_BY_NAME, DIMENSIONS
from services.metrics.domain.notes import NOTES
from services.metrics.domain.rates import RATES
from services.metrics.domain.statistics import GroupOfCases, PublishedStatistics, StatisticsRequest
from services.metrics.domain.waiting import QUANTILES
from services.metrics.handlers.service import Service
from services.metrics.handlers.statistics import statistics
from services.metrics.pages.paper import TEMPLATES
from services.metrics.schemas.statistics import StatisticsQuery
from services.runtime.input.queries import texts
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.pages.readers import this_reader
from services.runtime.web.requests import validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
#: What is shown as plain numbers, in this order.
SHOWN = (
    "submitted", "accepted", "declined", "withdrawn", "merged", "assigned", "key", "led", "open", "overdue", "replied", "concluded",
    "taken", "fed_back", "relay_missed", "take_missed", "feedback_missed",
    "reopened", "co_assigned", "advised", "separate_assigned", "separate_answered", "objected", "extended",
    "raised", "reminded",
    "yellow_cards", "red_cards", "supervisions", "summonses", "criticisms", "evaluations", "rechecked", "rechecked_held",
    "promised", "promises_kept", "promises_kept_late", "promises_broken",
)  # fmt: skip
#: What groups are compared by, and can be put in order by.
COMPARED: Mapping[str, Words | Phrase] = {
    "cases": Phrase("Cases"),
    "on_time": Phrase("On time"),
    "resolution": Phrase("Solved"),
    "satisfaction": Phrase("Satisfied"),
}
VARIANTS: Mapping[str, str] = {"on_time": "plain", "resolution": "strict", "satisfaction": "basic"}
#: What is shown where nothing is asked: the departments, and how many were submitted in each of the last months.
FIRST, MONTHS = "department", 6
#: The fields that take a date.
DATES: Mapping[str, Phrase] = {
    "from": Phrase("Submitted from"),
    "to": Phrase("Submitted until"),
    "as_of": Phrase("As of"),
}
#: What to do about a mistake.
ADVICE: Mapping[str, Phrase] = {
    "by": Phrase("There is no such grouping, or there are too many groups"),
    "roll_up": Phrase("Please choose one of these"),
    "deputy": Phrase("Please enter the code of a deputy, such as wx-017"),
    "group": Phrase("Please enter the code of a group of deputies"),
    "from": Phrase("Please enter a date such as 2026-11-22"),
    "to": Phrase("Please enter a date that is not before the first one"),
    "as_of": Phrase("Please enter a date that is not after today"),
}
#: Of whom alone figures are shown, where a code is entered.
NARROWINGS: Mapping[str, Phrase] = {
    "deputy": Phrase("Only through the deputy with this code"),
    "group": Phrase("Only through the group of deputies with this code"),
}
#: What the page asks by; whatever else an address was shared with is not its own.
FIELDS = ("by", "roll_up", *NARROWINGS, *DATES)
#: What WeChat puts into `from` of every address that is shared there.
WECHAT = frozenset({"timeline", "singlemessage", "groupmessage"})


#: Dimensions whose values are codes of the product, not of the catalogue.
CODES: Mapping[str, Mapping[str, Words | Phrase]] = {
    "level": LEVELS,
    "code_kind": CODE_KINDS,
    "key": {"yes": Phrase("Under key supervision"), "no": Phrase("Not under key supervision")},
}
NOT_KNOWN = Phrase("not known")
#: What a case is without, where that is nothing to be found out.
WITHOUT: Mapping[str, Phrase] = {
    "leader": Phrase("no leader"),
    "code_kind": Phrase("by no code"),
    "campaign": Phrase("for no campaign"),
    "session": Phrase("at no session"),
    "session_kind": Phrase("at no session"),
    "theme": Phrase("at no session with a theme"),
    "deputy": Phrase("through no deputy"),
    "group": Phrase("through no group of deputies"),
}
_QUERY = StatisticsQuery()


#: What stands on the page whatever was asked.
ALWAYS: Mapping[str, object] = {
    "rates": [(rate, Words(rate.zh, rate.en)) for rate in RATES],
    "times": [(name, Words(zh, en)) for name, (zh, en, _) in QUANTILES.items()],
    "shown": [(name, Words(COUNTS_BY_NAME[name].zh, COUNTS_BY_NAME[name].en)) for name in SHOWN],
    "dimensions": [(name, Words(zh, en)) for name, (zh, en) in DIMENSIONS.items()],
    "notes": [Words(zh, en) for zh, en in NOTES.values()],
    "dates": DATES,
    "narrowings": NARROWINGS,
    "roll_ups": [(None, [("true", Phrase("together with those below them"))])],
}


def group_name(service: Service, key: Mapping[str, str | None]) -> list[Words | Phrase]:
    """What a group is called, a name for each dimension, from the catalogue where it has one."""
    return [value_name(service.catalogue, dimension, code) for dimension, code in key.items()]


def value_name(catalogue: Catalogue, dimension: str, code: str | None) -> Words | Phrase:
    """What a value of a dimension is called."""
    if not code:
        return WITHOUT.get(dimension, NOT_KNOWN)
    places: Mapping[str, Mapping[str, Any]] = {
        "department": catalogue.departments, "topic": catalogue.topics, "area": catalogue.areas, "station": catalogue.stations,
        "session_kind": catalogue.session_kinds,
    }  # fmt: skip
    entry = stored.found(places.get(dimension, {}), code)
    known = CODES.get(dimension, {}).get(code)
    return known or (name_of(entry) if entry else Words(code, code))


def _of_one(key: Mapping[str, str | None]) -> str | None:
    """Where the figures of one deputy or one group of deputies stand alone."""
    if len(key) != 1:
        return None
    ((dimension, code),) = key.items()
    return f"/statistics?{urlencode({dimension: code})}" if code and dimension in NARROWINGS else None


#: A column of the chart: the month, how many, and no address.
MonthColumn = tuple[str, int, None]


@dataclass(frozen=True, slots=True)
class WrittenPage:
    """A page as it was written for all who read it in the same language and form."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]


@routes.get("/statistics", access=PUBLIC, charges=True, query=texts("sort", *FIELDS), page=error_page)
def statistics_page(call: Call[Service]) -> Answer:
    """The published numbers as a page."""
    address = (flask.request.full_path, this_reader())
    page = call.service.share("page", address, lambda: _written(call), lambda: None, lambda _: False)
    return flask.Response(page.body, page.status, page.headers)


def _written(call: Call[Service]) -> WrittenPage:
    response = _page(call)
    return WrittenPage(response.status_code, response.get_data(), tuple(response.headers))


def _in_order(groups: Sequence[GroupOfCases], order: str) -> Sequence[GroupOfCases]:
    """Groups by what they are compared by, most first; what has no rate comes last."""
    if order not in COMPARED:
        return groups

    def place(group: GroupOfCases) -> float:
        if order == "cases":
            return group.numbers.counts["submitted"]
        value = group.numbers.rates[order][VARIANTS[order]].value
        return -1.0 if value is None else float(value)

    return sorted(groups, key=place, reverse=True)


def _by_month(call: Call[Service]) -> Sequence[MonthColumn]:
    """How many were submitted in each of the latest months."""
    told = statistics(call.service, StatisticsRequest(by=("month",)), call.charge)
    return [(month, group.numbers.counts["submitted"], None) for group in told.groups if (month := group.key["month"])][-MONTHS:]


def _page(call: Call[Service]) -> flask.Response:
    given = {name: text for name, text in call.query.items() if text and name in FIELDS and text not in WECHAT}
    asked, order = given or {"by": FIRST}, str(call.query["sort"])
    answer: PublishedStatistics | None = None
    months: Sequence[MonthColumn] = ()
    errors: Mapping[str, list[str]] = {}
    status, zone = 200, call.service.catalogue.calendar.zone
    try:
        answer = statistics(call.service, StatisticsRequest(**validate(_QUERY, asked)), call.charge)
        months = () if given else _by_month(call)
    except Invalid as error:
        errors, status = error.errors, status_of(error).status
    return html(
        TEMPLATES,
        "statistics.html",
        status,
        place=call.service.catalogue,
        local=lambda instant: instant.astimezone(zone),
        answer=answer,
        groups=[
            (group_name(call.service, group.key), group.numbers, _of_one(group.key))
            for group in _in_order(answer.groups if answer else (), order)
        ],
        months=months,
        compared=COMPARED,
        variants=VARIANTS,
        dimension=[Words(*DIMENSIONS[name]) for name in (answer.scope.by if answer else ())],
        order=order if order in COMPARED else "",
        orders={name: f"/statistics?{urlencode(given | {'sort': name})}" for name in COMPARED},
        whole=f"/statistics?{urlencode({'by': FIRST})}",
        given=given,
        asked={**dict.fromkeys(FIELDS, ""), **given},
        mistakes={name: ADVICE[name] for name in errors},
        **ALWAYS,
    )
