"""What the form shows of a printed code that was scanned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.contracts.catalogue import stored
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.vocabulary import CODE_KINDS
from services.design.phrases import Phrase
from services.intake.app.constituency.campaigns import running_at, today
from services.intake.app.context import Intake
from services.intake.domain.constituency.campaign import CampaignStanding
from services.intake.domain.constituency.codes import IN_USE, CodeKind, Placement, PrintedCode, placement_of, read_code
from services.intake.store.constituency.campaigns import named_campaigns
from services.intake.store.constituency.codes import resolved

STATION, AREA = Phrase("Liaison station"), Phrase("Area")


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """A code as it is sent with the form, and what it is for: no placement for one that is no longer in use."""

    code: str
    placement: Placement | None
    facts: tuple[tuple[Phrase | Words, object], ...] = ()


def scanned_code(service: Intake, given: str) -> ScannedCode | None:
    """What a code says, the last of its successors; None for an unknown one."""
    catalogue, code = service.catalogue, given
    known: Mapping[str, PrintedCode] = {}
    if catalogue.station_with_code(given) is None:
        code = read_code(given) or ""
        with service.database.reading() as connection:
            known = resolved(connection, [code]) if code else {}
        if code not in known:
            return None
        if known[code].state not in IN_USE:
            return ScannedCode(code, None)
    placement = placement_of(catalogue, known, code)
    return ScannedCode(known[code].code if known else code, placement, tuple(_facts(service, placement)))


def _facts(service: Intake, placement: Placement) -> list[tuple[Phrase | Words, object]]:
    catalogue = service.catalogue
    area, station = stored.found(catalogue.areas, placement.area), stored.found(catalogue.stations, placement.station)
    named: list[tuple[Phrase | Words, object]] = [
        (STATION, name_of(station) if station else None),
        (AREA, name_of(area) if area else None),
        (CODE_KINDS[placement.kind], placement.label),
    ]
    return [(label, value) for label, value in named if value]


@dataclass(frozen=True, slots=True)
class ShownCampaign:
    """The campaign that a form is for, and whether it runs now."""

    code: str
    title: str
    runs: bool


@dataclass(frozen=True, slots=True)
class OfferedCampaigns:
    """The campaigns that run where a code was scanned which is for none; `says_none` where somebody may look for one."""

    choices: Sequence[tuple[str, str]]
    says_none: bool


def offered_campaigns(service: Intake, scanned: ScannedCode | None) -> OfferedCampaigns | None:
    """What somebody who scanned a code may choose from: never chosen for them, for not all that is told is about the theme."""
    placement = scanned.placement if scanned else None
    if placement is None or placement.campaign:
        return None
    found = running_at(service, placement.area, placement.station)
    return OfferedCampaigns([(each.code, each.title) for each in found], placement.kind is CodeKind.HOUSEHOLD)


def shown_campaign(
    service: Intake, named: str, scanned: ScannedCode | None, offered: OfferedCampaigns | None
) -> ShownCampaign | None:
    """The campaign of a code, or else the one that the form names; None where there is none, or it can be chosen."""
    code = scanned.placement.campaign if scanned and scanned.placement and scanned.placement.campaign else named
    if not code or (offered and code in dict(offered.choices)):
        return None
    with service.database.reading() as connection:
        found = named_campaigns(connection, [code]).get(code)
    if found is None:
        return None
    return ShownCampaign(code, found.title, found.standing(today(service)) is CampaignStanding.RUNNING)
