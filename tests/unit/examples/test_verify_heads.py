"""The signatures as outsiders check them, beside those that made them."""

from random import Random

import pytest

from examples.python import verify_heads
from services.contracts.ledger import Head, Peaks, leaf_hash
from services.runtime.clock import ZONE
from services.runtime.process.signing import Ed25519Signer
from tests.unit.metrics.events import START

KEYS = [f"key-number-{number}-as-long-as-a-key-has-to-be" for number in range(3)]
#: RFC 8032, section 7.1: the first three.
PUBLISHED = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]  # fmt: skip


@pytest.mark.parametrize(("public", "text", "signature"), PUBLISHED)
def test_the_standard_s_own_signatures_are_good(public: str, text: str, signature: str) -> None:
    assert verify_heads.is_signed(bytes.fromhex(public), bytes.fromhex(text), bytes.fromhex(signature))


@pytest.mark.parametrize("key", KEYS)
def test_a_signature_is_good_for_its_text_and_its_key_alone(key: str) -> None:
    order, signer, other = Random(8032), Ed25519Signer([key]), Ed25519Signer(["another-key-as-long-as-a-key-has-to-be"])
    public, text = signer.publics[signer.name], order.randbytes(80)
    signature = signer.sign(text)
    assert verify_heads.is_signed(public, text, signature)
    assert not verify_heads.is_signed(other.publics[other.name], text, signature)
    assert not verify_heads.is_signed(public, text + b" ", signature)
    for _ in range(10):
        changed = bytearray(signature)
        changed[order.randrange(64)] ^= order.randint(1, 255)
        assert not verify_heads.is_signed(public, text, bytes(changed))
    assert not verify_heads.is_signed(public[:31], text, signature)
    assert not verify_heads.is_signed(public, text, signature[:63])


def test_the_newest_key_signs_and_all_are_published() -> None:
    signer = Ed25519Signer(KEYS)
    assert (len(signer.publics), signer.name) == (3, Ed25519Signer(KEYS[:1]).name)


def test_both_sides_sign_the_same_text() -> None:
    head = Head(7, leaf_hash(b"x"), START.astimezone(ZONE), "0a1b")
    told = {"size": 7, "root": head.root.hex(), "time": head.time.isoformat(), "key": "0a1b", "signature": "", "number": 3}
    assert verify_heads.head_text(told) == head.text


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 64, 100])
def test_both_sides_come_to_the_same_root_at_every_size(size: int) -> None:
    lines, peaks, roots = [str(number).encode() for number in range(size)], Peaks(), {}
    for number, line in enumerate(lines, 1):
        peaks.append(leaf_hash(line))
        roots[number] = peaks.root.hex()
    assert verify_heads.roots_at(lines, set(roots)) == roots
