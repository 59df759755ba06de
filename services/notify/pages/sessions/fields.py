"""Fields of the forms of sessions and plans: what was typed, and what it says in the form that the API takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from werkzeug.datastructures import ETags

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Invalid
from services.design.phrases import Phrase
from services.notify.app.context import Notify
from services.notify.domain.sessions.details import Details, Official
from services.notify.domain.sessions.plan import Plan
from services.notify.pages.sessions.showing import Options
from services.runtime.input.numbers import whole_number
from services.runtime.input.public import LEAVE_OUT, is_left
from services.runtime.web.calls import Call
from services.runtime.web.pages.forms import VERSION
from services.runtime.web.pages.kept import KeptForm

_SEPARATORS: Final = re.compile(r"[,，、;；\n]+")
#: How many words an official has: the department, and the office.
_OFFICIAL: Final = 2
#: Kinds of fields that hold words.
TYPED: Final = ("lines", "text")
LOCAL: Final = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: its name, how it is entered, what is typed, and what can be chosen."""

    id: str
    label: Phrase
    kind: str = "lines"
    needed: bool = False
    hint: Phrase | None = None
    given: str = ""
    options: Options | None = None

    def filled(self, given: str, options: Options | None = None) -> Field:
        """With what was typed."""
        return replace(self, given=given, options=options or self.options)


#: Who is asked to come, to a session and to those of a plan.
ASKED: Final = (
    Field("deputies", Phrase("Deputies who are to come"), hint=Phrase("Codes, with commas between them.")),
    Field("departments", Phrase("Departments asked to come"), hint=Phrase("Names or codes, with commas between them.")),
    Field("officials", Phrase("Heads of departments"), hint=Phrase("The department, a blank and the office, one a line.")),
)


def kept_form(fields: Iterable[Field], *hidden: str) -> KeptForm:
    """The page for an error of a form with these fields: what was typed is kept, and what was chosen goes along."""
    found = list(fields)
    typed = {each.id: each.label for each in found if each.kind in TYPED}
    return KeptForm(typed, (*(each.id for each in found if each.kind not in TYPED), *hidden))


def about_version(call: Call[Notify], form: Mapping[str, str]) -> Call[Notify]:
    """The same call about the version that was read, as If-Match names it; what was new then is no version of anything."""
    return replace(call, if_match=ETags([form[VERSION] or "-"]))


def instant(text: str, catalogue: Catalogue) -> str | None:
    """What was typed as a local time, as the API takes it; what cannot be read goes on as it is, to be refused by its name."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=catalogue.calendar.zone).isoformat()
    except ValueError:
        return text


def typed(at: datetime | None, catalogue: Catalogue) -> str:
    """An instant as a field for a local time has it."""
    return at.astimezone(catalogue.calendar.zone).strftime(LOCAL) if at else ""


def number(text: str) -> int | str | None:
    """A number that was typed; what is none goes on as it is."""
    found = whole_number(text, 9)
    return (text or None) if found is None else found


def several(text: str) -> list[str]:
    """What was typed with commas or line breaks between."""
    return [part for each in _SEPARATORS.split(text) if (part := each.strip())]


def departments(text: str, catalogue: Catalogue) -> list[str]:
    """Departments that were typed by name or code, as codes; a name that nobody has goes on as it is."""
    names = {each.name: code for code, each in catalogue.departments.items()}
    return [names.get(each, each) for each in several(text)]


def officials(text: str, catalogue: Catalogue) -> list[dict[str, str]]:
    """Heads that were typed as department and office with a blank between, several with commas or line breaks."""
    found = []
    for each in several(text):
        parts = each.split(None, 1)
        named, office = parts if len(parts) == _OFFICIAL else (each, "")
        found.append({"department": departments(named, catalogue)[0], "title": office})
    return found


def officials_text(found: Iterable[Official], catalogue: Catalogue) -> str:
    """Heads as they are typed."""
    return "\n".join(f"{department_text([each.department], catalogue)} {each.title}" for each in found)


def department_text(codes: Sequence[str], catalogue: Catalogue) -> str:
    """Departments as they are typed: by name."""
    return "、".join(stored.department(catalogue, code).name for code in codes)


def said_of_asked(form: Mapping[str, str], catalogue: Catalogue) -> dict[str, Any]:
    """What the fields `ASKED` say."""
    return {
        "deputies": several(form["deputies"]), "departments": departments(form["departments"], catalogue),
        "officials": officials(form["officials"], catalogue),
    }  # fmt: skip


def asked_as_typed(asked: Details | Plan, catalogue: Catalogue) -> dict[str, str]:
    """Who is asked to come, as the fields `ASKED` have it."""
    return {
        "deputies": "、".join(asked.deputies), "departments": department_text(asked.departments, catalogue),
        "officials": officials_text(asked.officials, catalogue),
    }  # fmt: skip


def mistakes_of(error: Invalid, words: Mapping[str, Phrase]) -> dict[str, Phrase]:
    """What is told of the fields that are wrong, by the words for each."""
    wrong = {path.partition(".")[0] for path in error.errors}
    return {name: LEAVE_OUT if is_left(error, name) else told for name, told in words.items() if name in wrong}


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed without the fields that were left empty."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}
