"""The fields of the form to submit an opinion: what each is called, what may be wrong with it, and what is sent of them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence

from services.contracts.errors import Invalid
from services.design.phrases import Phrase
from services.intake.domain.submission import submission
from services.intake.domain.submission.submission import LONGEST_CONTENT, LONGEST_TITLE
from services.intake.pages.submission.choosing import PHOTOS

PLACES = ("topic", "area", "station")
#: Where it is: in words, and as latitude and longitude with a comma between them.
ADDRESS, POSITION = WHERE = ("address", "position")
#: Hidden, in the form that the code on a station's poster leads to.
CODE = submission.CODE
CONTACT = ("name", "phone", "email")
KEY = "key"
#: The rows of the form for those who sign with the submitter; more come by the API.
ROWS = (1, 2, 3)
COSIGNERS = tuple(f"cosigner{row}_{name}" for row in ROWS for name in CONTACT)
CAMPAIGN = "campaign"
FIELDS = ("title", "content", *WHERE, *PLACES, *CONTACT, "visibility", *COSIGNERS, CODE, CAMPAIGN, KEY)

#: The parts that are folded away, with their fields: each is open where something stands in it or is wrong with it.
FOLDED: Mapping[str, tuple[str, ...]] = {
    "more-photos": (PHOTOS,),
    "where": (*WHERE, *PLACES),
    "contact": (*CONTACT, "visibility"),
    "cosigners": COSIGNERS,
}

LABELS: dict[str, Phrase] = {
    "title": Phrase("Title"),
    "content": Phrase("Details"),
    ADDRESS: Phrase("Where it is"),
    POSITION: Phrase("Position"),
    "topic": Phrase("Topic"),
    "area": Phrase("Area"),
    "station": Phrase("Liaison station"),
    "name": Phrase("Name"),
    "phone": Phrase("Phone"),
    "email": Phrase("E-mail"),
    "visibility": Phrase("Who may see your name and contact data"),
    PHOTOS: Phrase("Photos"),
    CODE: Phrase("Code of the poster"),
    "campaign": Phrase("Campaign"),
    "channel": Phrase("How they came"),
}
_COSIGNER = Phrase("Co-signer %(row)s: %(label)s")
LABELS |= {f"cosigner{row}_{name}": _COSIGNER.filled(row=row, label=LABELS[name]) for row in ROWS for name in CONTACT}
#: What is wrong with a field, said once for each: every field has one rule.
MISTAKES: dict[str, Phrase] = {
    ADDRESS: Phrase("Please describe the place in at most 300 characters"),
    POSITION: Phrase("This position cannot be used; please remove it and describe the place in words"),
    "topic": Phrase("This topic is not in the catalogue; please choose another"),
    "area": Phrase("This area is not in the catalogue, or the station is elsewhere; with a station, leave the area out"),
    "station": Phrase("This station is not in the catalogue; please choose another"),
    "name": Phrase("At most 100 characters"),
    "phone": Phrase(
        "Please enter one phone number: a mobile number has 11 digits, a landline its area code (0577-62510000), an extension "
        "follows 'ext'"
    ),
    "email": Phrase("Please check the e-mail address; it looks like wang@example.org"),
    "visibility": Phrase("Please choose one of these"),
    "channel": Phrase("Please choose one of these"),
    "campaign": Phrase("There is no such campaign any more; please leave it out"),
    CODE: Phrase("This code is no longer valid; please choose the station and submit again"),
}
MISTAKES |= {name: MISTAKES[name.partition("_")[2]] for name in COSIGNERS}
EMPTY, TOO_LONG = Phrase("Please fill this in"), Phrase("At most %(most)s characters; there are %(count)s now")
LONGEST: Mapping[str, int] = {"title": LONGEST_TITLE, "content": LONGEST_CONTENT}
_KEY = re.compile(r"[A-Za-z0-9_-]{22}")


def new_key() -> str:
    """A key for one form, which makes sending it twice one opinion."""
    return secrets.token_urlsafe(16)


def usable_key(given: str) -> str:
    """The key that a form came with, or a new one when it came without or with something else."""
    return given if _KEY.fullmatch(given) else new_key()


def submission_of(form: Mapping[str, str]) -> dict[str, object]:
    """The form as the API takes it: what is empty is absent."""
    body: dict[str, object] = {"title": form["title"], "content": form["content"], "channel": "web"}
    body |= {name: form[name] for name in (*PLACES, CODE, CAMPAIGN, "visibility") if form[name]}
    where = location_of(form)
    body |= {"location": where} if where else {}
    contact = {name: form[name] for name in CONTACT if form[name]}
    body |= {"submitter": {"kind": "citizen"} | contact} if contact else {}
    signed = [_cosigner(form, row) for row in signed_rows(form)]
    return body | ({"cosigners": signed} if signed else {})


def location_of(form: Mapping[str, str]) -> dict[str, object]:
    """Where it is, of the fields for it; a position that is none is left for the schema to refuse."""
    latitude, _, longitude = form[POSITION].partition(",")
    # The schema takes what is empty for what was not given.
    degrees = {"latitude": latitude or "-", "longitude": longitude or "-"} if form[POSITION] else {}
    return {**({"address": form[ADDRESS]} if form[ADDRESS] else {}), **degrees}


def signed_rows(form: Mapping[str, str]) -> list[int]:
    """The rows of co-signers in which something stands."""
    return [row for row in ROWS if any(form.get(f"cosigner{row}_{name}") for name in CONTACT)]


def _cosigner(form: Mapping[str, str], row: int) -> dict[str, str]:
    given = {name: form[f"cosigner{row}_{name}"] for name in CONTACT}
    return {"kind": "citizen"} | {name: text for name, text in given.items() if text}


def mistakes_of(error: Invalid, form: Mapping[str, str]) -> dict[str, Phrase]:
    """What to correct, by field of the form, in the form's order."""
    wrong = {_field(path, signed_rows(form)) for path in error.errors}
    return {name: _mistake(name, form.get(name, "")) for name in dict.fromkeys((*form, *sorted(wrong))) if name in wrong}


def _field(path: str, rows: Sequence[int]) -> str:
    """The field of the form behind a path of the API; `rows` are those that were sent as co-signers."""
    *before, name = path.split(".")
    if before == ["location"] and name != ADDRESS:
        return POSITION
    return f"cosigner{rows[int(before[1])]}_{name}" if before[:1] == ["cosigners"] else name


def _mistake(name: str, text: str) -> Phrase:
    if name in LONGEST:
        return TOO_LONG.filled(most=LONGEST[name], count=len(text)) if text else EMPTY
    return MISTAKES[name]


def opened(form: Mapping[str, str], mistakes: Mapping[str, Phrase]) -> list[str]:
    """The folded parts to open: something was filled in there or is to be corrected."""
    return [part for part, names in FOLDED.items() if any(form.get(name) or name in mistakes for name in names)]
