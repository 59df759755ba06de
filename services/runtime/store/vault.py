"""Personal data at rest: sealed with the first key, opened with any, so that keys can be exchanged without a day of rest."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

#: What a key needs at least, in characters of a random text.
SHORTEST_KEY = 32


class SealBroken(Exception):
    """What was sealed cannot be opened: its key is not among those given, or somebody changed it."""


def keys(text: str) -> tuple[str, ...]:
    """Keys separated by blanks, the newest first; raises ValueError for none, or for one that is too short."""
    found = tuple(text.split())
    if not found or any(len(key) < SHORTEST_KEY for key in found):
        raise ValueError(f"one or more random texts of at least {SHORTEST_KEY} characters are needed")
    return found


class Vault:
    """Seals values with authenticated encryption (Fernet: AES-128-CBC and HMAC-SHA-256)."""

    def __init__(self, given: Sequence[str]) -> None:
        self._newest, *_ = self._all = [Fernet(_key(text)) for text in given]
        self._any = MultiFernet(self._all)

    def seal(self, value: object) -> str:
        """A JSON value as a text that only a holder of the key can read."""
        return self._newest.encrypt(orjson.dumps(value)).decode()

    def open(self, sealed: str) -> Any:
        """The value again; raises `SealBroken`."""
        try:
            return orjson.loads(self._any.decrypt(sealed.encode()))
        except (InvalidToken, ValueError) as error:
            raise SealBroken("personal data cannot be opened; is its key still among HUIYING_CONTACT_KEYS?") from error

    def renew(self, sealed: str) -> str | None:
        """The same value under the newest key; None when it is under it already. Raises `SealBroken`."""
        try:
            self._newest.decrypt(sealed.encode())
        except InvalidToken:
            return self.seal(self.open(sealed))
        return None


def _key(text: str) -> bytes:
    # A key is random already, so a plain digest serves to give it its length.
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
