"""What requests are made of, for marshmallow: texts that are tidied before they are looked at, bodies that become values."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from services.contracts.people.contacts import NotReachable, mailbox, telephone
from services.contracts.words.text import many_lines, one_line, value
from services.runtime.clock import ZONE

LONGEST_TELEPHONE = 60


class Building(Schema):
    """A schema that gives back what it describes: a `shape` with a field for each of its own."""

    shape: type[Any]

    @post_load
    def _build(self, data: dict[str, Any], **_: Any) -> Any:
        return self.shape(**data)


class InstantField(fields.AwareDateTime):
    """An instant with its offset, read as one in the local zone: it is shown like all others, whatever offset it was sent with."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="iso", **options)

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return super()._deserialize(value, *arguments, **options).astimezone(ZONE)
        except OverflowError as error:
            # The first or the last hours that there are, and elsewhere they have begun or ended.
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from error


class Tuples(fields.List[Any]):
    """A list that is read as a tuple."""

    def _deserialize(self, *arguments: Any, **options: Any) -> Any:
        return tuple(super()._deserialize(*arguments, **options))


class OneLine(fields.String):
    """A text of one line with 1 to `longest` characters that can be seen; the longest is counted after tidying."""

    tidy = staticmethod(one_line)

    def __init__(self, longest: int, shortest: int = 1, **options: Any) -> None:
        bounds = f"{shortest} to {longest} characters." if shortest else f"At most {longest} characters."
        super().__init__(validate=validate.Length(shortest, longest, error=bounds), **options)

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        return self.tidy(super()._deserialize(value, *arguments, **options))


class ManyLines(OneLine):
    """The same with as many lines as it likes."""

    tidy = staticmethod(many_lines)


class Code(OneLine):
    """A value that somebody may have typed or pasted: a code, an id. Full-width forms and what is invisible do not matter."""

    tidy = staticmethod(value)

    def __init__(self, longest: int = 60, shortest: int = 1, **options: Any) -> None:
        super().__init__(longest, shortest, **options)


class TelephoneField(Code):
    """One telephone number, kept in its canonical form."""

    def __init__(self, **options: Any) -> None:
        super().__init__(LONGEST_TELEPHONE, **options)

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        text = super()._deserialize(value, *arguments, **options)
        try:
            return str(telephone(text))
        except NotReachable as error:
            raise ValidationError(str(error)) from error


class MailboxField(fields.Email):
    """One e-mail address without what it was copied with."""

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        text = super()._deserialize(value, *arguments, **options)
        try:
            return mailbox(text)
        except NotReachable as error:
            raise ValidationError(str(error)) from error
