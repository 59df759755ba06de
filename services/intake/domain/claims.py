"""What a sender may claim of an opinion, and where it is: decided once, for the form, for JSON and for each line of a batch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict, Invalid, NotAllowed
from services.contracts.grants import RELAY, Grant
from services.intake.domain.people import PERSONAL

QR = "qr"
#: What tells a station's poster, and is not kept with the opinion.
CODE = "code"
ADVICE = "Send this with a token that grants it ('huiying token create --channel …'), or leave these fields out."


def check_claims(grant: Grant, form: Mapping[str, Any], *, coded: bool) -> None:
    """Raises `NotAllowed` that names every field whose claim is not granted; `coded`: it came with a station's code."""
    channel = form["channel"]
    errors: dict[str, list[str]] = {}
    if channel not in grant.channels and not (coded and channel == QR):
        errors["channel"] = [_by_code() if channel == QR else f"'{channel}' needs a token that grants it."]
    for name, needed in (("deputy", "deputy"), ("relay", RELAY)):
        if form.get(name) and needed not in grant.channels:
            errors[name] = [f"Needs a token that grants '{needed}'."]
    if form.get("external_id") and grant.source is None:
        errors["external_id"] = ["Needs a token that names its source."]
    if errors:
        raise NotAllowed(ADVICE, errors)


def _by_code() -> str:
    return "'qr' needs the code of a station's poster in the field 'code', or a token that grants it."


def placed(catalogue: Catalogue, form: Mapping[str, Any]) -> dict[str, Any]:
    """The form with what follows from a code (channel, station) and from a station (area); raises `Invalid` where they clash."""
    known = dict(form)
    code = known.pop(CODE, None)
    if code:
        station = catalogue.station_with_code(code)
        if station is None:
            raise Invalid("Scan the code again, or leave it out.", {CODE: ["No station has this code."]})
        clashes = {
            name: [f"The code says '{said}'."]
            for name, said, others in (("station", station.code, (None, "")), ("channel", QR, ("web",)))
            if known.get(name) not in (said, *others)
        }
        if clashes:
            raise Invalid("Leave out what the code says already.", clashes)
        known |= {"station": station.code, "channel": QR}
    if known.get("station") and (place := catalogue.station_of(known["station"])):
        if known.get("area") not in (None, "", place.area):
            reason = f"The station '{place.code}' is in '{place.area}'; leave the area out, it follows from the station."
            raise Invalid("Name the station's own area, or leave it out.", {"area": [reason]})
        known["area"] = place.area
    return known


def digests(form: Mapping[str, Any]) -> dict[str, str]:
    """A digest of each field that a request says anything in, to tell what differs in the next one of the same name."""
    return {name: _digest(value) for name, given in form.items() if name != "external_id" and (value := _said(given)) is not None}


def impersonal(found: Mapping[str, str]) -> dict[str, str]:
    """The digests that may be kept in the clear: a short name or number can be guessed from its digest."""
    return {name: digest for name, digest in found.items() if name not in PERSONAL}


def check_same(kept: Mapping[str, str], sent: Mapping[str, str]) -> None:
    """Raises `Conflict` that names the fields in which a request differs from the first one with its external id."""
    differing = [*_differing(kept, sent)]
    if differing:
        reason = "not what was first sent with this external_id, or erased since"
        told = f"This external_id is known with something else in: {', '.join(differing)}. Nothing was changed."
        raise Conflict(
            f"{told} Send what is new with an external_id of its own.", {name: [reason] for name in ("external_id", *differing)}
        )


def _differing(kept: Mapping[str, str], sent: Mapping[str, str]) -> Iterator[str]:
    yield from (name for name in {**kept, **sent} if kept.get(name) != sent.get(name))


def _said(value: Any) -> Any:
    """A value without what is empty in it; None when nothing is left."""
    if isinstance(value, Mapping):
        kept = {name: said for name, inner in value.items() if (said := _said(inner)) is not None}
        return kept or None
    if isinstance(value, list | tuple):
        return [said for inner in value if (said := _said(inner)) is not None] or None
    return None if value == "" else value


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
