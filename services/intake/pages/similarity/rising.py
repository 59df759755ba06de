"""What is told of more in a week than in the four before, of the county, an area or a topic."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from services.contracts.catalogue.model import Catalogue
from services.contracts.words import Words, name_of
from services.intake.app.context import Intake
from services.intake.app.similarity.rising import OFFICE
from services.intake.domain.similarity.rising import WEEKS_BEFORE, Rising, monday
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.similarity.deciding import known
from services.intake.pages.submission.options import areas_of, topics_of
from services.intake.store.similarity.rising import COUNTY, rising, scope_of
from services.intake.store.similarity.themes import themes, weekly
from services.runtime.clock import ZONE
from services.runtime.web.calls import Call
from services.runtime.web.pages import desk_html, error_page
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


@routes.get("/rising", access=OFFICE, page=error_page)
def rising_page(call: Call[Intake]) -> Answer:
    """The words that stand out in a week, and what stands out in each area and topic."""
    service, catalogue = call.service, call.service.catalogue
    area, topic = known(_asked(call, "area"), catalogue, "areas"), known(_asked(call, "topic"), catalogue, "topics")
    topic = None if area else topic
    today = service.database.clock.now().astimezone(ZONE).date()
    day = _day(_asked(call, "day"), today)
    scopes, parts = [scope_of(area, topic)], _parts(catalogue)
    with service.database.reading() as connection:
        week = rising(connection, scopes, day)
        weeks = weekly(connection, scopes, [each.word for each in week.words], day)
        found = themes(connection, list(parts), day) if scopes == [COUNTY] else []
    narrowed = {"area": area or "", "topic": topic or ""}
    return desk_html(
        TEMPLATES, "rising.html", place=catalogue, role=call.caller.role, week=week, end=week.start + timedelta(days=6),
        words=[_shown(each, weeks) for each in week.words], given=narrowed, areas=areas_of(catalogue), topics=topics_of(catalogue),
        themes=[(*parts[each.scope], each.words) for each in found], of=parts[scopes[0]][0] if scopes != [COUNTY] else None,
        earlier=_address(narrowed, week.start - timedelta(days=7)), day=day,
        later=_address(narrowed, week.start + timedelta(days=7)) if monday(today) > week.start else None,
    )  # fmt: skip


def _shown(each: Rising, weeks: dict[str, list[int]]) -> ShownWord:
    return ShownWord(each.word, each.opinions, each.before, weeks[each.word])


def _parts(catalogue: Catalogue) -> dict[str, tuple[Words, str]]:
    """The areas and topics by their scope: what each is called, and the address of its words."""
    areas = {scope_of(code, None): (name_of(each), f"{LIST}?area={code}") for code, each in catalogue.areas.items()}
    return areas | {scope_of(None, code): (name_of(each), f"{LIST}?topic={code}") for code, each in catalogue.topics.items()}


def _asked(call: Call[Intake], name: str) -> str:
    return str(call.query.get(name, ""))


def _day(text: str, today: date) -> date:
    """The day that is asked about; today for what is none, or has not come yet."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if date(2000, 1, 3) <= day <= today else today


def _address(narrowed: dict[str, str], day: date) -> str:
    return f"{LIST}?{urlencode({name: value for name, value in narrowed.items() if value} | {'day': day.isoformat()})}"
