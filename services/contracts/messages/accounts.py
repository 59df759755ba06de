"""Letters to people with accounts."""

from __future__ import annotations

from typing import ClassVar, Literal

from services.contracts.messages.values import Message


class LetterLinked(Message, frozen=True):
    """A letter to somebody with an account, with a link that is good once. It goes to nobody but notify, and `name`, `link`,
    `email` and `phone` are sealed with a key that only intake and notify have."""

    TYPE: ClassVar[str] = "letter.linked"
    KEY: ClassVar[str | None] = None
    PRIVATE: ClassVar[bool] = True
    about: Literal["invitation", "recovery", "sign_in"]
    name: str
    link: str
    email: str | None = None
    phone: str | None = None
