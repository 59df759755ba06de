"""What the forms share that grant a role to somebody, or to a token."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from services.accounts.context import HasAccounts
from services.contracts.errors import Invalid
from services.contracts.people.callers import Role
from services.contracts.words.bilingual import name_of
from services.contracts.words.people import CALLERS
from services.design.phrases import Phrase
from services.runtime.web.calls import Call

FIELDS: Final = ("role", "of", "deputy")
LABELS: Final[Mapping[str, Phrase]] = {
    "role": Phrase("Role"), "of": Phrase("Acts for"), "deputy": Phrase("Code of the deputy"),
}  # fmt: skip
#: What is wrong with a field, whatever the API says of it in full.
WRONG: Final[Mapping[str, Phrase]] = {
    "role": Phrase("Please choose a role"),
    "of": Phrase("Please choose a department or station that goes with the role, and none for the others"),
    "deputy": Phrase("Please enter the code of a deputy in office for the role of a deputy, and none for the others"),
}


def choices(call: Call[HasAccounts], roles: Collection[Role]) -> dict[str, object]:
    """What can be chosen: one of these roles, and a department or a station of the catalogue."""
    catalogue = call.service.catalogue
    departments = [(f"department:{code}", name_of(entry)) for code, entry in catalogue.departments.items()]
    stations = [(f"station:{code}", name_of(entry)) for code, entry in catalogue.stations.items()]
    groups = [(Phrase("Departments"), departments), (Phrase("Stations"), stations)]
    return {"roles": [(None, [(role, CALLERS[role]) for role in Role if role in roles])], "places": groups}


def is_place(call: Call[HasAccounts], text: str) -> bool:
    """Whether there is such a department or station, as the form has it."""
    of, _, code = text.partition(":")
    catalogue = call.service.catalogue
    return code in {"department": catalogue.departments, "station": catalogue.stations}.get(of, {})


def party_of(form: Mapping[str, str]) -> dict[str, str]:
    """What was chosen to act for, by what that is."""
    of, colon, code = form["of"].partition(":")
    chosen = {of: code} if colon and of in ("department", "station") else {}
    return chosen | ({"deputy": form["deputy"]} if form["deputy"] else {})


def mistakes_of(error: Invalid, wrong: Mapping[str, Phrase]) -> dict[str, Phrase]:
    """The fields of a form that what is `Invalid` is about, with what to correct."""
    found = dict.fromkeys(_field(name, wrong) for name in error.errors)
    return {field: wrong[field] for field in found}


def _field(name: str, wrong: Mapping[str, Phrase]) -> str:
    last = name.rpartition(".")[2]
    return "of" if last in ("department", "station") else last if last in wrong else "role"
