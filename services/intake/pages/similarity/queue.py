"""The opinions that wait for a reviewer, where what says the same is one line and one decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import flask

from services.contracts.catalogue.model import Catalogue
from services.contracts.fragments import MOST_COUNTED
from services.contracts.lifecycle import State
from services.contracts.words.vocabulary import CHANNELS, STATES
from services.design.phrases import Phrase
from services.intake.app.context import REVIEWERS, Intake
from services.intake.app.similarity import similar as app
from services.intake.domain.opinion import Opinion
from services.intake.domain.reviewing import waited
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.publication.public import area_name
from services.intake.pages.similarity.beside import LABEL as BESIDE
from services.intake.pages.similarity.choosing import LIST, ONE, QUEUE, left_out
from services.intake.pages.similarity.deciding import KEPT, NOTHING, Mistakes, choices, decide, said, target_of
from services.intake.pages.submission.fields import new_key
from services.intake.pages.submission.options import Options, areas_of, stations_of, topics_of
from services.intake.pages.timeline import local, topic_name
from services.intake.schemas.queries import WaitingQuery
from services.intake.store.similarity.queue import WaitingQueue, count_waiting, waiting
from services.intake.store.similarity.similar import Similar
from services.intake.store.similarity.wordings import count_alike
from services.runtime.web.calls import Call, tag_of
from services.runtime.web.lists.narrowing import address
from services.runtime.web.lists.paging import cursor_of, read_cursor
from services.runtime.web.pages.html import desk_html, error_page
from services.runtime.web.routes import Answer, Routes

routes = Routes()
A_PAGE, MOST_WORDS = 30, 8
COLUMNS = ("topic", "area", "station", "channel")


@routes.get(LIST, access=REVIEWERS, query=WaitingQuery, page=error_page)
def list_page(call: Call[Intake]) -> Answer:
    """What waits for a reviewer, the oldest first; opinions that say the same are one line."""
    service, query, given, queue = call.service, call.query, QUEUE.given(call.query), _queue(call.query)
    with service.database.reading() as connection:
        found = waiting(connection, queue, read_cursor(query["cursor"] or None), A_PAGE)
        alike = count_alike(connection, [each.id for each in found], app.WAITING)
        number = count_waiting(connection, queue, MOST_COUNTED)
        failed = left_out(connection, query["failed"])
        behind = waiting(connection, queue, query["about"], 0) if query["about"] else []
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
        said=said(call), failed=failed, chosen=not query["none"], key=new_key(), number=number, most=MOST_COUNTED,
        following=address(LIST, given, cursor=cursor_of(shown[-1].id)) if len(found) > A_PAGE else None,
        at=lambda path: QUEUE.on_it(path, query), kept=QUEUE.kept(query), filters=_filters(service.catalogue), beginning=LIST,
        given={**dict.fromkeys(QUEUE.filters, ""), **given}, first=address(LIST, given), is_narrowed=bool(given),
        is_later=bool(query["cursor"]), behind=[(each.title, QUEUE.on_it(each.id, query)) for each in behind],
    )  # fmt: skip


def _queue(query: Mapping[str, Any]) -> WaitingQueue:
    """What a query wants of the queue."""
    columns = {name: query[name] for name in COLUMNS if query[name]}
    return WaitingQueue(app.WAITING, columns, query["q"].split()[:MOST_WORDS], grouped=True)


def _filters(catalogue: Catalogue) -> list[tuple[str, Phrase, Options]]:
    return [
        ("topic", Phrase("Topic"), topics_of(catalogue)), ("area", Phrase("Area"), areas_of(catalogue)),
        ("station", Phrase("Station"), stations_of(catalogue)),
        ("channel", Phrase("Through"), [(None, list(CHANNELS.items()))]),
    ]  # fmt: skip


def _back(call: Call[Intake]) -> Callable[..., str]:
    """Where a decision leads: to the queue as it was narrowed, which has what comes behind what was decided on."""
    return partial(QUEUE.back, call.query, about=call.path["opinion_id"])


@routes.get(ONE, access=REVIEWERS, query=WaitingQuery, page=error_page)
def review_page(call: Call[Intake]) -> Answer:
    """An opinion with all that says the same, and the decisions on them."""
    return _page(call)


@routes.post(f"{ONE}/accept", stands_on=ONE, access=REVIEWERS, query=WaitingQuery, page=KEPT)
def accept(call: Call[Intake]) -> Answer:
    """Accept an opinion and all that say the same."""
    return decide(call, "accept", app.accept_all, _back(call), partial(_page, call))


@routes.post(f"{ONE}/decline", stands_on=ONE, access=REVIEWERS, query=WaitingQuery, page=KEPT)
def decline(call: Call[Intake]) -> Answer:
    """Decline an opinion and all that say the same."""
    return decide(call, "decline", app.decline_all, _back(call), partial(_page, call))


@routes.post(f"{ONE}/return", stands_on=ONE, access=REVIEWERS, query=WaitingQuery, page=KEPT)
def return_(call: Call[Intake]) -> Answer:
    """Ask the submitters of an opinion and of all that say the same for more."""
    return decide(call, "return", app.return_all, _back(call), partial(_page, call))


@routes.post(f"{ONE}/merge", stands_on=ONE, access=REVIEWERS, query=WaitingQuery, page=KEPT)
def merge(call: Call[Intake]) -> Answer:
    """Merge an opinion and all that say the same into one that is handled."""
    return decide(call, "merge", app.merge_all, _back(call), partial(_page, call))


def _page(
    call: Call[Intake], status: int = 200, form: Mapping[str, str] = NOTHING, mistakes: Mistakes | None = None,
    notice: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    catalogue, queue = call.service.catalogue, _queue(call.query)
    opinion, found, alike = app.similar_to(call)
    with call.service.database.reading() as connection:
        near = [next(iter(waiting(connection, queue, opinion.id, 0, back=back)), None) for back in (True, False)]
    handled = [each.opinion for each in found if each.opinion.state.is_with_routing]
    return desk_html(
        TEMPLATES, "review.html", status, place=catalogue, role=call.caller.role, session=call.session, opinion=opinion,
        standing=STATES[opinion.state], may=opinion.state is State.SUBMITTED, alike=alike,
        at=lambda path: QUEUE.on_it(f"{opinion.id}/{path}", call.query), list_address=QUEUE.back(call.query),
        side_by_side=lambda id: QUEUE.on_it(f"{opinion.id}/beside", call.query, **{"with": id}), kept=QUEUE.kept(call.query),
        near=[QUEUE.on_it(each.id, call.query) if each else None for each in near],
        version=tag_of({"updated": opinion.updated}), beside=BESIDE,
        about=_about(opinion, call), found=[_shown(each, call) for each in found], form={**NOTHING, **form},
        targets=[target_of(each, catalogue) for each in handled], mistakes=mistakes or {}, notice=notice, **choices(catalogue),
    )  # fmt: skip


def _shown(each: Similar, call: Call[Intake]) -> tuple[str, str, str, object, object, int]:
    opinion = each.opinion
    day = local(opinion.submitted, call.service.catalogue).date()
    return QUEUE.on_it(opinion.id, call.query), opinion.title, opinion.id, STATES[opinion.state], day, round(each.likeness * 100)


def _about(opinion: Opinion, call: Call[Intake]) -> list[tuple[Phrase, object]]:
    catalogue = call.service.catalogue
    return [
        (Phrase("Topic"), topic_name(opinion.topic, catalogue) if opinion.topic else None),
        (Phrase("Area"), area_name(opinion.area, catalogue)),
        (Phrase("State"), STATES[opinion.state]),
        (Phrase("Submitted on"), local(opinion.submitted, catalogue)),
    ]
