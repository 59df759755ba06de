"""The errors, one class each, and the table of what callers see.

A handler raises one of these and nothing else on purpose. HTTP turns it into a problem document (RFC 9457) by `STATUSES`;
the message dispatcher turns `Retry` into a delayed second try, `Poison` into a dead letter, and every `Refusal` into the
answer the sender gets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class HuiyingError(Exception):
    """Everything this product raises on purpose."""


class Retry(HuiyingError):
    """Worth another try later: the message waits in a retry queue and comes back."""


class Poison(HuiyingError):
    """Can never be handled: the message goes to the queue's `.dead` at once."""


class Trouble(HuiyingError):
    """Something that has to work does not; the text says what is wrong in words that anybody may read."""


class Refusal(HuiyingError):
    """A request that cannot be carried out. `detail` says what to do next; `errors` maps a field to its reasons."""

    def __init__(self, detail: str, errors: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = {name: list(reasons) for name, reasons in (errors or {}).items()}


class Malformed(Refusal):
    """The body or the query cannot be read at all: broken JSON, not UTF-8, not an object, U+0000."""


class Invalid(Refusal):
    """Readable, but a field is missing, unknown, too long or names something the catalogue does not have."""


class UnsupportedType(Refusal):
    """The content type is not one this route takes."""


class TooLarge(Refusal):
    """The body is larger than the route takes."""


class NotSignedIn(Refusal):
    """No token, or one that is unknown, expired or revoked."""


class NotAllowed(Refusal):
    """A valid token whose role or department may not do this."""


class NotFound(Refusal):
    """There is no such thing, or the caller may not know of it."""


class Conflict(Refusal):
    """The thing is there, but not in a state that allows this; the detail names what is allowed."""


class Changed(Refusal):
    """The thing has changed since it was read: the request named another version in If-Match."""


class TooMany(Refusal):
    """Too many requests of this kind from one address or for one station; the same request may be sent again later."""

    def __init__(self, detail: str, errors: Mapping[str, Sequence[str]] | None = None, *, seconds: int = 60) -> None:
        super().__init__(detail, errors)
        self.seconds = seconds


class Unavailable(Refusal):
    """A store or the broker does not answer; nothing was changed and the same request may be sent again."""

    seconds = 2


class AtCapacity(Unavailable):
    """No more opinions fit into the outbox or onto the disk; nothing was stored and the same request may be sent again later."""

    seconds = 30


#: The error key of a line of a batch for `AtCapacity`: nothing is wrong with the line, it should be sent again later.
CAPACITY = "room"


@dataclass(frozen=True, slots=True)
class Status:
    """What a caller sees of an error: HTTP status, the problem's type (a slug) and its title."""

    status: int
    slug: str
    title: str


STATUSES: Mapping[type[Refusal], Status] = {
    Malformed: Status(400, "malformed", "The body cannot be read"),
    NotSignedIn: Status(401, "not-signed-in", "A valid access token is needed"),
    NotAllowed: Status(403, "not-allowed", "This token may not do that"),
    NotFound: Status(404, "not-found", "There is no such thing"),
    Conflict: Status(409, "conflict", "Not possible in the present state"),
    Changed: Status(412, "changed", "It has changed since it was read"),
    TooLarge: Status(413, "too-large", "The body is too large"),
    UnsupportedType: Status(415, "unsupported-type", "This content type is not taken here"),
    Invalid: Status(422, "invalid", "Some fields are not right"),
    TooMany: Status(429, "too-many", "Too many requests"),
    Unavailable: Status(503, "unavailable", "Not available right now"),
    AtCapacity: Status(503, "no-room", "No room for more opinions right now"),
}


def status_of(error: Refusal) -> Status:
    """The row of `STATUSES` for an error; raises KeyError for a class without a row, which a test rules out."""
    return STATUSES[type(error)]
