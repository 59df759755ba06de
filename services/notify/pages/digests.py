"""Notices by letter: whether somebody wants to be told of what is new, how often, when, and by which ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast, get_args

import flask

from services.contracts.errors import NotFound
from services.contracts.fragments import parts_of
from services.contracts.messages.accounts import DigestWay, Language
from services.contracts.people.callers import SIGNED_IN
from services.design.phrases import Phrase
from services.notify.app.context import Notify
from services.notify.domain.digests import DigestChoice, How, hours_of
from services.notify.pages.paper import TEMPLATES
from services.notify.store.digests import choose, chosen_by, forget
from services.runtime.input.numbers import whole_number
from services.runtime.store.database import Transaction
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.pages.readers import this_reader
from services.runtime.web.requests import read_form
from services.runtime.web.routes import Answer, Routes

routes = Routes()
PAGE: Final = "/notices/letters"
NO_PERSON: Final = "This page is about the account of somebody; a token has none."
WAYS: Final[tuple[DigestWay, ...]] = get_args(DigestWay)
FIELDS: Final = ("how", "hour", *WAYS)
OFF: Final = "off"
LABELS: Final[Mapping[str, Phrase]] = {
    "how": Phrase("How often"), "hour": Phrase("At which hour"), "ways": Phrase("By which ways"),
}  # fmt: skip
BY_WAY: Final[Mapping[DigestWay, Phrase]] = {"email": Phrase("By mail"), "chat": Phrase("In the chat of the office")}
MISTAKES: Final[Mapping[str, Phrase]] = {
    "how": Phrase("Please choose how often"), "hour": Phrase("Please choose one of these hours"),
    "ways": Phrase("Please choose at least one way"),
}  # fmt: skip


@routes.get(PAGE, access=SIGNED_IN, page=error_page)
def digests_page(call: Call[Notify]) -> Answer:
    """What somebody has chosen, and the form that changes it."""
    return _page(call)


@routes.post(PAGE, access=SIGNED_IN, page=KeptForm({}, FIELDS))
def keep(call: Call[Notify]) -> Answer:
    """Keep what was chosen; pressing twice changes nothing more."""
    person, form, service = _person(call), read_form(FIELDS), call.service
    how, ways = form["how"], tuple(way for way in _offered(call) if form[way])
    hour = whole_number(form["hour"], 2)
    if how == OFF:
        service.database.write(lambda work: forget(work, [person]))
        return see_other(f"{PAGE}?did=stopped")
    wrong = [
        name
        for name, is_right in (
            ("how", how in get_args(How)), ("hour", how != "daily" or hour in _hours(call)), ("ways", bool(ways)),
        )
        if not is_right
    ]  # fmt: skip
    if wrong:
        return _page(call, 422, form, {name: MISTAKES[name] for name in wrong})
    choice = DigestChoice(cast(How, how), ways, cast(Language, this_reader().lang), _hour(call, hour))

    def unit(work: Transaction) -> None:
        choose(work, person, choice, choice.next_at(service.catalogue.calendar, work.now, service.digest_stretch))

    service.database.write(unit)
    return see_other(f"{PAGE}?did=kept")


def _person(call: Call[Notify]) -> str:
    if call.caller.person is None:
        raise NotFound(NO_PERSON)
    return call.caller.person


def _offered(call: Call[Notify]) -> list[DigestWay]:
    return [way for way in WAYS if call.service.submitter_channels.offers(way)]


def _hours(call: Call[Notify]) -> list[int]:
    return hours_of(call.service.catalogue.calendar)


def _hour(call: Call[Notify], chosen: int | None) -> int:
    hours = _hours(call)
    return chosen if chosen in hours else hours[0]


def _page(
    call: Call[Notify], status: int = 200, form: Mapping[str, str] | None = None, mistakes: Mapping[str, Phrase] | None = None
) -> flask.Response:
    with call.service.database.reading() as connection:
        chosen = chosen_by(connection, _person(call))
    offered = _offered(call)
    given = form or {
        "how": chosen.how if chosen else OFF, "hour": str(_hour(call, chosen.hour if chosen else None)),
        **{way: "1" if (way in chosen.ways if chosen else way == offered[0]) else "" for way in offered},
    }  # fmt: skip
    return html(
        TEMPLATES, "digests.html", status, place=call.service.catalogue, role=call.caller.role, session=call.session,
        parts=parts_of("letters", call.caller.role), page=PAGE, given=given, mistakes=mistakes or {}, labels=LABELS, chosen=chosen,
        ways=[(way, BY_WAY[way]) for way in offered], hours=[(None, [(str(hour), f"{hour}:00") for hour in _hours(call)])],
        minutes=round(call.service.digest_stretch.total_seconds() / 60), did=str(call.query.get("did", "")),
    )  # fmt: skip
