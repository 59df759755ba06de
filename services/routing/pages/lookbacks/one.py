"""One look-back: its sample worked through where it stands, and all that is needed to check the draw."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

import flask
from marshmallow import Schema, fields, validate

from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.people.callers import OFFICE
from services.contracts.words.bilingual import Words
from services.contracts.words.vocabulary import STATES, word
from services.design.phrases import Phrase
from services.routing.app import following as app
from services.routing.app.context import RULING, Routing
from services.routing.domain.sampling import Lookback, SampledCase
from services.routing.pages.lookbacks.listing import LIST, LOOKBACKS, shown_lookback
from services.routing.pages.paper import TEMPLATES, department_name, local
from services.routing.schemas.following import CheckBody
from services.routing.store.lookbacks import find_lookback
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import LARGEST_LIMIT
from services.runtime.web.pages.forms import KEY, posted
from services.runtime.web.pages.html import desk_html, error_page, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form
from services.runtime.web.requests import validate as validated
from services.runtime.web.routes import Answer, Routes

routes = Routes()
A_PAGE: Final = 20
PLAIN: Final = "text/plain"
NOTE: Final = Phrase("What was found")
WRONG: Final = Phrase("Please say what was found, at most 2,000 characters")
CHOOSE: Final = Phrase("Please say whether it has held")
RECORDED: Final = Phrase("Recorded.")
CHANGED: Final = Phrase("Somebody else has looked at it, or it is not concluded any more. What you wrote is still below.")
_BODY = CheckBody()
#: How anybody repeats a draw; the file is read as `draw.txt`.
_REPEATED: Final = (
    'grep -v \'^#\' draw.txt | while read id; do echo "$(printf %s "{seed}:$id" | sha256sum | cut -c 1-64) $id"; done'
    " | sort | head -n {size} | cut -d ' ' -f 2"
)


class LookbackQuery(Schema):
    """From which case of the sample on; `cursor` is the page of the list that it was opened from, `did` what was just recorded."""

    place = fields.Integer(data_key="from", load_default=1, validate=validate.Range(1, LARGEST_LIMIT))
    cursor = fields.String(load_default=None)
    did = fields.String(load_default="")


class ShownCase(NamedTuple):
    """A case of the sample: its place in it, and what was found."""

    place: int
    each: SampledCase
    department: Words
    standing: Words
    at: datetime | None


@routes.get(f"{LIST}/<lookback_id>", access=OFFICE, query=LookbackQuery, page=error_page)
def one_page(call: Call[Routing]) -> Answer:
    """A look-back with its sample, what was found, and a form for each case that has not been looked at."""
    return _page(call)


@routes.get(f"{LIST}/<lookback_id>.txt", access=OFFICE, page=error_page, gives=(PLAIN,))
def draw_file(call: Call[Routing]) -> Answer:
    """What a sample was drawn from, with the seed and how the draw is repeated."""
    found = _found(call)
    told = [f"# {name}: {value}" for name, value in (("seed", found.seed), ("size", found.size)) if value is not None]
    repeated = [f"# {_REPEATED.format(seed=found.seed, size=found.size)}"] if found.seed else []
    response = flask.Response("\n".join([*told, *repeated, *found.population, ""]), content_type=f"{PLAIN}; charset=utf-8")
    response.headers["Content-Disposition"] = "attachment; filename=draw.txt"
    return response


@routes.post(
    f"{LIST}/<lookback_id>/<assignment_id>", stands_on=f"{LIST}/<lookback_id>", access=RULING, query=LookbackQuery,
    page=KeptForm({"note": NOTE}, ("held", KEY)),
)  # fmt: skip
def check(call: Call[Routing]) -> Answer:
    """Record what was found of one case; back to the look-back, where the next one is."""
    form, about = read_form(("held", "note", KEY)), call.path["assignment_id"]
    asked = {"assignment": about, "note": form["note"], **({"held": form["held"] == "yes"} if form["held"] else {})}
    try:
        app.check(posted(call, validated(_BODY, asked), form))
    except Invalid as error:
        return _page(call, 422, form, WRONG if "note" in error.errors else CHOOSE)
    except Conflict:
        return _page(call, 409, form, notice=CHANGED)
    first, cases = _place(call), _found(call).cases
    place, following = next(((at, each.assignment) for at, each in enumerate(cases[first - 1 :]) if each.held is None), (0, about))
    return see_other(f"{_address(call, first=first + place // A_PAGE * A_PAGE, did='check')}#case-{following}")


def _place(call: Call[Routing]) -> int:
    place: int = call.query["place"]
    return place


def _address(call: Call[Routing], about: str = "", first: int | None = None, **more: str) -> str:
    """The address of the part of the sample that is shown or of that which begins with the `first`, or of the form about a case."""
    begins = first or _place(call)
    path = "/".join(filter(None, (call.path["lookback_id"], about)))
    return LOOKBACKS.on_it(path, call.query, **({"from": str(begins)} if begins > 1 else {}), **more)


def _found(call: Call[Routing]) -> Lookback:
    with call.service.database.reading() as connection:
        found = find_lookback(connection, call.path["lookback_id"])
    if found is None:
        raise NotFound("There is no such look-back.")
    return found


def _page(
    call: Call[Routing], status: int = 200, form: Mapping[str, str] | None = None, mistake: Phrase | None = None,
    notice: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    catalogue, found, first = call.service.catalogue, _found(call), _place(call)
    cases = [
        ShownCase(
            place, each, department_name(each.department, catalogue), word(STATES, each.state),
            local(each.at, catalogue) if each.at else None,
        )
        for place, each in enumerate(found.cases[first - 1 :][:A_PAGE], first)
    ]  # fmt: skip
    typed, named = call.path.get("assignment_id", ""), f"note-{call.path.get('assignment_id', '')}"
    previous, following = (max(first + step, 1) for step in (-A_PAGE, A_PAGE))
    return desk_html(
        TEMPLATES, "lookbacks/one.html", status, place=catalogue, role=call.caller.role, session=call.session, found=found,
        row=shown_lookback(call, found, found.found), cases=cases, form=form or {}, typed=typed,
        mistakes={named: mistake} if mistake else {}, labels={named: NOTE}, may=call.caller.role in RULING,
        notice=notice, said=RECORDED if call.query["did"] and status == 200 else None, key=secrets.token_urlsafe(16),
        action=partial(_address, call),
        before=_address(call, first=previous) if first > 1 else None, list_address=LOOKBACKS.back(call.query),
        following=_address(call, first=following) if first - 1 + A_PAGE < len(found.cases) else None,
    )  # fmt: skip
