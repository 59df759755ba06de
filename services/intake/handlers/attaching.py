"""Keeping photos with an opinion, as it is submitted or afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from services.intake import domain
from services.intake.domain import Photo
from services.intake.handlers.submitter import own_of

if TYPE_CHECKING:
    from services.intake.store import IntakeStore


def attach(store: IntakeStore, receipt: str, photos: Mapping[str, Photo]) -> list[dict[str, Any]]:
    """Keep more photos by their ids, when whoever submitted the opinion sends them; raises `Conflict` after the reply."""
    row = own_of(store.holder(receipt))
    domain.check_attaching(row, store.count_attachments(row["id"]), len(photos))
    return enclose(store, row["id"], photos)


def enclose(store: IntakeStore, opinion: str, photos: Mapping[str, Photo]) -> list[dict[str, Any]]:
    """Keep photos by their ids with an opinion that may have them; returns what is shown of each."""
    kept: list[dict[str, Any]] = []
    for photo_id, photo in photos.items():
        facts = {"id": photo_id, "type": photo.type, "size": len(photo.content), "at": store.now}
        store.add_attachment({**facts, "opinion": opinion, "content": photo.content})
        kept.append(facts)
    return kept
