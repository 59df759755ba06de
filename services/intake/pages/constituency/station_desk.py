"""The desk of a station, and of a mobile one: somebody takes an opinion down for somebody else, and prints the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import flask

from services.contracts.catalogue import stored
from services.contracts.people.callers import Role
from services.contracts.words.vocabulary import CHANNELS, VISIBILITIES
from services.design.phrases import Phrase
from services.intake.app.constituency.campaigns import running_at
from services.intake.app.context import Intake
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.submission.choosing import CHOOSE_AGAIN, MOST_BYTES, PHOTOS, PhotoField
from services.intake.pages.submission.fields import CONTACT, KEY, LABELS, new_key, usable_key
from services.intake.pages.submission.form import FORM_CACHING, KEPT, take_form
from services.intake.pages.submission.options import topics_of
from services.intake.store.constituency.stations import find_profile
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.requests import read_form
from services.runtime.web.routes import LONGEST_BODY, Answer, Routes

routes = Routes()
STATION = "/station"
AT_THE_STATION = frozenset({Role.STATION})
#: How somebody came whose opinion is taken down.
DESK_CHANNELS = ("station", "mobile_station", "meeting")
FIELDS = ("channel", "title", "content", "topic", "campaign", *CONTACT, "visibility", KEY)


@routes.get(STATION, access=AT_THE_STATION, page=error_page)
def desk(call: Call[Intake]) -> Answer:
    """The form to take an opinion down for somebody else."""
    return _desk(call, dict.fromkeys(FIELDS, "") | {KEY: new_key()})


@routes.post(STATION, access=AT_THE_STATION, page=KEPT, longest=LONGEST_BODY + MOST_BYTES)
def take_down(call: Call[Intake]) -> Answer:
    """Take the form; the receipt to be printed on success, the form with its text and the mistakes otherwise."""
    form = read_form(FIELDS, MOST_BYTES)
    form[KEY] = usable_key(form[KEY])
    return take_form(call, form, _submission_of(form, call.caller.station), partial(_desk, call))


def _submission_of(form: Mapping[str, str], station: str | None) -> dict[str, object]:
    """The form as the API takes it, of the station of who sends it."""
    given = {name: form[name] for name in ("topic", "campaign", "visibility") if form[name]}
    contact = {name: form[name] for name in CONTACT if form[name]}
    body = {"title": form["title"], "content": form["content"], "channel": form["channel"] or DESK_CHANNELS[0], "station": station}
    return body | given | ({"submitter": {"kind": "citizen"} | contact} if contact else {})


def _desk(
    call: Call[Intake],
    form: Mapping[str, str],
    status: int = 200,
    mistakes: Mapping[str, Phrase] | None = None,
    notice: Phrase | None = None,
) -> flask.Response:
    catalogue, code = call.service.catalogue, call.caller.station
    station, session = stored.found(catalogue.stations, code), call.session
    with call.service.database.reading() as connection:
        is_mobile = station is not None and find_profile(connection, station.code).mobile
    response = html(
        TEMPLATES, "constituency/station-desk.html", status, place=catalogue, role=call.caller.role, form=form, labels=LABELS,
        station=station.name if station else code, channels=[(each, CHANNELS[each]) for each in DESK_CHANNELS],
        topics=topics_of(catalogue), visibilities=VISIBILITIES, photos=PhotoField(LABELS[PHOTOS]), scripts=("form.js",),
        campaigns=[(each.code, each.title) for each in running_at(call.service, station.area if station else None, code)],
        is_again=(mistakes or {}).get(PHOTOS) is CHOOSE_AGAIN, mistakes=mistakes or {}, notice=notice, session=session,
        is_mobile=is_mobile,
    )  # fmt: skip
    if status == 200:
        response.headers["Cache-Control"] = FORM_CACHING
    return response
