"""Tables and queries of intake."""

from services.intake.store.attachments import attachment, attachments, attachments_of
from services.intake.store.contacts import Resealed, after, in_the_clear, outlived, reseal
from services.intake.store.reading import (
    cosigners_of,
    find,
    find_by_receipt,
    handlers_of,
    is_followed,
    listing,
    merged_with,
    open_codes,
    persons_of,
    ratings_of,
    timeline_of,
    unassigned_since,
    waiting,
)
from services.intake.store.tables import handlers, opinions, ratings, signers, tables, timeline
from services.intake.store.writing import Holder, IntakeStore

__all__ = [
    "Holder", "IntakeStore", "Resealed", "after", "attachment", "attachments", "attachments_of", "cosigners_of", "find",
    "find_by_receipt", "handlers", "handlers_of", "in_the_clear", "is_followed", "listing", "merged_with", "open_codes",
    "opinions", "outlived", "persons_of", "ratings", "ratings_of", "reseal", "signers", "tables", "timeline", "timeline_of",
    "unassigned_since", "waiting",
]  # fmt: skip
