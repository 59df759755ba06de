"""What pages say of a session: its kind, when, where, on which theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.words.bilingual import Words, name_of
from services.design.phrases import Phrase
from services.intake.domain.sessions.session import HeardSession
from services.intake.pages.timeline import LabelledFact, Shown, local

UNKNOWN_TIME: Final = Phrase("Postponed, to a time that is not known yet")


def about(session: HeardSession, catalogue: Catalogue) -> Sequence[LabelledFact]:
    """Labelled lines."""
    kind, station = stored.session_kind(catalogue, session.kind), stored.found(catalogue.stations, session.station)
    rows: Sequence[tuple[Phrase, Shown | None]] = (
        (Phrase("Kind"), name_of(kind)),
        (Phrase("When"), local(session.takes_place, catalogue) if session.takes_place else UNKNOWN_TIME),
        (Phrase("Place"), session.place),
        (Phrase("Station"), Words(station.name, station.name) if station else None),
        (Phrase("On the theme"), session.theme),
    )
    return [LabelledFact(label, value) for label, value in rows if value is not None]
