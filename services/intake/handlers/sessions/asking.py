"""Writing questions of a session down: all of a list or none, each under the next number, with a receipt of its own."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Invalid
from services.intake.domain.actors import OFFICE, STATION
from services.intake.domain.people import Addressee
from services.intake.domain.receipt.receipts import new_receipt
from services.intake.domain.sessions.question import Asking, NewQuestion
from services.intake.handlers import notifying

if TYPE_CHECKING:
    from services.intake.store.sessions.sessions import KnownSessions
    from services.intake.store.writing import IntakeStore


def ask(
    store: IntakeStore, sessions: KnownSessions, catalogue: Catalogue, session_id: str,
    questions: Sequence[tuple[str, NewQuestion]], station: str | None,
) -> tuple[int, int]:  # fmt: skip
    """Write questions down, each with the id of its opinion; returns the numbers of the first and of the last.

    Raises `NotFound`, `Conflict`, and `Invalid` that names what is wrong with which of them.
    """
    session = sessions.load(session_id)
    session.check_host(station)
    session.check_written_down()
    asking = Asking(session, catalogue, STATION if station else OFFICE, store.now)
    first, errors = session.asked + 1, dict[str, list[str]]()
    for place, (opinion_id, question) in enumerate(questions):
        try:
            _ask(store, sessions, asking, opinion_id, question)
        except Invalid as error:
            errors |= {f"questions.{place}.{name}": reasons for name, reasons in error.errors.items()}
    if errors:
        raise Invalid("Nothing was stored. Correct the fields named in 'errors' and send all of them again.", errors)
    sessions.save(session)
    return first, session.asked


def _ask(store: IntakeStore, sessions: KnownSessions, asking: Asking, opinion_id: str, question: NewQuestion) -> None:
    submission = question.submission(asking.catalogue, asking.session)
    opinion = asking.ask(question, submission, opinion_id, new_receipt(secrets.randbits))
    store.add(opinion, submission, None, ())
    sessions.number(asking.session.id, asking.session.asked, opinion.id, question.summary)
    if person := question.submitter:
        told = Addressee(opinion.id, opinion.receipt, opinion.title, person.name, person.email, person.phone)
        notifying.write(store, opinion.id, "received", [told])
