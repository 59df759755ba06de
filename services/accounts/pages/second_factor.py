"""The second factor of the own account: set it up with an app, take it out of use again."""

from __future__ import annotations

import segno
from markupsafe import Markup

from services.accounts.context import HasAccounts
from services.accounts.credentials.once import Purpose
from services.accounts.model import AccountHolder
from services.accounts.pages.proving import confirmed, own, proof_of
from services.accounts.pages.showing import ACCOUNT, Mistakes, guard_of, shown
from services.accounts.signing import second
from services.contracts.errors import Invalid
from services.contracts.people.callers import SIGNED_IN
from services.design.phrases import Phrase
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, see_other
from services.runtime.web.requests import read_form
from services.runtime.web.routes import Answer, Routes

PAGE = f"{ACCOUNT}/second-factor"
WRONG = Phrase("The code is not right; please enter the one that your app shows now")
LATE = Phrase("This page was open for too long; please scan the new picture")
routes = Routes()


@routes.get(PAGE, access=SIGNED_IN, page=error_page, own=True)
def page(call: Call[HasAccounts]) -> Answer:
    """What the second factor is, and the picture by which an app learns it."""
    return _page(call, own(call), second.new_secret())


@routes.post(PAGE, access=SIGNED_IN, page=error_page, own=True)
def set_up(call: Call[HasAccounts]) -> Answer:
    """Take a second factor into use; shows the codes for paper, this once. All other sessions end."""
    me, form, session = own(call), read_form(("code", "sealed")), call.session
    secret = _opened(call, me, form["sealed"])
    if secret is None:
        return _page(call, me, second.new_secret(), 422, {"code": LATE})
    if mistakes := confirmed(call, me):
        return _page(call, me, secret, 422, mistakes)
    try:
        codes = second.set_up(call.service.accounts, me, secret, form["code"], session.id if session else None)
    except Invalid:
        return _page(call, me, secret, 422, {"code": WRONG})
    guard_of(call).look_again()
    return shown(call, "recovery-codes.html", codes=codes)


@routes.post(f"{PAGE}/remove", stands_on=PAGE, access=SIGNED_IN, page=error_page)
def remove(call: Call[HasAccounts]) -> Answer:
    """Take the second factor out of use."""
    me = own(call)
    if mistakes := confirmed(call, me):
        return _page(call, me, second.new_secret(), 422, mistakes)
    second.remove(call.service.accounts, me.id)
    return see_other(f"{ACCOUNT}?done=second")


def _page(call: Call[HasAccounts], me: AccountHolder, secret: str, status: int = 200, mistakes: Mistakes | None = None) -> Answer:
    address = second.address_of(secret, me.sign_in or "")
    code = segno.make(address, error="m", micro=False)
    # The picture is made of numbers: nothing of the address is markup in it.
    picture = Markup(code.svg_inline(scale=4, border=2))  # nosec B704
    return shown(
        call, "second-factor.html", status, me=me, mistakes=mistakes or {}, picture=picture, proof=proof_of(call, me),
        sealed=call.service.accounts.lend(Purpose.SET_UP, person=me.id, secret=secret),
        spelled=" ".join(secret[each : each + 4] for each in range(0, len(secret), 4)),
        needs_more=bool((session := call.session) and session.limited),
    )  # fmt: skip


def _opened(call: Call[HasAccounts], me: AccountHolder, sealed: str) -> str | None:
    lent = call.service.accounts.lent(Purpose.SET_UP, sealed)
    return str(lent["secret"]) if lent and lent.get("person") == me.id else None
