"""Proofs that a leaf is in the ledger, and that the ledger has only grown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.contracts.ledger import Head, Peaks, leaf_hash, levels_of, path_of
from services.metrics.domain.ledger.daybook import Daybook


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """A leaf to the byte, its place in its day, and the hashes beside its way to the `root`, from below."""

    number: int
    day: str
    index: int
    size: int
    root: str
    leaf: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head with its number and its signature; `peaks` is all of the tree that the next head needs."""

    number: int
    head: Head
    peaks: Peaks
    signature: bytes


@dataclass(frozen=True, slots=True)
class HeadProof:
    """A leaf to the byte, and its way to the root of the first signed head over it, from below; no head: there is none yet."""

    number: int
    leaf: str
    head: SignedHead | None
    path: tuple[str, ...]


def proofs_in(day: Daybook, leaves: Sequence[bytes], own: Sequence[tuple[int, bytes]]) -> Iterator[InclusionProof]:
    """A proof for each of the numbered leaves in `own` that is of this day, which has these `leaves`."""
    levels = levels_of([leaf_hash(leaf) for leaf in leaves])
    root = levels[-1][0].hex()
    for number, leaf in own:
        index = number - day.first
        if 0 <= index < day.size:
            path = tuple(sibling.hex() for sibling in path_of(levels, index))
            yield InclusionProof(number, day.day, index, day.size, root, leaf.decode(), path)
