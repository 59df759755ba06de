"""The outside world: files that people and programs send, and the capacity of disk and outbox."""

from services.intake.gateway.capacity import Capacity
from services.intake.gateway.lines import BOM, CSV, NDJSON, NUL, Entry, read_ndjson, read_rows
from services.intake.gateway.photos import digest_of, read_photo, work_of

__all__ = [
    "BOM",
    "CSV",
    "NDJSON",
    "NUL",
    "Capacity",
    "Entry",
    "digest_of",
    "read_ndjson",
    "read_photo",
    "read_rows",
    "work_of",
]
