"""The page of the published numbers, for people: Chinese first, English second; works without scripts and on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.contracts.callers import PUBLIC
from services.contracts.catalogue import stored
from services.contracts.errors import Invalid, status_of
from services.contracts.vocabulary import LEVELS
from services.contracts.words import Words
from services.metrics.domain.counts import COUNTS_BY_NAME, DIMENSIONS, NOTES
from services.metrics.domain.rates import RATES
from services.metrics.domain.statistics import PublishedStatistics, StatisticsRequest
from services.metrics.domain.waiting import QUANTILES
from services.metrics.handlers.service import Service
from services.metrics.handlers.statistics import statistics
from services.metrics.pages.paper import TEMPLATES
from services.metrics.schemas.statistics import StatisticsQuery
from services.runtime.web.calls import Call
from services.runtime.web.pages import error_page, html
from services.runtime.web.requests import validate
from services.runtime.web.routes import Answer, Routes

BAR_WIDTH = 120
routes = Routes()
#: What is shown as plain numbers, in this order.
SHOWN = (
    "submitted", "accepted", "declined", "withdrawn", "merged", "assigned", "key", "led", "open", "overdue", "replied", "concluded",
    "reopened", "co_assigned", "advised", "separate_assigned", "separate_answered", "objected", "extended", "raised", "reminded",
    "yellow_cards", "red_cards", "supervisions", "summonses", "criticisms", "evaluations", "rechecked", "rechecked_held",
    "promised", "promises_kept", "promises_kept_late", "promises_broken",
)  # fmt: skip
#: The fields that take a date.
DATES: Mapping[str, Words] = {
    "from": Words("提出日期自", "Submitted from"),
    "to": Words("提出日期至", "Submitted until"),
    "as_of": Words("数据截至", "As of"),
}
#: What to do about a mistake; the reason itself stands behind it in English.
ADVICE: Mapping[str, str] = {
    "by": "没有这样的分组，或者分组太多",
    "from": "请填日期，例如 2026-11-22",
    "to": "请填日期，不早于起始日期",
    "as_of": "请填日期，不晚于今天",
}
#: What the page asks by; whatever else an address was shared with is not its own.
FIELDS = ("by", *DATES)
#: What WeChat puts into `from` of every address that is shared there.
WECHAT = frozenset({"timeline", "singlemessage", "groupmessage"})


#: Dimensions whose values are codes of the product, not of the catalogue.
CODES: Mapping[str, Mapping[str, Words]] = {
    "level": LEVELS,
    "key": {"yes": Words("重点督办", "Under key supervision"), "no": Words("非重点督办", "Not under it")},
}
NOT_KNOWN = Words("未定", "not known")
NO_LEADER = Words("无领办领导", "no leader")
_QUERY = StatisticsQuery()


TEMPLATES.globals.update(
    rates=[(rate, Words(rate.zh, rate.en)) for rate in RATES],
    times=[(name, Words(zh, en)) for name, (zh, en, _) in QUANTILES.items()],
    shown=[(name, Words(COUNTS_BY_NAME[name].zh, COUNTS_BY_NAME[name].en)) for name in SHOWN],
    dimensions=[(name, Words(zh, en)) for name, (zh, en) in DIMENSIONS.items()],
    notes=[Words(zh, en) for zh, en in NOTES.values()],
    dates=DATES,
    bar_width=BAR_WIDTH,
)


def group_name(service: Service, key: Mapping[str, str | None]) -> Words:
    """The name of a group, from the catalogue where it has one."""
    catalogue = service.catalogue
    places: Mapping[str, Mapping[str, Any]] = {
        "department": catalogue.departments, "topic": catalogue.topics, "area": catalogue.areas, "station": catalogue.stations,
    }  # fmt: skip

    def called(dimension: str, code: str | None) -> Words:
        none = NO_LEADER if dimension == "leader" else NOT_KNOWN
        known = CODES.get(dimension, {}).get(code or "")
        if known is not None:
            return known
        entry = stored.found(places.get(dimension, {}), code)
        return Words(entry.name if entry else code or none.zh, getattr(entry, "name_en", None) or code or none.en)

    names = [called(dimension, code) for dimension, code in key.items()]
    return Words(" · ".join(each.zh for each in names), " · ".join(each.en for each in names))


@routes.get("/statistics", access=PUBLIC, cost=20, page=error_page)
def statistics_page(call: Call[Service]) -> Answer:
    """The published numbers as a page."""
    given = {name: text for name, text in call.query.items() if text and name in FIELDS and text not in WECHAT}
    answer: PublishedStatistics | None = None
    errors: Mapping[str, list[str]] = {}
    status = 200
    try:
        answer = statistics(call.service, StatisticsRequest(**validate(_QUERY, given)))
    except Invalid as error:
        errors, status = error.errors, status_of(error).status
    return html(
        TEMPLATES,
        "statistics.html",
        status,
        place=call.service.catalogue,
        answer=answer,
        groups=[(group_name(call.service, group.key), group.numbers) for group in answer.groups] if answer else [],
        given=given,
        asked={**dict.fromkeys(FIELDS, ""), **given},
        mistakes=dict.fromkeys(FIELDS) | {name: _mistake(name, reasons) for name, reasons in errors.items()},
    )


def _mistake(name: str, reasons: list[str]) -> Words:
    return Words(ADVICE[name], "; ".join(reasons))
