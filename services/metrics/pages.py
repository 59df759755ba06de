"""The page of the published numbers, for people: Chinese first, English second; works without scripts and on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import flask
import jinja2

from services.contracts.errors import Invalid, status_of
from services.metrics import handlers
from services.metrics.domain.counts import DIMENSIONS
from services.metrics.domain.rates import RATES
from services.metrics.domain.waiting import QUANTILES
from services.metrics.handlers import Service
from services.metrics.schemas import StatisticsQuery
from services.runtime.access import PUBLIC
from services.runtime.http import Answer, Call, Routes, validate

routes = Routes()
BAR_WIDTH = 120
HTML = "text/html; charset=utf-8"
#: What is shown as plain numbers, in this order.
SHOWN = ("submitted", "accepted", "declined", "assigned", "open", "overdue", "replied", "concluded", "reminded", "promised")
FIELDS = ("by", "from", "to", "as_of")
_QUERY = StatisticsQuery()


def minutes(instant: datetime) -> str:
    """An instant for people: local time to the minute, with its offset."""
    return f"{instant:%Y-%m-%d %H:%M} {instant:%z}"


_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("services.metrics"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)  # fmt: skip
_TEMPLATES.filters["minutes"] = minutes
_TEMPLATES.globals.update(
    rates=RATES, times=QUANTILES, shown=SHOWN, dimensions=DIMENSIONS, bar_width=BAR_WIDTH,
    count_names={entry["name"]: entry for entry in handlers.LEGEND["counts"]},
)  # fmt: skip


def group_name(service: Service, key: Mapping[str, str | None]) -> tuple[str, str]:
    """The name of a group in Chinese and English, from the catalogue where it has one."""
    catalogue = service.catalogue
    named: Mapping[str, Mapping[str, Any]] = {
        "department": catalogue.departments, "topic": catalogue.topics, "area": catalogue.areas, "station": catalogue.stations,
    }  # fmt: skip
    zh, en = [], []
    for dimension, code in key.items():
        entry = named.get(dimension, {}).get(code or "")
        zh.append(entry.name if entry else code or "未定")
        en.append(getattr(entry, "name_en", None) or code or "not known")
    return " · ".join(zh), " · ".join(en)


@routes.get("/statistics", access=PUBLIC)
def statistics_page(call: Call[Service]) -> Answer:
    """The published numbers as a page."""
    given = {name: text for name, text in call.query.items() if text}
    answer: Mapping[str, Any] | None = None
    errors: dict[str, list[str]] = {}
    status = 200
    try:
        answer = handlers.statistics(call.service, validate(_QUERY, given))
    except Invalid as error:
        errors, status = error.errors, status_of(error).status
    groups = [(group_name(call.service, group["key"]), group) for group in answer["groups"]] if answer else []
    page = _TEMPLATES.get_template("statistics.html").render(
        place=call.service.catalogue,
        answer=answer,
        groups=groups,
        asked={**dict.fromkeys(FIELDS, ""), **given},
        errors={**dict.fromkeys(FIELDS, ()), **errors},
    )
    return flask.Response(page, status, content_type=HTML)
