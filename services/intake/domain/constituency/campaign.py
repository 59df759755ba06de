"""主题征集: a drive for opinions on one theme, in a period and perhaps in some places only, with a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Invalid
from services.intake.domain.constituency.deputy import check_places
from services.intake.domain.constituency.places import lies_in
from services.intake.domain.submission.submission import Submission

UNKNOWN_CAMPAIGN = "There is no such campaign."


class CampaignStanding(StrEnum):
    """Where a campaign is in its period; `closed` is one that the office ended early."""

    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign. Both `begins` and `ends` belong to its period; without `areas` and `stations` it is held everywhere."""

    title: str
    begins: date
    ends: date
    about: str = ""
    areas: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()
    target: int | None = None
    closed: bool = False
    code: str = ""
    updated: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    def check(self, catalogue: Catalogue) -> None:
        """Raises `Invalid` that names what is unknown or does not fit."""
        if self.ends < self.begins:
            raise Invalid("The period is empty.", {"ends": ["lies before 'begins'"]})
        check_places(catalogue, areas=self.areas, stations=self.stations)

    def standing(self, today: date) -> CampaignStanding:
        """Where it is in its period on a day."""
        if self.closed:
            return CampaignStanding.CLOSED
        if today < self.begins:
            return CampaignStanding.PLANNED
        return CampaignStanding.RUNNING if today <= self.ends else CampaignStanding.ENDED

    def is_held_at(self, catalogue: Catalogue, area: str | None, station: str | None) -> bool:
        """Whether a place belongs to it: an area or a station that it names, or one within or below."""
        if not self.areas and not self.stations:
            return True
        if area is not None and any(lies_in(catalogue, area, each) for each in self.areas):
            return True
        return station is not None and any(each in self.stations for each in (station, *catalogue.stations_above.get(station, ())))


@dataclass(frozen=True, slots=True)
class CampaignNote:
    """What the sender of an opinion is told of the campaign that it names, and whether it counts for that."""

    code: str
    title: str
    counts: bool

    @property
    def facts(self) -> dict[str, str]:
        """As the first line of the timeline says it."""
        return {"campaign" if self.counts else "missed": self.title}


def counted(
    catalogue: Catalogue, submission: Submission, campaigns: Mapping[str, Campaign], now: datetime
) -> tuple[Submission, CampaignNote | None]:
    """An opinion with the campaign that it counts for: none where it comes outside of the period or the place.

    Raises `Invalid` for a campaign that there is not.
    """
    if submission.campaign is None:
        return submission, None
    campaign = campaigns.get(submission.campaign)
    if campaign is None:
        raise Invalid("Name a campaign of the list, or leave it out.", {"campaign": [UNKNOWN_CAMPAIGN]})
    day = (submission.submitted_at or now).astimezone(catalogue.calendar.zone).date()
    counts = campaign.standing(day) is CampaignStanding.RUNNING and campaign.is_held_at(
        catalogue, submission.area, submission.station
    )
    return (submission if counts else replace(submission, campaign=None)), CampaignNote(campaign.code, campaign.title, counts)
