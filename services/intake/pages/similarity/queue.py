"""The opinions that wait for a reviewer, where what says the same is one line and one decision."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import flask

from services.contracts.lifecycle import State
from services.contracts.words.vocabulary import STATES
from services.design.phrases import Phrase
from services.intake.app.context import REVIEWERS, Intake
from services.intake.app.similarity import similar as app
from services.intake.domain.opinion import Opinion
from services.intake.domain.reviewing import waited
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.publication.public import area_name
from services.intake.pages.similarity.beside import LABEL as BESIDE
from services.intake.pages.similarity.choosing import LIST, left_out
from services.intake.pages.similarity.deciding import KEPT, NOTHING, Mistakes, choices, decide, said, target_of
from services.intake.pages.submission.fields import new_key
from services.intake.pages.timeline import local, topic_name
from services.intake.store import reading
from services.intake.store.similarity.similar import Similar
from services.intake.store.similarity.wordings import count_alike
from services.runtime.web.calls import Call, tag_of
from services.runtime.web.lists.paging import cursor_of, read_cursor
from services.runtime.web.pages.html import desk_html, error_page, see_other
from services.runtime.web.routes import Answer, Routes

routes = Routes()
A_PAGE = 30


@routes.get("/reviews", access=REVIEWERS, page=error_page)
def list_page(call: Call[Intake]) -> Answer:
    """What waits for a reviewer, the oldest first; opinions that say the same are one line."""
    service, cursor = call.service, call.query.get("cursor")
    with service.database.reading() as connection:
        after = read_cursor(str(cursor)) if cursor else None
        found = reading.waiting(connection, app.WAITING, after, A_PAGE, grouped=True)
        alike = count_alike(connection, [each.id for each in found], app.WAITING)
        failed = left_out(connection, str(call.query.get("failed", "")))
    shown, now = found[:A_PAGE], service.database.clock.now()
    rows = []
    for each in shown:
        since = waited(service.catalogue, each.topic, each.waiting_since or each.submitted, now)
        about = [
            topic_name(each.topic, service.catalogue) if each.topic else None, area_name(each.area, service.catalogue),
            local(each.submitted, service.catalogue).date(),
        ]  # fmt: skip
        version = tag_of({"updated": each.updated})
        rows.append((each, alike.get(each.id, 1), [part for part in about if part], since, version))
    return desk_html(
        TEMPLATES, "reviews.html", place=service.catalogue, role=call.caller.role, session=call.session, rows=rows,
        said=said(call), failed=failed, chosen=not call.query.get("none"), key=new_key(),
        following=f"{LIST}?cursor={cursor_of(shown[-1].id)}" if len(found) > A_PAGE else None,
    )  # fmt: skip


@routes.get("/reviews/<opinion_id>", access=REVIEWERS, page=error_page)
def review_page(call: Call[Intake]) -> Answer:
    """An opinion with all that says the same, and the decisions on them."""
    return _page(call)


@routes.get("/reviews/<opinion_id>/<verb>", access=REVIEWERS, page=error_page)
def back(call: Call[Intake]) -> Answer:
    """GET on the address of a form: back to the page."""
    return see_other(f"{LIST}/{call.path['opinion_id']}")


@routes.post("/reviews/<opinion_id>/accept", access=REVIEWERS, page=KEPT)
def accept(call: Call[Intake]) -> Answer:
    """Accept an opinion and all that say the same."""
    return decide(call, "accept", app.accept_all, LIST, partial(_page, call))


@routes.post("/reviews/<opinion_id>/decline", access=REVIEWERS, page=KEPT)
def decline(call: Call[Intake]) -> Answer:
    """Decline an opinion and all that say the same."""
    return decide(call, "decline", app.decline_all, LIST, partial(_page, call))


@routes.post("/reviews/<opinion_id>/return", access=REVIEWERS, page=KEPT)
def return_(call: Call[Intake]) -> Answer:
    """Ask the submitters of an opinion and of all that say the same for more."""
    return decide(call, "return", app.return_all, LIST, partial(_page, call))


@routes.post("/reviews/<opinion_id>/merge", access=REVIEWERS, page=KEPT)
def merge(call: Call[Intake]) -> Answer:
    """Merge an opinion and all that say the same into one that is handled."""
    return decide(call, "merge", app.merge_all, LIST, partial(_page, call))


def _page(
    call: Call[Intake], status: int = 200, form: Mapping[str, str] = NOTHING, mistakes: Mistakes | None = None,
    notice: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    catalogue = call.service.catalogue
    opinion, found, alike = app.similar_to(call)
    handled = [each.opinion for each in found if each.opinion.state.is_with_routing]
    return desk_html(
        TEMPLATES, "review.html", status, place=catalogue, role=call.caller.role, session=call.session, opinion=opinion,
        standing=STATES[opinion.state], may=opinion.state is State.SUBMITTED, alike=alike, address=f"{LIST}/{opinion.id}",
        version=tag_of({"updated": opinion.updated}), beside=BESIDE,
        about=_about(opinion, call), found=[_shown(each, call) for each in found], form={**NOTHING, **form},
        targets=[target_of(each, catalogue) for each in handled], mistakes=mistakes or {}, notice=notice, **choices(catalogue),
    )  # fmt: skip


def _shown(each: Similar, call: Call[Intake]) -> tuple[str, str, object, object, int]:
    opinion = each.opinion
    day = local(opinion.submitted, call.service.catalogue).date()
    return f"{LIST}/{opinion.id}", opinion.title, STATES[opinion.state], day, round(each.likeness * 100)


def _about(opinion: Opinion, call: Call[Intake]) -> list[tuple[Phrase, object]]:
    catalogue = call.service.catalogue
    return [
        (Phrase("Topic"), topic_name(opinion.topic, catalogue) if opinion.topic else None),
        (Phrase("Area"), area_name(opinion.area, catalogue)),
        (Phrase("State"), STATES[opinion.state]),
        (Phrase("Submitted on"), local(opinion.submitted, catalogue)),
    ]
