"""Which fields a sender may set, and whether a repeated external id names the same opinion: for forms, JSON and batches."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict, NotAllowed
from services.contracts.people.grants import RELAY, Grant
from services.intake.domain.constituency.codes import PrintedCode, placement_of
from services.intake.domain.location import Location
from services.intake.domain.people import PERSONAL, Person, Persons, RelayStep
from services.intake.domain.submission.submission import QR, Submission, as_given, catalogued, placed

ADVICE = "Send this with a token that grants it ('huiying token create --channel …'), or leave these fields out."
Digests = Mapping[str, str]
#: Printed codes by what they are.
Printed = Mapping[str, PrintedCode]
NONE_PRINTED: Printed = {}


def resolve(catalogue: Catalogue, submission: Submission, grant: Grant, codes: Printed = NONE_PRINTED) -> Submission:
    """With its topic as a code and its place complete; raises `NotAllowed` that names every claim that is not granted,
    `Invalid` that names every field the catalogue does not know. `codes` are the printed ones that it may name."""
    code = placement_of(catalogue, codes, submission.code) if submission.code else None
    known = placed(catalogue, acting(grant, submission), code)
    check_claims(grant, known, coded=code is not None)
    if code is not None and code.deputy:
        # Whose card was scanned is no claim of the sender's.
        known = replace(known, deputy=code.deputy)
    resolved = catalogued(catalogue, known)
    if grant.station is not None:
        _check_station(catalogue, grant.station, resolved.station)
    return resolved


def acting(grant: Grant, submission: Submission) -> Submission:
    """With the deputy or the station that its sender acts for, where it names none."""
    if grant.deputy is None and (grant.station is None or submission.code):
        return submission
    return replace(submission, deputy=submission.deputy or grant.deputy, station=submission.station or grant.station)


def _check_station(catalogue: Catalogue, own: str, named: str | None) -> None:
    if named != own and named not in catalogue.stations_below.get(own, ()):
        raise NotAllowed("Leave the station out; it follows from who sends this.", {"station": ["Neither your own nor below it."]})


def check_claims(grant: Grant, submission: Submission, *, coded: bool) -> None:
    """Raises `NotAllowed` that names every field whose claim is not granted; `coded`: it came with a printed code."""
    channel = submission.channel
    errors: dict[str, list[str]] = {}
    if channel not in grant.channels and not (coded and channel == QR):
        errors["channel"] = [_by_code() if channel == QR else f"'{channel}' needs a token that grants it."]
    for name, given, needed in (("deputy", submission.deputy, "deputy"), ("relay", submission.relay, RELAY)):
        if given and needed not in grant.channels and not (name == "deputy" and grant.station):
            errors[name] = [f"Needs a token that grants '{needed}'."]
    if grant.deputy and submission.deputy != grant.deputy:
        errors["deputy"] = ["Leave it out; it follows from who sends this."]
    if submission.external_id and grant.source is None:
        errors["external_id"] = ["Needs a token that names its source."]
    if errors:
        raise NotAllowed(ADVICE, errors)


def _by_code() -> str:
    return "'qr' needs a printed code in the field 'code', or a token that grants it."


#: The fields of a submission that are compared, in order; what names it and how it was scanned is not.
_COMPARED = tuple(name for name in Submission.__slots__ if name not in ("external_id", "code"))


def digests(submission: Submission) -> dict[str, str]:
    """A digest of each field that is not empty, to find out what differs in the next request with the same external id."""
    return _digests((name, getattr(submission, name)) for name in _COMPARED)


def digests_of_persons(persons: Persons, cosigners: Sequence[Person]) -> dict[str, str]:
    """The same digests of who told, signed and passed on a stored opinion, and of where it is."""
    told: dict[str, object] = {name: getattr(persons, name) for name in Persons.__slots__}
    return _digests((told | {"cosigners": tuple(cosigners)}).items())


def impersonal(found: Digests) -> dict[str, str]:
    """The digests that may be kept in the clear: a short name or number can be guessed from its digest."""
    return {name: digest for name, digest in found.items() if name not in PERSONAL}


def check_same(kept: Digests, sent: Digests) -> None:
    """Raises `Conflict` that names the fields in which a request differs from the first one with its external id."""
    differing = [name for name in {**kept, **sent} if kept.get(name) != sent.get(name)]
    if differing:
        reason = "not what was first sent with this external_id, or erased since"
        told = f"This external_id is known with something else in: {', '.join(differing)}. Nothing was changed."
        raise Conflict(
            f"{told} Send what is new with an external_id of its own.", {name: [reason] for name in ("external_id", *differing)}
        )


def _digests(values: Iterable[tuple[str, object]]) -> dict[str, str]:
    return {name: _digest(said) for name, value in values if (said := _said(value)) is not None}


def _said(value: object) -> object:
    """A value without its empty parts; None when nothing is left."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, Person | RelayStep | Location):
        return {name: said for name, given in as_given(value).items() if (said := _said(given)) is not None} or None
    if isinstance(value, tuple):
        return [said for each in value if (said := _said(each)) is not None] or None
    if isinstance(value, datetime):
        return value.isoformat()
    return value


def _digest(said: object) -> str:
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
