"""Letters to people with accounts, and what they are to be told."""

from __future__ import annotations

from typing import ClassVar, Literal

from services.contracts.messages.values import Count, Message, Value

#: The ways in which somebody can be told what is new, and in which language.
DigestWay = Literal["email", "chat"]
Language = Literal["zh", "en"]


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


class NewsOfKind(Value, frozen=True):
    """How many notices of one kind are new to somebody, and the paths of the pages that the newest of them lead to."""

    kind: str
    number: Count
    paths: tuple[str, ...] = ()


class DigestDue(Message, frozen=True):
    """Something is new to the person who is its subject, and who wants to be told.

    It goes to nobody but intake, which has the accounts.
    """

    TYPE: ClassVar[str] = "digest.due"
    KEY: ClassVar[str | None] = None
    PRIVATE: ClassVar[bool] = True
    PRIVATE_TO: ClassVar[tuple[str, ...]] = ("intake.events",)
    ways: tuple[DigestWay, ...]
    language: Language
    news: tuple[NewsOfKind, ...]


class LetterGathered(Message, frozen=True):
    """A letter to somebody with an account that says what is new.

    It goes to nobody but notify, and `name`, `email` and `chat` are sealed with a key that only intake and notify have. `site` is
    the address of this site, where that is known.
    """

    TYPE: ClassVar[str] = "letter.gathered"
    KEY: ClassVar[str | None] = None
    PRIVATE: ClassVar[bool] = True
    about: Literal["digest"]
    name: str
    language: Language
    news: tuple[NewsOfKind, ...]
    site: str | None = None
    email: str | None = None
    chat: str | None = None
