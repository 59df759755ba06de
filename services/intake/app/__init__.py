"""HTTP routes of intake: parse, call a handler, answer."""

from __future__ import annotations

from services.intake.app import batch, documents, erasures, reviews
from services.intake.app.context import Intake, routes
from services.intake.app.opinions import submit
from services.intake.app.receipts import add_details, evaluate, known_receipt, receipt_data, withdraw

__all__ = [
    "Intake", "add_details", "batch", "documents", "erasures", "evaluate", "known_receipt", "receipt_data", "reviews", "routes",
    "submit", "withdraw",
]  # fmt: skip
