"""By when something is promised to the holder of a receipt: by the case, or until it has a date by the rules of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.lifecycle import State
from services.design.phrases import Phrase
from services.intake.app.views import ReceiptView
from services.intake.pages.timeline import local


class Ahead(NamedTuple):
    """Something that is going to happen, and by when where that can be said."""

    what: Phrase
    by: datetime | None = None


REVIEWED = Phrase("To be reviewed by")
ANSWERED = Phrase("To be answered by")
USUALLY_ANSWERED = Phrase("Usually answered by")
RATED = Phrase("You can rate until")


def promised_of(known: ReceiptView, catalogue: Catalogue) -> Ahead | None:
    """What the holder of a receipt waits for now; None where nothing has a date."""
    state, reply = known.state, known.reply
    if known.due is not None:
        return Ahead(ANSWERED, local(known.due, catalogue))
    if state is State.SUBMITTED:
        return Ahead(REVIEWED, _by_rule("review", known, catalogue))
    if state.is_with_routing and not state.is_with_department and not state.is_answered:
        return Ahead(USUALLY_ANSWERED, _by_rule("reply", known, catalogue))
    if reply is not None and reply.evaluate_by is not None and "evaluation" in known.may:
        return Ahead(RATED, local(reply.evaluate_by, catalogue))
    return None


def steps_ahead(known: ReceiptView, catalogue: Catalogue) -> Sequence[Ahead]:
    """What happens next after a submission, step by step."""
    usual = Ahead(USUALLY_ANSWERED, _by_rule("reply", known, catalogue))
    answered = Ahead(ANSWERED, local(known.due, catalogue)) if known.due else usual
    reviewed = [Ahead(REVIEWED, _by_rule("review", known, catalogue))] if known.state is State.SUBMITTED else []
    return [
        *reviewed,
        Ahead(Phrase("A department is given the case and signs for it by"), _by_rule("sign", known, catalogue)),
        answered,
        Ahead(Phrase("You read the answer and rate it; if you are dissatisfied, it is handled again")),
    ]


def _by_rule(kind: str, known: ReceiptView, catalogue: Catalogue) -> datetime:
    """The end of a period of the catalogue that begins with the submission."""
    terms = catalogue.deadlines_for(stored.found(catalogue.topics, known.topic)).deadlines
    return local(catalogue.calendar.due(known.submitted, terms[kind]).at, catalogue)
