"""The pages of campaigns: which there are, and how far each is towards its target."""

from __future__ import annotations

from collections.abc import Mapping

from services.contracts.catalogue import stored
from services.contracts.people.callers import PUBLIC
from services.contracts.words.bilingual import Words, name_of
from services.design.phrases import Phrase
from services.intake.app.constituency import campaigns as app
from services.intake.app.context import Intake
from services.intake.domain.constituency.campaign import Campaign, CampaignStanding
from services.intake.pages.paper import TEMPLATES
from services.intake.store.constituency.campaigns import latest_campaigns
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()
MOST_SHOWN = 50
LIST_COST, ONE_COST = 3, 1
STANDINGS: Mapping[CampaignStanding, Phrase] = {
    CampaignStanding.PLANNED: Phrase("Not begun yet"),
    CampaignStanding.RUNNING: Phrase("Running"),
    CampaignStanding.ENDED: Phrase("Over"),
    CampaignStanding.CLOSED: Phrase("Ended early"),
}


@routes.get("/campaigns", access=PUBLIC, page=error_page, cost=LIST_COST)
def list_page(call: Call[Intake]) -> Answer:
    """The campaigns, those that end last in front."""
    service = call.service
    with service.database.reading() as connection:
        found = latest_campaigns(connection, MOST_SHOWN)
    day = app.today(service)
    rows = [(each, STANDINGS[each.standing(day)]) for each in found]
    return html(TEMPLATES, "constituency/campaigns.html", place=service.catalogue, rows=rows)


@routes.get("/campaigns/<campaign>", access=PUBLIC, page=error_page, cost=ONE_COST)
def campaign_page(call: Call[Intake]) -> Answer:
    """A campaign: what it asks for, when and where, how far it is towards its target, and the way to the form."""
    service = call.service
    found = app.find(service, call.path["campaign"])
    (row,) = app.shown(service, [found])
    standing = found.standing(app.today(service))
    return html(
        TEMPLATES, "constituency/campaign.html", place=service.catalogue, campaign=found, many=row["opinions"],
        standing=STANDINGS[standing], runs=standing is CampaignStanding.RUNNING, places=_places(service, found),
    )  # fmt: skip


def _places(service: Intake, campaign: Campaign) -> list[Words]:
    catalogue = service.catalogue
    areas = [name_of(area) for code in campaign.areas if (area := stored.found(catalogue.areas, code))]
    stations = [station for code in campaign.stations if (station := stored.found(catalogue.stations, code))]
    return [*areas, *map(name_of, stations)]
