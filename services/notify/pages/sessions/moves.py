"""The forms of what can be done with a session: their fields, what is typed as the API takes it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from services.contracts.errors import Invalid
from services.contracts.sessions import SessionMove
from services.contracts.words.bilingual import Words
from services.contracts.words.of_sessions import SESSION_RULES
from services.design.phrases import Phrase
from services.design.reader import CHINESE
from services.notify.app.context import Notify
from services.notify.pages.sessions.fields import Field, instant, kept_form, number, officials, plain, several
from services.notify.schemas.sessions import sessions as schemas
from services.runtime.input.public import LEAVE_OUT, is_left
from services.runtime.web.calls import Call
from services.runtime.web.pages.forms import VERSION
from services.runtime.web.pages.readers import this_reader

_REASON = Field("reason", Phrase("Reason"), hint=Phrase("Needed where a rule of its kind is not met; everybody can read it."))
_WHY = Field("reason", Phrase("Reason"), needed=True, hint=Phrase("Everybody can read it."))
_CODES = Phrase("Codes, with commas between; who scanned the code counts by itself.")
_OFFICES = Phrase("The department, a blank and the office, one a line.")
#: The fields of each form, by what it does.
FIELDS: Final[Mapping[SessionMove, tuple[Field, ...]]] = {
    SessionMove.ANNOUNCE: (_REASON,),
    SessionMove.POSTPONE: (
        Field("at", Phrase("New time"), "datetime-local", hint=Phrase("Leave it out until it is known.")), _WHY,
    ),
    SessionMove.CANCEL: (_WHY,),
    SessionMove.HOLD: (
        Field("deputies", Phrase("Deputies who came"), hint=_CODES),
        Field("officials", Phrase("Heads of departments who came"), hint=_OFFICES),
        Field("visitors", Phrase("Visitors"), "number"), Field("observers", Phrase("Observers"), "number"), _REASON,
    ),
    SessionMove.MINUTES: (Field("minutes", Phrase("Minutes"), needed=True), _REASON),
    SessionMove.FOLLOW: (_REASON,),
    SessionMove.EVALUATE: (
        Field("satisfied", Phrase("Satisfied"), "number", needed=True),
        Field("basically_satisfied", Phrase("Basically satisfied"), "number", needed=True),
        Field("dissatisfied", Phrase("Dissatisfied"), "number", needed=True),
    ),
    SessionMove.CLOSE: (_REASON,),
}  # fmt: skip
SCHEMAS: Final = {
    SessionMove.ANNOUNCE: schemas.AnnouncementBody(), SessionMove.POSTPONE: schemas.PostponementBody(),
    SessionMove.CANCEL: schemas.CancellationBody(), SessionMove.HOLD: schemas.HoldingBody(),
    SessionMove.MINUTES: schemas.MinutesBody(), SessionMove.FOLLOW: schemas.FollowingBody(),
    SessionMove.EVALUATE: schemas.RatingsBody(), SessionMove.CLOSE: schemas.ClosingBody(),
}  # fmt: skip
MISTAKES: Final[Mapping[str, Phrase]] = {
    "reason": Phrase("Please say why, in at most 1,000 characters"), "at": Phrase("Please choose a time in the future"),
    "deputies": Phrase("Please name deputies in office by their codes"),
    "officials": Phrase("Please name the department and the office, one a line"),
    "visitors": Phrase("Please enter a number"), "observers": Phrase("Please enter a number"),
    "minutes": Phrase("Please enter the minutes, in at most 20,000 characters"),
    "satisfied": Phrase("Please enter how many; together no more than were there, and at least one"),
    "basically_satisfied": Phrase("Please enter a number"), "dissatisfied": Phrase("Please enter a number"),
}  # fmt: skip
KEPT: Final = kept_form((replace(field, id=f"{move}-{field.id}") for move, fields in FIELDS.items() for field in fields), VERSION)
IRREGULAR: Final = Phrase("This makes the session irregular (%(rules)s). Please say why.")
NOT_NOW: Final = Phrase("This is not possible as it stands now. Nothing was changed.")
CHANGED: Final = Phrase(
    "Somebody has changed this session since you opened it; what it says now stands here, and what you wrote is still in the form."
)


def said_of(call: Call[Notify], move: SessionMove, form: Mapping[str, str]) -> dict[str, Any]:
    """What a form says, as the API takes it."""
    catalogue, given = call.service.catalogue, {name.partition("-")[2]: text for name, text in form.items()}
    read: dict[str, Any] = {}
    for name, text in given.items():
        field = next(each for each in FIELDS[move] if each.id == name)
        if name == "officials":
            read[name] = officials(text, catalogue)
        elif name == "deputies":
            read[name] = several(text)
        elif field.kind == "datetime-local":
            read[name] = instant(text, catalogue)
        else:
            read[name] = number(text) if field.kind == "number" else text
    return plain(read)


def mistakes_of(move: SessionMove, error: Invalid) -> dict[str, Phrase]:
    """What is told of the fields of a form that are wrong; a broken rule is named."""
    found = {}
    for path, told in error.errors.items():
        name = path.partition(".")[0]
        rules = [SESSION_RULES[rule] for each in told if (rule := each.partition(":")[0]) in SESSION_RULES]
        if name in MISTAKES:
            words = LEAVE_OUT if is_left(error, name) else MISTAKES[name]
            found[f"{move}-{name}"] = IRREGULAR.filled(rules=listed(rules)) if rules else words
    return found or {f"{move}-{FIELDS[move][0].id}": NOT_NOW}


def listed(named: list[Words]) -> str:
    """Names in one line, in the language of the reader."""
    is_chinese = this_reader().lang == CHINESE
    return ("、" if is_chinese else ", ").join(each.zh if is_chinese else each.en for each in named)
