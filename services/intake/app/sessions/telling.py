"""What it takes to write to those who booked."""

from __future__ import annotations

from services.intake.app.context import Intake
from services.intake.handlers.sessions.telling import Telling
from services.intake.store.sessions.sessions import SessionStore
from services.runtime.store.database import Transaction


def telling(service: Intake, work: Transaction) -> Telling:
    """Letters to those who booked, within a transaction."""
    return Telling(SessionStore(work, service.vault), service.accounts.rules.public_url)
