"""HTTP routes of intake: parse, call a handler, answer."""

from __future__ import annotations

from services.intake.app import batch, documents, erasures, reviews
from services.intake.app.attachments import attach_photos, check_holder
from services.intake.app.context import Intake, routes
from services.intake.app.opinions import submit, submit_with
from services.intake.app.receipts import add_details, evaluate, known_receipt, receipt_data, withdraw

__all__ = [
    "Intake", "add_details", "attach_photos", "batch", "check_holder", "documents", "erasures", "evaluate", "known_receipt",
    "receipt_data", "reviews", "routes", "submit", "submit_with", "withdraw",
]  # fmt: skip
