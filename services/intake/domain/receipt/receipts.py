"""Receipts: codes that cannot be guessed, can be read aloud, and detect a typing error in one character."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from services.contracts.words.text import value
from services.intake.domain.receipt import crockford

RECEIPT_LENGTH = 14  # 13 characters of 5 random bits, and the check character
_ADDRESS = re.compile(r"receipts/([^/?#\s]+)", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:您的|我的)?(?:(?:回执|查询)(?:编?号码?|码)?|编号)|(?:(?:my|your) )?receipt(?: (?:no|number|code)\b)?", re.IGNORECASE
)


def new_receipt(random_bits: Callable[[int], int]) -> str:
    """A receipt of 65 random bits in Crockford's base 32 with a check character; `random_bits(n)` gives an n-bit number."""
    return crockford.draw(random_bits, RECEIPT_LENGTH)


def read_receipt(text: str) -> str | None:
    """The receipt as it is stored, or None when the text cannot be one.

    Forgives case, blanks, hyphens and other punctuation, full-width forms, O, I, L for 0, 1, 1, the words before and the
    bracket behind it where a line was copied whole, and takes the address of its page for it.
    """
    return crockford.read(_named(value(text)), RECEIPT_LENGTH)


def _named(text: str) -> str:
    """The part of a copied line that is the receipt."""
    address = _ADDRESS.search(text)
    if address:
        return address[1]
    bare = text.lstrip("([<【「《“\"' ").partition("(")[0]
    last = bare.rpartition(":")[2].rpartition("=")[2].strip()
    label = _LABEL.match(last)
    return last[label.end() :] if label else last


def show_receipt(receipt: str) -> str:
    """The receipt in groups, as people read it aloud."""
    return "-".join((receipt[:5], receipt[5:10], receipt[10:]))


def rater_of(receipt: str) -> str:
    """A pseudonym that tells the raters of a case apart. It cannot be reversed: a receipt has 65 random bits."""
    return hashlib.sha256(f"rater {receipt}".encode()).hexdigest()[:32]
