"""Texts that staff write and everybody may come to read: a number or an address of a person is pointed out, and refused."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import ValidationError

from services.contracts.errors import Invalid
from services.contracts.people.masking import left_in
from services.design.phrases import Phrase
from services.runtime.input.fields import ManyLines, OneLine

_LEAVE_OUT: Final = "leave out"
#: What a page says of a field that is refused for this.
LEAVE_OUT: Final = Phrase(
    "Everybody can read this: please leave out mobile numbers, numbers of identity papers or bank cards, e-mail addresses, number "
    "plates and the names of private people"
)


def reasons(text: str) -> list[str]:
    """What has to be left out of a text that everybody may read."""
    return [f"{_LEAVE_OUT} {what}" for what in left_in(text)]


def is_left(error: Invalid, name: str) -> bool:
    """Whether a field, or something within it, is refused for what has to be left out of it."""
    told = (each for path, found in error.errors.items() if path == name or path.startswith(f"{name}.") for each in found)
    return any(str(each).startswith(_LEAVE_OUT) for each in told)


def checked(text: str) -> str:
    """The text; raises ValidationError that says what has to be left out."""
    if wrong := reasons(text):
        raise ValidationError(wrong)
    return text


class PublicLine(OneLine):
    """A text of one line that everybody may read."""

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        return checked(super()._deserialize(value, *arguments, **options))


class PublicLines(ManyLines):
    """The same with as many lines as it likes."""

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        return checked(super()._deserialize(value, *arguments, **options))
