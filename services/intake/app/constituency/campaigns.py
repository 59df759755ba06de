"""Campaigns: everybody sees them with what they have come to, the office sets them up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date

from services.contracts.errors import NotFound
from services.contracts.people.callers import PUBLIC
from services.intake.app.context import ADMIN, Intake
from services.intake.domain.constituency.campaign import UNKNOWN_CAMPAIGN, Campaign
from services.intake.domain.constituency.deputy import check_code
from services.intake.schemas.constituency.campaigns import CampaignBody, CampaignPage, CampaignShape
from services.intake.store.constituency import campaigns as store
from services.runtime.store.database import Transaction
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import Page, page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
LIST_COST, ONE_COST = 3, 1


@routes.get(f"{API}/campaigns", access=PUBLIC, cost=LIST_COST, query=Page, answers={200: CampaignPage})
def list_campaigns(call: Call[Intake]) -> Answer:
    """List campaigns by code, with how many opinions count for each."""
    limit = call.query["limit"]
    with call.service.database.reading() as connection:
        found = store.campaigns_page(connection, read_cursor(call.query["cursor"]), limit)
    return 200, page(shown(call.service, found), limit, "code")


@routes.get(f"{API}/campaigns/<campaign>", access=PUBLIC, cost=ONE_COST, answers={200: CampaignShape}, versioned=True)
def read_campaign(call: Call[Intake]) -> Answer:
    """Read a campaign: what it asks for, when and where, and how far it is towards its target."""
    return 200, shown(call.service, [find(call.service, call.path["campaign"])])[0]


@routes.put(f"{API}/campaigns/<campaign>", access=ADMIN, body=CampaignBody, answers={200: CampaignShape}, versioned=True)
def put_campaign(call: Call[Intake]) -> Answer:
    """Set a campaign up, or replace what was said of it; opinions that count for it already go on counting."""
    code, service = call.path["campaign"], call.service
    new: Campaign = replace(call.body, code=check_code(code))
    new.check(service.catalogue)

    def unit(work: Transaction) -> Campaign:
        known = store.named_campaigns(work.connection, [code]).get(code)
        call.expect(asdict(known) if known else None)
        kept = replace(new, updated=work.now)
        store.keep_campaign(work, kept)
        return kept

    return 200, shown(service, [service.database.write(unit)])[0]


def find(service: Intake, code: str) -> Campaign:
    """A campaign; raises `NotFound`."""
    with service.database.reading() as connection:
        found = store.named_campaigns(connection, [code]).get(code)
    if found is None:
        raise NotFound(UNKNOWN_CAMPAIGN)
    return found


def running_at(service: Intake, area: str | None, station: str | None) -> list[Campaign]:
    """The campaigns that run now and are held at a place."""
    day, catalogue = today(service), service.catalogue
    with service.database.reading() as connection:
        found = store.running_campaigns(connection, day)
    return [each for each in found if not each.closed and each.is_held_at(catalogue, area, station)]


def today(service: Intake) -> date:
    """The day by the clock of the place."""
    return service.database.clock.now().astimezone(service.catalogue.calendar.zone).date()


def shown(service: Intake, found: Sequence[Campaign]) -> list[dict[str, object]]:
    """Campaigns as `CampaignShape`s."""
    with service.database.reading() as connection:
        counts = store.opinions_of(connection, [each.code for each in found])
    day = today(service)
    named = [(each, asdict(each)) for each in found]
    return [
        {name: value for name, value in row.items() if name != "closed"}
        | {"standing": each.standing(day), "opinions": counts[each.code]}
        for each, row in named
    ]
