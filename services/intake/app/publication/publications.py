"""公开审核: what waits to become public, the masked copy beside the text, and the office's decision."""

from __future__ import annotations

from services.contracts.errors import NotFound
from services.intake.app.context import REVIEWERS, Intake
from services.intake.app.opinions import change_opinion
from services.intake.domain.opinion import UNKNOWN, Opinion
from services.intake.domain.publication import publishing
from services.intake.domain.publication.publishing import Prepared
from services.intake.handlers import publishing as handlers
from services.intake.schemas.publication.publications import (
    PreparedShape,
    PublicationStanding,
    ReleaseBody,
    UndecidedPage,
    WithholdBody,
)
from services.intake.store import reading
from services.intake.store.publication import publications
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import Page, page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
SHOWN = ("id", "title", "topic", "area", "department", "state", "submitted", "publication")


@routes.get(f"{API}/publications", access=REVIEWERS, query=Page, answers={200: UndecidedPage})
def list_undecided(call: Call[Intake]) -> Answer:
    """List opinions that may become public, and those with a reply that is new since the last decision, the oldest first."""
    limit = call.query["limit"]
    found = undecided(call.service, read_cursor(call.query["cursor"]), limit)
    return 200, page([{name: getattr(each, name) for name in SHOWN} for each in found], limit)


def undecided(service: Intake, after: str | None, limit: int) -> list[Opinion]:
    """Opinions on which the office has to decide, one more than `limit`."""
    with service.database.reading() as connection:
        return publications.undecided(connection, after, limit)


@routes.get(f"{API}/publications/<opinion_id>", access=REVIEWERS, answers={200: PreparedShape}, personal=True)
def read_prepared(call: Call[Intake]) -> Answer:
    """Read an opinion beside its masked copy."""
    found = prepared(call.service, call.path["opinion_id"])
    names = ("id", "visibility", "state", "publication", "title", "content")
    return 200, {name: getattr(found.opinion, name) for name in names} | {
        "masked_title": found.title, "masked_content": found.content,
        "parts": [
            {name: getattr(each.part, name) for name in ("entry", "what", "department", "at", "content")}
            | {"masked": each.masked, "released": each.released}
            for each in found.parts
        ],
        "place": found.place, "place_released": found.place_released,
    }  # fmt: skip


def prepared(service: Intake, opinion_id: str) -> Prepared:
    """An opinion beside its masked copy; raises `NotFound`."""
    with service.database.reading() as connection:
        opinion = reading.find(connection, opinion_id)
        if opinion is None:
            raise NotFound(UNKNOWN)
        persons = reading.find_persons(connection, service.vault, opinion_id)
        cosigners = reading.cosigners_of(connection, service.vault, opinion_id)
        lines, copy = reading.timeline_of(connection, opinion_id), publications.copy_of(connection, opinion_id)
    return publishing.prepare(opinion, lines, persons, cosigners, copy)


@routes.post(
    f"{API}/publications/<opinion_id>/release",
    access=REVIEWERS,
    body=ReleaseBody,
    answers={200: PublicationStanding},
    versioned=True,
)
def release(call: Call[Intake]) -> Answer:
    """Make a masked copy public, in place of one that is; possible with the submitter's consent only."""
    decided = change_opinion(call, lambda store, opinion: handlers.release(store, opinion, call.body))
    return 200, {"id": call.path["opinion_id"], "publication": decided}


@routes.post(
    f"{API}/publications/<opinion_id>/withhold",
    access=REVIEWERS,
    body=WithholdBody,
    answers={200: PublicationStanding},
    versioned=True,
)
def withhold(call: Call[Intake]) -> Answer:
    """Do not make an opinion public, or no longer; the submitter reads why."""
    decided = change_opinion(call, lambda store, opinion: handlers.withhold(store, opinion, call.body.reason))
    return 200, {"id": call.path["opinion_id"], "publication": decided}
