"""What it takes to write to those who booked, and to deputies."""

from __future__ import annotations

from services.intake.app.constituency.telling import correspondence
from services.intake.app.context import Intake
from services.intake.handlers.sessions.inviting import Inviting
from services.intake.handlers.sessions.telling import VisitorLetters
from services.intake.store.sessions.sessions import KnownSessions
from services.runtime.store.database import Transaction


def telling(service: Intake, work: Transaction) -> VisitorLetters:
    """Letters to those who booked, within a transaction."""
    return VisitorLetters(KnownSessions(work, service.vault), service.accounts.rules.public_url)


def inviting(service: Intake, store: KnownSessions) -> Inviting:
    """Letters to deputies, within a transaction."""
    site = service.accounts.rules.public_url
    return Inviting(store, correspondence(service).people_of, site)
