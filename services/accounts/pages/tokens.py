"""Tokens of programs at a page: which there are, a new one that is shown once, and the end of one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Final, NamedTuple

from services.accounts.administering.issued import IssuedToken, page_of_tokens
from services.accounts.administering.schemas import TokenBody
from services.accounts.administering.tokens import MadeToken, issue
from services.accounts.api import ADMIN, check_place
from services.accounts.context import HasAccounts
from services.accounts.pages import granting
from services.accounts.pages.own import line_of
from services.accounts.pages.proving import administrator_confirmed, administrator_proof
from services.accounts.pages.showing import Mistakes, guard_of, role_words, shown
from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.people.callers import Role
from services.contracts.people.grants import GRANTABLE, RELAY
from services.contracts.words.bilingual import Words
from services.contracts.words.vocabulary import CHANNELS
from services.design.phrases import Phrase
from services.runtime.input.numbers import typed_number
from services.runtime.input.queries import ChoiceOf, texts
from services.runtime.web.access import tokens as access
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import cursor_of, read_cursor
from services.runtime.web.pages.html import error_page, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

LIST: Final = "/tokens"
A_PAGE: Final = 50
KEY: Final = "key"
#: Each has a field of its own, so that a form that is sent once more still has them all.
CHANNEL_FIELDS: Final[Mapping[str, str]] = {channel: f"channel-{channel}" for channel in GRANTABLE}
CHANNEL_NAMES: Final[Mapping[str, Words | Phrase]] = {**CHANNELS, RELAY: Phrase("Passing on what others were told")}
FIELDS: Final = (*granting.FIELDS, "source", "days", *CHANNEL_FIELDS.values(), KEY)
LABELS: Final[Mapping[str, Phrase]] = {
    **granting.LABELS, "source": Phrase("Sender"), "days": Phrase("Good for how many days"), "present": Phrase("Present password"),
    "channels": Phrase("Channels"),
}  # fmt: skip
WRONG: Final[Mapping[str, Phrase]] = {
    **granting.WRONG,
    "source": Phrase("Please use 2 to 40 small letters, digits and dashes, and no sender that is somebody else’s"),
    "days": Phrase("Please enter a number from 1 to %(most)s, or leave it empty").filled(most=access.LONGEST_DAYS),
}
GOOD: Final[Mapping[str, Phrase]] = {"good": Phrase("in force"), "ended": Phrase("ended")}
_NARROWED: Final = texts("cursor", "did", acting=ChoiceOf(Role), state=ChoiceOf(GOOD))
REVOKED: Final = Phrase("The token is revoked. Every service refuses it within seconds.")
GONE: Final = Phrase("This token has ended already, or there is none.")
ONCE: Final = Phrase("This form has made a token already, which was shown then. If you did not keep it, please revoke it.")
_BODY: Final = TokenBody()
routes = Routes()


class ShownToken(NamedTuple):
    """A token in the list: what it acts as, and the channels that it was made with."""

    each: IssuedToken
    acts_as: Words
    channels: list[Words | Phrase]
    is_good: bool


@routes.get(LIST, access=ADMIN, query=_NARROWED, page=error_page)
def list_page(call: Call[HasAccounts]) -> Answer:
    """The tokens, the newest first, and the form that makes one."""
    return _page(call, notice=REVOKED if call.query.get("did") else None)


@routes.post(
    LIST, access=ADMIN,
    page=KeptForm({name: LABELS[name] for name in ("source", "deputy", "days")}, ("role", "of", *CHANNEL_FIELDS.values(), KEY)),
)  # fmt: skip
def make(call: Call[HasAccounts]) -> Answer:
    """Make a token and show it this once; or show the form again with what is wrong."""
    form = read_form(FIELDS)
    asked = {
        "role": form["role"], **granting.party_of(form), "source": form["source"] or None,
        "days": typed_number(form["days"]) if form["days"] else None,
        "channels": [channel for channel, field in CHANNEL_FIELDS.items() if form[field]],
    }  # fmt: skip
    try:
        wanted = validate(_BODY, asked)
        check_place(call, wanted)
        if mistakes := administrator_confirmed(call):
            return _page(call, 422, form, mistakes)
        made = issue(call.service.accounts, wanted, form[KEY])
    except Invalid as error:
        return _page(call, 422, form, granting.mistakes_of(error, WRONG))
    except Conflict:
        return _page(call, 409, notice=ONCE)
    guard_of(call).say(made.token.id)
    return _page(call, made=made)


@routes.post(f"{LIST}/<token_id>/revocation", stands_on=LIST, access=ADMIN, page=error_page)
def revoke(call: Call[HasAccounts]) -> Answer:
    """End a token, and go back to the list."""
    try:
        access.revoke(call.service.accounts.access, call.path["token_id"])
    except NotFound:
        return _page(call, 409, notice=GONE)
    return see_other(f"{LIST}?did=revoked")


def _page(
    call: Call[HasAccounts], status: int = 200, form: Mapping[str, str] | None = None, mistakes: Mistakes | None = None,
    notice: Phrase | None = None, made: MadeToken | None = None,
) -> Answer:  # fmt: skip
    accounts, asked = call.service.accounts, {name: str(call.query.get(name) or "") for name in ("acting", "state", "cursor")}
    now = accounts.access.clock.now()
    good = (asked["state"] == "good", now) if asked["state"] in GOOD else None
    with accounts.access.reading() as connection:
        found = page_of_tokens(connection, read_cursor(asked["cursor"] or None), A_PAGE, asked["acting"] or None, good)
    kept = "".join(f"&{name}={asked[name]}" for name in ("acting", "state") if asked[name] in (*Role, *GOOD))
    return shown(
        call, "tokens.html", status, rows=[_shown(call, each, each.is_good(now)) for each in found[:A_PAGE]], asked=asked,
        following=f"{LIST}?cursor={cursor_of(found[A_PAGE - 1].id)}{kept}" if len(found) > A_PAGE else None,
        given={**dict.fromkeys(FIELDS, ""), **(form or {KEY: secrets.token_urlsafe(16)})}, mistakes=mistakes or {}, labels=LABELS,
        notice=notice, made=made, proof=administrator_proof(call), good=[(None, list(GOOD.items()))],
        channels=[(CHANNEL_FIELDS[channel], CHANNEL_NAMES[channel]) for channel in GRANTABLE],
        **granting.choices(call, tuple(Role)),
    )  # fmt: skip


def _shown(call: Call[HasAccounts], each: IssuedToken, is_good: bool) -> ShownToken:
    channels = [CHANNEL_NAMES[name] for name in each.acts_as.channels or () if name in CHANNEL_NAMES]
    return ShownToken(each, line_of(role_words(call.service, each.acts_as)), channels, is_good)
