"""The outside world: files that people and programs send."""

from services.intake.gateway.lines import BOM, CSV, LONGEST_FIELD, NDJSON, NUL, Entry, read_csv, read_ndjson
from services.intake.gateway.photos import read_photo

__all__ = ["BOM", "CSV", "LONGEST_FIELD", "NDJSON", "NUL", "Entry", "read_csv", "read_ndjson", "read_photo"]
