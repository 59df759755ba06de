"""A submission: its parts, its codes in the catalogue, and its fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.contracts.catalogue.model import Area, Catalogue, Station
from services.contracts.errors import Invalid
from services.contracts.words import vocabulary
from services.intake.domain.constituency.codes import Placement
from services.intake.domain.location import Location, Spot
from services.intake.domain.people import Person, Persons, RelayStep

LONGEST_TITLE, LONGEST_CONTENT = 120, 20_000
KINDS = ("citizen", "deputy", "enterprise", "group")
#: Who can have passed an opinion on: voter, informant (民情信息员), deputy, presidium.
RELAY_ROLES = ("voter", "informant", "deputy", "presidium")
MOST_COSIGNERS = 200
VISIBILITIES = tuple(vocabulary.VISIBILITIES)
QR = "qr"
#: The field with a printed code, which is not kept with the opinion.
CODE = "code"


@dataclass(frozen=True, slots=True)
class Submission:
    """An opinion as it is sent. `code` is a printed one, of the kind `code_kind`, which may be put up at a `session`.

    `submitted_at` says when it was told elsewhere before.
    """

    title: str
    content: str
    channel: str = "web"
    visibility: str = "department"
    topic: str | None = None
    area: str | None = None
    station: str | None = None
    code: str | None = None
    campaign: str | None = None
    external_id: str | None = None
    location: Location | None = None
    submitter: Person | None = None
    cosigners: tuple[Person, ...] = ()
    relay: tuple[RelayStep | str, ...] | None = None
    deputy: str | None = None
    submitted_at: datetime | None = None
    code_kind: str | None = None
    session: str | None = None

    @property
    def fingerprint(self) -> str:
        """A digest of title and content."""
        return hashlib.sha256(f"{self.title}\x00{self.content}".encode()).hexdigest()

    @property
    def persons(self) -> Persons:
        """What is sealed of it."""
        return Persons(self.submitter, self.relay, self.deputy, self.location)


def as_given(value: Person | RelayStep | Location | Spot) -> dict[str, object]:
    """What was given of it, by name, without what was left out."""
    return {name: given for name in value.__slots__ if (given := getattr(value, name)) is not None}


def placed(catalogue: Catalogue, submission: Submission, code: Placement | None = None) -> Submission:
    """With what follows from its code (channel, place, campaign) or from its station (area); raises `Invalid` where they clash."""
    if code is not None:
        return _scanned(submission, code)
    place = catalogue.station_of(submission.station) if submission.station else None
    if place is None or submission.area == place.area:
        return submission
    if submission.area:
        reason = f"The station '{place.code}' is in '{place.area}'; leave the area out, it follows from the station."
        raise Invalid("Name the station's own area, or leave it out.", {"area": [reason]})
    return replace(submission, area=place.area)


def _scanned(submission: Submission, code: Placement) -> Submission:
    campaign = code.campaign or submission.campaign
    said = {"station": code.station, "area": code.area, "campaign": campaign}
    clashes = {
        name: [f"The code says '{value}'." if value else "The code says none."]
        for name, value in said.items()
        if (given := getattr(submission, name)) and given != value
    }
    if submission.channel not in (QR, "web"):
        clashes["channel"] = [f"The code says '{QR}'."]
    if clashes:
        raise Invalid("Leave out what the code says already.", clashes)
    return replace(
        submission, station=code.station, area=code.area, campaign=campaign, channel=QR, code=None, code_kind=code.kind,
        session=code.session,
    )  # fmt: skip


def catalogued(catalogue: Catalogue, submission: Submission) -> Submission:
    """With topic, area and station as codes; raises `Invalid` that names every field the catalogue does not know."""
    named = submission.topic, submission.area, submission.station
    topic = catalogue.topic_of(submission.topic) if submission.topic else None
    area = code_of(catalogue.areas, submission.area) if submission.area else None
    station = code_of(catalogue.stations, submission.station) if submission.station else None
    codes = topic.code if topic else None, area, station
    if codes == named:
        return submission
    errors: dict[str, list[str]] = {}
    if submission.topic and topic is None:
        errors["topic"] = [f"There is no topic '{submission.topic}'. See /api/v1/topics."]
    for name, given, code in (("area", submission.area, area), ("station", submission.station, station)):
        if given and code is None:
            errors[name] = [f"There is no {name} '{given}' in the catalogue."]
    if errors:
        raise Invalid("Correct the fields named in 'errors' and send again.", errors)
    return replace(submission, topic=codes[0], area=area, station=station)


def code_of(known: Mapping[str, Area] | Mapping[str, Station], text: str) -> str | None:
    """The code of the place that a text names by its code or its name; None for none and for several."""
    if text in known:
        return text
    named = [code for code, place in known.items() if text in (place.name, getattr(place, "name_en", None))]
    return named[0] if len(named) == 1 else None


def is_let_in_at_once(catalogue: Catalogue, channel: str) -> bool:
    """Whether the catalogue's acceptance table lets in what comes by this channel without a review."""
    return catalogue.acceptance[channel] == "automatic"
