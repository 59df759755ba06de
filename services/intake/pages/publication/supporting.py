"""Supporting a public opinion: the page to do it, and what a supporter reads afterwards by a receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import flask

from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.people.callers import PUBLIC
from services.contracts.words.vocabulary import PUBLIC_STANDINGS
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.limits import RECEIPTS, SUPPORTS
from services.intake.app.publication import supporting
from services.intake.app.publication.public import ONE_COST
from services.intake.app.publication.supporting import support_view, support_with
from services.intake.domain.people import CONTACT
from services.intake.domain.publication.supporting import SUPPORTABLE
from services.intake.domain.receipt.receipts import show_receipt
from services.intake.pages.paper import TEMPLATES, private
from services.intake.pages.publication.public import EXCERPT, TONES, page_of
from services.intake.pages.receipt.codes import paper_address
from services.intake.pages.submission.fields import KEY, new_key, usable_key
from services.intake.store import reading
from services.intake.store.publication import public
from services.runtime.store.idempotency import Key
from services.runtime.web.access.sessions import refuse_foreign
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.pages.readers import YEAR, cookie_of
from services.runtime.web.requests import read_form
from services.runtime.web.routes import Answer, Routes

routes = Routes()
#: Tells a browser that supports an opinion from others; it is sent to the pages of public opinions alone.
COOKIE, COOKIE_PATH = cookie_of("supporter"), "/public/opinions"
ENDED_AT = "/public/support/withdrawn"
LABEL = Phrase("Phone number or e-mail address, to be told of the reply")
MISTAKE = Phrase("Please enter one phone number or one e-mail address, or leave it out")
TOO_LATE = Phrase(
    "It is no longer handled, so that it cannot be supported any more. You can read what became of it, or submit your own."
)
ENDED = Phrase("No longer handled")


@routes.get("/public/opinions/<opinion_id>/support", access=PUBLIC, cost=ONE_COST, page=error_page)
def support_page(call: Call[Intake]) -> Answer:
    """The form to support a public opinion; one that was merged leads to the one it is handled with."""
    with call.service.database.reading() as connection:
        opinion = reading.find(connection, call.path["opinion_id"])
    if opinion is not None and opinion.merged_into:
        return see_other(f"{page_of(opinion.merged_into)}/support")
    return _form(call, {CONTACT: "", KEY: new_key()})


# No CSRF token, as with the other forms of citizens: there is no session. Another site must not make its visitors support it.
@routes.post(
    "/public/opinions/<opinion_id>/support", access=PUBLIC, page=KeptForm({CONTACT: LABEL}, (KEY,)), counts=(SUPPORTS,)
)  # fmt: skip
def support(call: Call[Intake]) -> Answer:
    """Support a public opinion; on to the supporter's receipt."""
    refuse_foreign(flask.request.headers.get("Sec-Fetch-Site"))
    form = read_form((CONTACT, KEY))
    form[KEY] = usable_key(form[KEY])
    browser = usable_key(flask.request.cookies.get(COOKIE, "") or form[KEY])
    keyed = replace(call, idempotency_key=Key.of(form[KEY], call.caller.principal))
    try:
        taken = support_with(keyed, form[CONTACT] or None, browser)
    except Invalid:
        return _form(call, form, 422, mistakes={CONTACT: MISTAKE})
    except NotFound:
        return _form(call, form)
    except Conflict:
        return _form(call, form | {KEY: new_key()}, 409)
    answer = see_other(taken["links"]["page"])
    is_secure = call.guard.is_secure() if call.guard else False
    answer.set_cookie(COOKIE, browser, max_age=YEAR, path=COOKIE_PATH, secure=is_secure, httponly=True, samesite="Lax")
    return answer


def _form(
    call: Call[Intake], form: Mapping[str, str], status: int = 200, mistakes: Mapping[str, Phrase] | None = None
) -> flask.Response:
    with call.service.database.reading() as connection:
        case = public.find(connection, call.path["opinion_id"])
    may = case is not None and case.state in SUPPORTABLE
    page = html(
        TEMPLATES, "support.html", status if case else 404, place=call.service.catalogue, case=case, may=may, form=form,
        excerpt=" ".join(case.copy.content.split())[:EXCERPT] if case else "", labels={CONTACT: LABEL}, mistakes=mistakes or {},
        too_late=TOO_LATE, address=page_of(call.path["opinion_id"]),
    )  # fmt: skip
    return private(page)


def supporter_page(call: Call[Intake], text: str) -> flask.Response:
    """What the holder of a supporter's receipt sees; raises `NotFound`."""
    view = support_view(call.service, text)
    standing = PUBLIC_STANDINGS.get(view.state, ENDED)
    address = f"/receipts/{view.receipt}"
    page = html(
        TEMPLATES, "supported.html", place=call.service.catalogue, receipt=show_receipt(view.receipt), copy=view.copy,
        supporters=view.opinion.supporters, standing=standing, tone=TONES.get(view.state, ""), address=address,
        on_paper=paper_address(call, address), public=page_of(view.opinion.id) if view.copy else None,
    )  # fmt: skip
    return private(page)


@routes.post(
    "/receipts/<receipt>/support/withdrawal", stands_on="/receipts/<receipt>", access=PUBLIC, page=error_page, counts=(RECEIPTS,)
)
def withdraw(call: Call[Intake]) -> Answer:
    """No longer support a case."""
    supporting.withdraw_support(call)
    return see_other(ENDED_AT)


@routes.get(ENDED_AT, access=PUBLIC, cost=ONE_COST, page=error_page)
def withdrawn(call: Call[Intake]) -> Answer:
    """What is said when a support was taken back."""
    return private(html(TEMPLATES, "support-withdrawn.html", place=call.service.catalogue))
