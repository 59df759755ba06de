"""Passwords: which are good enough, and how they are kept and compared."""

from __future__ import annotations

import threading
import unicodedata
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.contracts.errors import Unavailable
from services.design.phrases import Phrase

SHORTEST, LONGEST = 12, 200
#: A hash takes 64 MB and a third of a second, so only this many are made at once; a request that waits longer is told to come back.
AT_ONCE, PATIENCE = 2, 10.0
#: What the first guesses are made of. A password has to be long enough without them.
COMMON = (
    "administrator", "1234567890", "0123456789", "9876543210", "qwertyuiop", "password", "passw0rd", "iloveyou", "asdfghjkl",
    "zxcvbnm", "letmein", "welcome", "huiying", "12345678", "87654321", "5201314", "1314520", "1qaz2wsx", "123456", "654321",
    "qwerty", "asdfgh", "woaini", "abc123", "111111", "admin", "renda", "mima", "1234", "2024", "2025", "2026", "abc", "520",
)  # fmt: skip
LEAST_OWN, LEAST_DIFFERENT = 6, 5
TOO_SHORT = Phrase("Please use at least 12 characters; several words in a row are easy to remember")
TOO_LONG = Phrase("Please use at most 200 characters")
TOO_COMMON = Phrase("This password is easy to guess; please choose another one")
NOT_THE_SAME = Phrase("The two entries are not the same; please type the password again")


def mistake_in(password: str, *own: str) -> Phrase | None:
    """What is wrong with a new password, which must not be made of what is known of its owner; None when it is good."""
    plain = normal(password)
    if len(plain) < SHORTEST:
        return TOO_SHORT
    if len(plain) > LONGEST:
        return TOO_LONG
    left = plain.casefold()
    for part in (*map(str.casefold, own), *COMMON):
        left = left.replace(part, "") if len(part) > 1 else left
    return TOO_COMMON if len(left) < LEAST_OWN or len(set(left)) < LEAST_DIFFERENT else None


def normal(password: str) -> str:
    """A password in the one form it is hashed in, whatever keyboard it was typed on."""
    return unicodedata.normalize("NFKC", password)


class Passwords:
    """Hashes and compares with argon2id."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def hash(self, password: str) -> str:
        """What is kept of a password. Raises `Unavailable` when too many wait."""
        with _turn(self._turns):
            return self._hasher.hash(normal(password))

    def matches(self, password: str, kept: str | None) -> bool:
        """Whether it is the password of which this was kept; takes as long for somebody who has none, or does not exist."""
        kept_or_none = kept or self._nobodys
        with _turn(self._turns):
            try:
                return self._hasher.verify(kept_or_none, normal(password[: 2 * LONGEST])) and kept is not None
            except (VerificationError, InvalidHashError):
                return False

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody has this password")


class _turn:
    """A turn at hashing; raises `Unavailable` when it does not come."""

    def __init__(self, turns: threading.BoundedSemaphore) -> None:
        self._turns = turns

    def __enter__(self) -> None:
        if not self._turns.acquire(timeout=PATIENCE):
            raise Unavailable("Too many people are signing in at this moment.")

    def __exit__(self, *_: object) -> None:
        self._turns.release()
