"""The host at work: questions are written down while people talk, each with a receipt to be printed; who came is counted.

The form works without a script. It says nothing of a case, because it is kept on the device for when there is no network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import flask

from services.contracts.errors import AtCapacity, Conflict, Invalid, Unavailable
from services.contracts.words.vocabulary import OUTCOMES
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.sessions.attendance import note_with
from services.intake.app.sessions.questions import HOSTS, ask_all, asked, route_of
from services.intake.domain.receipt.receipts import show_receipt
from services.intake.domain.sessions.question import PROMISING
from services.intake.domain.sessions.session import HeardSession
from services.intake.pages.paper import TEMPLATES, private
from services.intake.pages.receipt.codes import PaperAddress, paper_address
from services.intake.pages.sessions.fields import CODES, FIELDS, LABELS, SPOTS, mistakes_of, question_of
from services.intake.pages.submission.fields import KEY, new_key, usable_key
from services.intake.pages.submission.form import AT_CAPACITY, FORM_CACHING, NOT_STORED
from services.intake.pages.submission.options import areas_of, departments_of, topics_of
from services.intake.schemas.sessions.attendance import AttendanceBody
from services.intake.schemas.sessions.questions import SessionQuestions
from services.intake.store.sessions import looking
from services.runtime.input.numbers import typed_number
from services.runtime.input.queries import texts
from services.runtime.store.idempotency import Key, recalled
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.problems import STORE_AWAY
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
HOST: Final = "/sessions/<session_id>/host"
#: An answer that lies ahead is a promise.
ANSWERED: Final = [(code, words) for code, words in OUTCOMES.items() if code not in PROMISING]
COUNTED: Final = ("deputies", "visitors", "observers")
COUNT_LABELS: Final[Mapping[str, Phrase]] = {
    "deputies": Phrase("Codes of the deputies who are here"),
    "visitors": Phrase("Visitors"),
    "observers": Phrase("Observers"),
}
COUNT_MISTAKES: Final[Mapping[str, Phrase]] = {
    "deputies": Phrase("Please enter codes of deputies of the register, with blanks between them, or a number of people"),
    "visitors": Phrase("Please enter a number"),
    "observers": Phrase("Please enter a number"),
}
NOT_NOW: Final = Phrase("Questions are written down from the announcement of the session until its minutes are done.")
SENT_ALREADY: Final = Phrase(
    "This form has been sent already, and was changed since. To write down another question, send it again."
)
_QUESTIONS, _ATTENDANCE = SessionQuestions(), AttendanceBody()


class Printed(NamedTuple):
    """A question that has just been written down, with the receipt for the one who asked it."""

    number: int
    title: str
    receipt: str
    on_paper: PaperAddress


@routes.get(HOST, access=HOSTS, page=error_page)
def host_page(call: Call[Intake]) -> Answer:
    """The form to write down a question, and the one to say who came."""
    page = _page(call, _empty())
    page.headers["Cache-Control"] = FORM_CACHING
    return page


@routes.post(HOST, access=HOSTS, page=KeptForm({name: LABELS[name] for name in LABELS if name not in CODES}, (*CODES, KEY)))
def take_down(call: Call[Intake]) -> Answer:
    """Write a question down; its receipt and the next form on success, the form with its text and the mistakes otherwise."""
    form = read_form(FIELDS)
    form[KEY] = usable_key(form[KEY])
    keyed = replace(call, idempotency_key=Key.of(form[KEY], call.caller.principal))
    try:
        body = {"questions": [question_of(form, call.service.catalogue.calendar.zone)]}
        ask_all(keyed, validate(_QUESTIONS, body)["questions"])
    except Invalid as error:
        return _page(call, form, 422, mistakes_of(error, form))
    except Conflict as error:
        is_other = "Idempotency-Key" in error.detail
        return _page(call, form | {KEY: new_key()}, 409, notice=SENT_ALREADY if is_other else NOT_NOW)
    except AtCapacity:
        return _page(call, form, 503, notice=AT_CAPACITY)
    except STORE_AWAY:
        answer = _page(call, form, 503, notice=NOT_STORED)
        answer.headers["Retry-After"] = str(Unavailable.seconds)
        return answer
    return see_other(f"{_address(call)}/submitted?{KEY}={form[KEY]}")


@routes.get(f"{HOST}/submitted", access=HOSTS, query=texts(KEY), page=error_page)
def submitted(call: Call[Intake]) -> Answer:
    """The receipt of the question that was written down with the form of this key, for a day, and the form for the next one."""
    return _page(call, _empty(), taken=_taken(call))


@routes.post(f"{HOST}/attendance", stands_on=HOST, access=HOSTS, page=error_page)
def count(call: Call[Intake]) -> Answer:
    """Say who came; back to the host's page."""
    form = read_form(COUNTED)
    deputies = form["deputies"].replace("，", " ").replace("、", " ").replace(",", " ").split()
    given = {name: typed_number(form[name]) for name in COUNTED[1:] if form[name]}
    try:
        note_with(call, validate(_ATTENDANCE, given | {"deputies": deputies}))
    except Invalid as error:
        wrong = {path.partition(".")[0] for path in error.errors}
        return _page(call, _empty() | form, 422, {name: COUNT_MISTAKES[name] for name in COUNTED if name in wrong})
    except Conflict:
        return _page(call, _empty() | form, 409, notice=NOT_NOW)
    return see_other(_address(call))


def _taken(call: Call[Intake]) -> Sequence[Printed]:
    given, session = call.query[KEY], call.path["session_id"]
    if given != usable_key(given):
        return ()
    numbers = recalled(call.service.database, Key(given, call.caller.principal), route_of(session))
    if not isinstance(numbers, list):
        return ()
    return [
        Printed(each.number, each.title, show_receipt(each.receipt), paper_address(call, f"/receipts/{each.receipt}"))
        for each in asked(call.service, session, *numbers)
    ]


def _empty() -> dict[str, str]:
    return dict.fromkeys((*FIELDS, *COUNTED), "") | {KEY: new_key()}


def _address(call: Call[Intake]) -> str:
    return f"/sessions/{call.path['session_id']}/host"


def _session(call: Call[Intake]) -> HeardSession:
    with call.service.database.reading() as connection:
        return looking.find_hosted(connection, call.path["session_id"], call.caller.station)


def _page(
    call: Call[Intake], form: Mapping[str, str], status: int = 200, mistakes: Mapping[str, Phrase] | None = None,
    notice: Phrase | None = None, taken: Sequence[Printed] = (),
) -> flask.Response:  # fmt: skip
    catalogue, session = call.service.catalogue, _session(call)
    return private(
        html(
            TEMPLATES, "sessions/host.html", status, place=catalogue, role=call.caller.role, session=call.session,
            title=session.title, address=_address(call), session_page=f"/sessions/{session.id}",
            form=dict.fromkeys(COUNTED, "") | dict(form),
            labels={**LABELS, **COUNT_LABELS}, mistakes=mistakes or {}, notice=notice, taken=taken, spots=SPOTS.items(),
            outcomes=[(None, ANSWERED)], topics=topics_of(catalogue), areas=areas_of(catalogue),
            departments=departments_of(catalogue), scripts=("form.js",),
        )
    )  # fmt: skip
