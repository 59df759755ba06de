"""What the office decides on what becomes public: release a masked copy, or withhold it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.intake.domain.publication import publishing
from services.intake.domain.publication.publishing import PublicationState, Release

if TYPE_CHECKING:
    from services.intake.store.writing import IntakeStore


def release(store: IntakeStore, opinion_id: str, wanted: Release) -> PublicationState:
    """Let everybody read an opinion as a reviewer has looked it through; raises `NotFound`, `Conflict`, `Invalid`."""
    opinion = store.load(opinion_id)
    place = store.persons(opinion_id).about if wanted.place else None
    copy = publishing.release(opinion, store.timeline(opinion_id), wanted, place)
    store.save(opinion)
    store.release(copy)
    return PublicationState.RELEASED


def withhold(store: IntakeStore, opinion_id: str, reason: str) -> PublicationState:
    """Do not let everybody read an opinion, or no longer; raises `NotFound`, `Conflict`."""
    opinion = store.load(opinion_id)
    publishing.withhold(opinion, reason)
    store.save(opinion)
    return PublicationState.WITHHELD
