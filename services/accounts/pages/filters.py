"""The filters that somebody keeps: above each list, and all of them on a page of the own account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.accounts import filters
from services.accounts.context import HasAccounts
from services.accounts.pages.proving import own
from services.accounts.pages.showing import ACCOUNT, TEMPLATES, Mistakes, shown
from services.accounts.schemas import FilterName
from services.contracts.errors import Conflict, Invalid
from services.contracts.fragments import fragment
from services.contracts.people.callers import SIGNED_IN
from services.contracts.people.lists import LISTS
from services.contracts.people.navigation import PAGES
from services.contracts.words.bilingual import Words
from services.design.phrases import Phrase
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

PAGE: Final = f"{ACCOUNT}/filters"
PART: Final = fragment("list", "intake", "filters")
NAME, ADDRESS = "filter-name", "address"
NEEDED: Final = Phrase("Please enter a name of at most 60 characters")
TAKEN: Final = Phrase("Another filter of this list is called that")
FULL: Final = Phrase("There are %(number)s filters already; please remove one first").filled(number=filters.MOST)
NOTHING: Final = Phrase("A filter can be saved once the list is narrowed to something")
LABEL: Final = Phrase("What you call it")
KEPT: Final = KeptForm({NAME: LABEL}, (ADDRESS,))
#: What each list is called.
CALLED: Final[Mapping[str, Words]] = {page.path: page.name for page in PAGES if page.path in LISTS}
routes = Routes()


@routes.get(PART.path, access=PART.roles, page=error_page)
def part(call: Call[HasAccounts]) -> Answer:
    """What somebody keeps of one list; nothing for a token, which has no account."""
    person, path = call.caller.person, f"/{call.path['list_name']}"
    found = filters.filters_of(call.service.accounts, person, path) if person else []
    return html(TEMPLATES, "filters-part.html", part=PART, found=found, page=PAGE)


@routes.get(PAGE, access=SIGNED_IN, page=error_page)
def page(call: Call[HasAccounts]) -> Answer:
    """All filters that somebody keeps."""
    return _page(call)


@routes.post(PAGE, access=SIGNED_IN, page=KEPT)
def save(call: Call[HasAccounts]) -> Answer:
    """Keep what a list shows under a name, and go back to that list."""
    me, form = own(call), read_form((NAME, ADDRESS))
    try:
        saved = filters.save(call.service.accounts, me.id, _name(form), form[ADDRESS])
    except Invalid as error:
        return _page(call, 422, form, {NAME: NOTHING if ADDRESS in error.errors else NEEDED})
    except Conflict:
        return _page(call, 409, form, {NAME: FULL})
    return see_other(saved.address)


@routes.post(f"{PAGE}/<filter_id>", stands_on=PAGE, access=SIGNED_IN, page=KeptForm({"name-*": LABEL}))
def rename(call: Call[HasAccounts]) -> Answer:
    """Call a filter something else."""
    me, which, key = own(call), call.path["filter_id"], f"name-{call.path['filter_id']}"
    form = read_form((key,))
    try:
        filters.rename(call.service.accounts, me.id, which, _name({NAME: form[key]}))
    except (Invalid, Conflict) as error:
        wrong = TAKEN if isinstance(error, Conflict) else NEEDED
        return _page(call, 409 if wrong is TAKEN else 422, form, {key: wrong})
    return see_other(PAGE)


@routes.post(f"{PAGE}/<filter_id>/remove", stands_on=PAGE, access=SIGNED_IN, page=error_page)
def remove(call: Call[HasAccounts]) -> Answer:
    """Keep a filter no longer."""
    filters.remove(call.service.accounts, own(call).id, call.path["filter_id"])
    return see_other(PAGE)


def _name(form: Mapping[str, str]) -> str:
    return str(validate(FilterName(), {"name": form[NAME]})["name"])


def _page(
    call: Call[HasAccounts], status: int = 200, form: Mapping[str, str] | None = None, mistakes: Mistakes | None = None
) -> Answer:
    given = form or {}
    found = filters.by_list(filters.filters_of(call.service.accounts, own(call).id))
    return shown(
        call, "filters.html", status, lists=[(CALLED[path], own) for path, own in found.items()], given=given,
        mistakes=mistakes or {}, label=LABEL, labels=dict.fromkeys(mistakes or {}, LABEL), most=filters.MOST, page=PAGE,
        is_saving=NAME in given,
    )  # fmt: skip
