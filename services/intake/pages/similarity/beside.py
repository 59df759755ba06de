"""Two opinions side by side: what differs is marked, and one is handled with the other, parted from it again, or kept apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import flask

from services.contracts.errors import Changed, Conflict, Invalid, NotFound
from services.contracts.lifecycle import Move, State, allowed_moves
from services.contracts.words.bilingual import Words
from services.contracts.words.vocabulary import CHANNELS, STATES
from services.design.phrases import Phrase
from services.intake.app import reviews as app
from services.intake.app.context import REVIEWERS, Intake
from services.intake.domain.location import Location
from services.intake.domain.opinion import UNKNOWN, Opinion
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.publication.public import area_name
from services.intake.pages.similarity.choosing import ONE, QUEUE
from services.intake.pages.similarity.deciding import KEPT, NO_LONGER, WRONG
from services.intake.pages.submission.fields import new_key
from services.intake.pages.timeline import department_name, local, topic_name
from services.intake.schemas.bodies import Merging
from services.intake.schemas.queries import WaitingQuery
from services.intake.store import reading
from services.intake.store.attachments import attachments_of
from services.runtime.web.calls import Call, tag_of
from services.runtime.web.pages.forms import KEY, VERSION, posted
from services.runtime.web.pages.html import desk_html, error_page, see_other
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
NOBODY_HAS_IT: Final = Phrase("There is no opinion with this number")
LABEL: Final = Phrase("Number of the other one, or the address of its page")
KEPT_TOGETHER: Final = replace(KEPT, hidden=(*KEPT.hidden, "into-version"))
_BODY: Final = Merging()
_PIECES: Final = re.compile(r"[^。！？；，、.!?;,\n]*[。！？；，、.!?;,\n]+|[^。！？；，、.!?;,\n]+")


class TextPiece(NamedTuple):
    """A part of a text, and whether the other text has it, too."""

    text: str
    own: bool


class Side(NamedTuple):
    """One of the two: what it says, in pieces, and its facts, each with whether the other one's is the same."""

    id: str
    address: str
    title: Sequence[TextPiece]
    content: Sequence[TextPiece]
    facts: Sequence[tuple[Phrase, object, bool]]
    photos: Sequence[str]
    version: str


@routes.get(f"{ONE}/beside", access=REVIEWERS, query=WaitingQuery, page=error_page, personal=True)
def beside_page(call: Call[Intake]) -> Answer:
    """An opinion beside the one that the address names."""
    return _page(call, _named(call.query["other"]))


@routes.post(f"{ONE}/beside", access=REVIEWERS, query=WaitingQuery, page=KEPT)
def merge(call: Call[Intake]) -> Answer:
    """Handle an opinion with the other one; back to the queue."""
    form = read_form(("into", VERSION, KEY))
    try:
        app.merge(posted(call, validate(_BODY, {"into": form["into"]}), form))
    except Invalid:
        return _page(call, form["into"], 422, WRONG["into"])
    except (Changed, Conflict):
        # A second press finds done what the first one did.
        if not _is(call, lambda each: each.merged_into == form["into"]):
            return _page(call, form["into"], 409, NO_LONGER)
    return see_other(QUEUE.back(call.query, about=call.path["opinion_id"], did="merge", number="1"))


@routes.post(f"{ONE}/beside/accept", stands_on=ONE, access=REVIEWERS, query=WaitingQuery, page=KEPT_TOGETHER)
def accept_and_merge(call: Call[Intake]) -> Answer:
    """Of two that wait, accept the other one on the usual terms and handle this one with it; back to the queue."""
    form = read_form(("into", "into-version", VERSION, KEY))
    try:
        app.accept_and_merge(posted(call, None, form), form["into"], form["into-version"])
    except (Changed, Conflict, Invalid, NotFound):
        if not _is(call, lambda each: each.merged_into == form["into"]):
            return _page(call, form["into"], 409, NO_LONGER)
    return see_other(QUEUE.back(call.query, about=call.path["opinion_id"], did="merge", number="1"))


@routes.post(f"{ONE}/unmerge", stands_on=ONE, access=REVIEWERS, query=WaitingQuery, page=KEPT)
def unmerge(call: Call[Intake]) -> Answer:
    """Part an opinion from the one that it is handled with: it waits for review again; back to the queue."""
    form = read_form(("into", VERSION, KEY))
    try:
        app.unmerge(posted(call, None, form))
    except (Changed, Conflict):
        if not _is(call, lambda each: each.state is State.SUBMITTED):
            return _page(call, form["into"], 409, NO_LONGER)
    return see_other(QUEUE.back(call.query, about=call.path["opinion_id"], did="unmerge", number="1"))


def pieces(text: str, other: str) -> Iterator[TextPiece]:
    """A text in pieces from one mark of punctuation to the next; those are its own that the other text does not have anywhere."""
    known = {each.strip() for each in _PIECES.findall(other)}
    for each in _PIECES.findall(text):
        yield TextPiece(each, bool(each.strip()) and each.strip() not in known)


def _named(text: str) -> str:
    """The number in what was typed: itself, or the last part of an address."""
    return text.strip().partition("?")[0].rstrip("/").removesuffix("/beside").rpartition("/")[2]


def _is(call: Call[Intake], so: Callable[[Opinion], bool]) -> bool:
    with call.service.database.reading() as connection:
        found = reading.find(connection, call.path["opinion_id"])
    return found is not None and so(found)


def _page(call: Call[Intake], named: str, status: int = 200, notice: Phrase | None = None) -> flask.Response:
    with call.service.database.reading() as connection:
        this = reading.find(connection, call.path["opinion_id"])
        if this is None:
            raise NotFound(UNKNOWN)
        that = reading.find(connection, named)
        known = [each for each in (this, that) if each]
        photos = {each.id: [photo.id for photo in attachments_of(connection, each.id)] for each in known}
        places = {each.id: reading.find_persons(connection, call.service.vault, each.id).location for each in known}
    if that is None or that.id == this.id:
        status, that = 422 if status == 200 and named else status, None
    sides = [_side(call, one, that if one is this else this, photos, places) for one in (this, that) if one]
    merges = [
        (one.id, other.id, tag_of({"updated": one.updated}), here)
        for one, other, here in ((this, that, True), (that, this, False))
        if one and other and Move.MERGE in allowed_moves(one.state) and other.state.is_with_routing
    ]  # fmt: skip
    waiting = [
        (one.id, other.id, tag_of({"updated": one.updated}), tag_of({"updated": other.updated}), here)
        for one, other, here in ((this, that, True), (that, this, False))
        if one and other and one.state is other.state is State.SUBMITTED
    ]  # fmt: skip
    return desk_html(
        TEMPLATES, "beside.html", status, place=call.service.catalogue, role=call.caller.role, session=call.session,
        opinion=this, sides=sides, named=named, label=LABEL, notice=notice, key=new_key(), merges=merges, waiting=waiting,
        mistakes={"with": NOBODY_HAS_IT} if that is None and named else {},
        parts=that is not None and this.merged_into == that.id, list_address=QUEUE.back(call.query),
        at=lambda path: QUEUE.on_it(path, call.query), kept=QUEUE.kept(call.query),
    )  # fmt: skip


def _side(
    call: Call[Intake], one: Opinion, other: Opinion | None, photos: Mapping[str, list[str]], places: Mapping[str, Location | None]
) -> Side:
    catalogue = call.service.catalogue

    def facts(each: Opinion) -> list[tuple[Phrase, Words | object]]:
        place = places[each.id]
        return [
            (Phrase("Topic"), topic_name(each.topic, catalogue) if each.topic else None),
            (Phrase("Area"), area_name(each.area, catalogue)),
            (Phrase("Place"), place.address if place else None),
            (Phrase("Submitted on"), local(each.submitted, catalogue).date()),
            (Phrase("Through"), CHANNELS.get(each.channel)),
            (Phrase("State"), STATES[each.state]),
            (Phrase("Department"), department_name(each.department, catalogue) if each.department else None),
        ]  # fmt: skip

    own, others = facts(one), facts(other or one)
    return Side(
        one.id, QUEUE.on_it(one.id, call.query) if one.state is State.SUBMITTED else f"/cases/{one.id}",
        list(pieces(one.title, other.title if other else one.title)),
        list(pieces(one.content, other.content if other else one.content)),
        [(label, value, value == theirs) for (label, value), (_, theirs) in zip(own, others, strict=True) if value or theirs],
        [f"/cases/{one.id}/photos/{photo}" for photo in photos[one.id]], tag_of({"updated": one.updated}),
    )  # fmt: skip
