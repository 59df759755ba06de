"""Personal data at rest: sealed with the first key, opened with any, so that keys can be exchanged without a day of rest."""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

#: What a key needs at least, in characters of a random text.
SHORTEST_KEY = 32
#: The bytes in front of what is sealed: random, and of the length that AES-GCM is made for.
NONCE_BYTES = 12


class SealBroken(Exception):
    """What was sealed cannot be opened: its key is not among those given, or somebody changed it."""


def keys(text: str) -> tuple[str, ...]:
    """Keys separated by blanks, the newest first; raises ValueError for none, or for one that is too short."""
    found = tuple(text.split())
    if not found or any(len(key) < SHORTEST_KEY for key in found):
        raise ValueError(f"one or more random texts of at least {SHORTEST_KEY} characters are needed")
    return found


class Vault:
    """Seals values with authenticated encryption (AES-256-GCM)."""

    def __init__(self, given: Sequence[str]) -> None:
        # A key is random already, so a plain digest serves to give it its length.
        self._newest, *_ = self._all = [AESGCM(hashlib.sha256(text.encode()).digest()) for text in given]
        self._marking = [hashlib.sha256(b"mark\0" + text.encode()).digest() for text in given]

    def seal(self, value: object) -> str:
        """A JSON value as a text that only a holder of the key can read."""
        nonce = os.urandom(NONCE_BYTES)
        return urlsafe_b64encode(nonce + self._newest.encrypt(nonce, orjson.dumps(value), None)).decode()

    def open(self, sealed: str) -> Any:
        """The value again; raises `SealBroken`."""
        for key in self._all:
            if (text := _opened(key, sealed)) is not None:
                return orjson.loads(text)
        raise SealBroken("personal data cannot be opened; is its key still among HUIYING_CONTACT_KEYS?")

    def mark(self, text: str) -> str:
        """What stands for a text under the newest key: the same for the same text, and nothing without the key."""
        return self.marks(text)[0]

    def marks(self, text: str) -> Sequence[str]:
        """What stands for a text under each of the keys."""
        return [hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in self._marking]

    def renew(self, sealed: str) -> str | None:
        """The same value under the newest key; None when it is under it already. Raises `SealBroken`."""
        return self.seal(self.open(sealed)) if _opened(self._newest, sealed) is None else None


def _opened(key: AESGCM, sealed: str) -> bytes | None:
    """What was sealed with this key; None for anything else."""
    try:
        raw = urlsafe_b64decode(sealed)
        # Several texts decode alike; only the one that was written counts.
        return key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None) if urlsafe_b64encode(raw).decode() == sealed else None
    except (InvalidTag, ValueError):
        return None
