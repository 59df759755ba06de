"""What is told of more in a week than in the four before, of the county, an area or a topic."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from services.contracts.catalogue.model import Catalogue
from services.contracts.words.bilingual import Words
from services.intake.app.context import Intake
from services.intake.app.similarity.rising import OFFICE
from services.intake.domain.similarity.rising import WEEKS_BEFORE, Rising, monday
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.publication.public import area_name
from services.intake.pages.submission.options import areas_of, topics_of
from services.intake.pages.timeline import topic_name
from services.intake.store.similarity.rising import COUNTY, rising, scope_of
from services.intake.store.similarity.themes import RisingSubject, rising_now, weekly
from services.runtime.clock import ZONE
from services.runtime.input.queries import CodeOf, DayField, texts
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import desk_html, error_page
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LIST = "/rising"


class ShownWord(NamedTuple):
    """A word that rises, and in how many opinions it was in each of the five weeks."""

    word: str
    opinions: int
    before: int
    weeks: list[int]

    @property
    def usual(self) -> float:
        """In how many opinions of a week it was before."""
        return round(self.before / WEEKS_BEFORE, 1)


_NARROWED = texts(area=CodeOf("areas"), topic=CodeOf("topics"), day=DayField(load_default=None))


@routes.get("/rising", access=OFFICE, query=_NARROWED, page=error_page)
def rising_page(call: Call[Intake]) -> Answer:
    """The words that stand out in a week, and what stands out in each area and topic."""
    service, catalogue = call.service, call.service.catalogue
    area = call.query["area"] or None
    topic = None if area else call.query["topic"] or None
    today = service.database.clock.now().astimezone(ZONE).date()
    day = min(call.query["day"] or today, today)
    scope, themes = scope_of(area, topic), list[RisingSubject]()
    with service.database.reading() as connection:
        if scope == COUNTY:
            found = rising_now(connection, day, catalogue.areas, catalogue.topics)
            week, themes = found.county, list(found.themes)
        else:
            week = rising(connection, [scope], day)
        weeks = weekly(connection, [scope], [each.word for each in week.words], day)
    narrowed = {"area": area or "", "topic": topic or ""}
    return desk_html(
        TEMPLATES, "rising.html", place=catalogue, role=call.caller.role, week=week, end=week.start + timedelta(days=6),
        words=[_shown(each, weeks) for each in week.words], given=narrowed, areas=areas_of(catalogue), topics=topics_of(catalogue),
        themes=[(*_part(catalogue, each.area, each.topic), each.words) for each in themes],
        of=_part(catalogue, area, topic)[0] if scope != COUNTY else None,
        earlier=_address(narrowed, week.start - timedelta(days=7)), day=day,
        later=_address(narrowed, week.start + timedelta(days=7)) if monday(today) > week.start else None,
    )  # fmt: skip


def _shown(each: Rising, weeks: dict[str, list[int]]) -> ShownWord:
    return ShownWord(each.word, each.opinions, each.before, weeks[each.word])


def _part(catalogue: Catalogue, area: str | None, topic: str | None) -> tuple[Words | None, str]:
    """What an area or a topic is called, and the address of its words."""
    if area:
        return area_name(area, catalogue), f"{LIST}?area={area}"
    return topic_name(topic, catalogue) if topic else None, f"{LIST}?topic={topic}"


def _address(narrowed: dict[str, str], day: date) -> str:
    return f"{LIST}?{urlencode({name: value for name, value in narrowed.items() if value} | {'day': day.isoformat()})}"
