"""Signatures (Ed25519) that anybody can check with a public key; the newest key signs, the older ones stay published."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAME_LENGTH = 16


class Ed25519Signer:
    """Signs with the first of the keys, which are random texts."""

    def __init__(self, given: Sequence[str]) -> None:
        # A key is random already, so a plain digest serves to give it its length.
        keys = [Ed25519PrivateKey.from_private_bytes(sha256(text.encode()).digest()) for text in given]
        self._newest, *_ = keys
        publics = [key.public_key().public_bytes_raw() for key in keys]
        #: The public keys by name, the newest first.
        self.publics = {sha256(public).hexdigest()[:NAME_LENGTH]: public for public in publics}
        self.name = next(iter(self.publics))

    @property
    def listed(self) -> list[dict[str, object]]:
        """The public keys as they are published, the newest first."""
        return [{"key": name, "algorithm": "Ed25519", "public": public.hex()} for name, public in self.publics.items()]

    def sign(self, text: bytes) -> bytes:
        """The signature of a text, 64 bytes."""
        return self._newest.sign(text)
