"""The ledger, which counts every event: the content of a leaf, how leaves become a tree, and how days become a chain.

A leaf is canonical JSON (ASCII, keys sorted, no blanks) and says nothing of what an event tells: `subject` is a hash that only
those can find who know the opinion's id, `body` the hash of the message. Each leaf has the hash of the one before it. The
leaves of a day make a Merkle tree as in RFC 9162, section 2.1 (leaf prefix 0x00, node prefix 0x01, SHA-256), and the entry of
a day has the hash of the entry before it. The leaves of all days are one more such tree, whose heads are signed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import orjson

LEAF, NODE = b"\x00", b"\x01"
SALT = b"huiying-ledger"
#: What begins the text of a head and of a promise, so that its signature is good for nothing else.
HEAD, PROMISE = b"huiying-ledger-head:", b"huiying-ledger-promise:"
#: Within this time a message that was accepted has its leaf, under a signed head.
MERGE_DELAY = timedelta(hours=24)
LEAF_VERSION = 2
#: What stands in for the one before where there is none.
NOTHING = bytes(32)


def subject_of(opinion: str) -> str:
    """What stands for an opinion in the ledger, in hexadecimal digits."""
    return sha256(SALT + opinion.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One event as the ledger counts it; `body` is the SHA-256 of the message as it was sent."""

    id: str
    type: str
    subject: str
    time: datetime
    body: bytes


def leaf_of(event: LedgerEvent, index: int, previous: bytes) -> bytes:
    """The leaf of an event: `index` counts from 0 each day, `previous` is the hash of the leaf before, of whatever day.

    Leaves of version 2 tell the hour only, so that nobody is known by the minute; those without a version told the instant.
    """
    hour = event.time.replace(minute=0, second=0, microsecond=0)
    return orjson.dumps({
        "body": event.body.hex(), "id": event.id, "index": index, "previous": previous.hex(),
        "subject": subject_of(event.subject), "time": hour, "type": event.type, "version": LEAF_VERSION,
    })  # fmt: skip


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two others."""
    return sha256(NODE + left + right).digest()


class Peaks:
    """A growing tree, of which only the roots of its complete subtrees are remembered: one for each bit of its size."""

    def __init__(self, size: int = 0, hashes: bytes = b"") -> None:
        self.size = size
        self._hashes = [hashes[start : start + 32] for start in range(0, len(hashes), 32)]

    def append(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        rest = self.size
        while rest & 1:
            leaf = node_hash(self._hashes.pop(), leaf)
            rest >>= 1
        self._hashes.append(leaf)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root of the tree as it is now."""
        if not self._hashes:
            return sha256().digest()
        *left, root = self._hashes
        for peak in reversed(left):
            root = node_hash(peak, root)
        return root

    def __bytes__(self) -> bytes:
        return b"".join(self._hashes)

    def places(self) -> dict[int, bytes]:
        """The roots of the complete subtrees by the number of their first leaf."""
        found, start = {}, 0
        for peak in self._hashes:
            found[start] = peak
            start += 1 << (self.size - start).bit_length() - 1
        return found


def _middle(start: int, end: int) -> int:
    """Where RFC 9162 parts the leaves from `start` to `end`."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def _roots(before: Peaks, grown: Sequence[bytes]) -> Callable[[int, int], bytes]:
    """The root over leaves of a tree that has grown: of those before, as far as they are a subtree that is complete there."""
    first, known = before.size, before.places()

    def root(start: int, end: int) -> bytes:
        if end <= first:
            return known[start]
        if start < first:
            middle = _middle(start, end)
            return node_hash(root(start, middle), root(middle, end))
        tree = Peaks()
        for leaf in grown[start - first : end - first]:
            tree.append(leaf)
        return tree.root

    return root


def inclusion_path(before: Peaks, grown: Sequence[bytes], number: int) -> list[bytes]:
    """The proof (RFC 9162, section 2.1.3.1) that a tree has a leaf with this number, which is one of those it has grown by."""
    root, path = _roots(before, grown), []
    start, end = 0, before.size + len(grown)
    while end - start > 1:
        middle = _middle(start, end)
        if number < middle:
            path.append(root(middle, end))
            end = middle
        else:
            path.append(root(start, middle))
            start = middle
    return path[::-1]


def consistency_path(before: Peaks, grown: Sequence[bytes]) -> list[bytes]:
    """The proof (RFC 9162, section 2.1.4.1) that a tree has grown by these leaf hashes and is otherwise the one before."""
    first, root = before.size, _roots(before, grown)
    path: list[bytes] = []
    start, end = 0, first + len(grown)
    while end != first:
        middle = _middle(start, end)
        if first <= middle:
            path.append(root(middle, end))
            end = middle
        else:
            path.append(root(start, middle))
            start = middle
    # Who checks knows the root before; it is given where it is no root of the smaller tree as a whole.
    return path[::-1] if start == 0 else [root(start, first), *path[::-1]]


@dataclass(frozen=True, slots=True)
class Head:
    """A head of the ledger: the root over its first `size` leaves of all days, as it stood at `time`, for the key named `key`."""

    size: int
    root: bytes
    time: datetime
    key: str

    @property
    def text(self) -> bytes:
        """What is signed."""
        told = {"key": self.key, "root": self.root.hex(), "size": self.size, "time": self.time.isoformat()}
        return HEAD + orjson.dumps(told)


@dataclass(frozen=True, slots=True)
class InclusionPromise:
    """That a message will be in the ledger: by then, under a signed head. Its leaf can be recomputed from `id`, `subject`, `body`
    (SHA-256 of the message) and what the message says of its type and time."""

    id: str
    subject: str
    body: bytes
    by: datetime
    key: str

    @property
    def text(self) -> bytes:
        """What is signed."""
        told = {"body": self.body.hex(), "by": self.by.isoformat(), "id": self.id, "key": self.key, "subject": self.subject}
        return PROMISE + orjson.dumps(told)


def levels_of(hashes: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Every level of the tree over leaf hashes, from the leaves to the root; a node without a sibling is carried up."""
    levels = [hashes]
    while len(levels[-1]) > 1:
        below = levels[-1]
        level = [node_hash(left, right) for left, right in zip(below[::2], below[1::2], strict=False)]
        levels.append([*level, below[-1]] if len(below) % 2 else level)
    return levels


def path_of(levels: Sequence[Sequence[bytes]], index: int) -> list[bytes]:
    """The inclusion proof of a leaf: its siblings on the way to the root."""
    path = []
    for level in levels[:-1]:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        index >>= 1
    return path


def entry_hash(day: str, size: int, total: int, root: bytes, previous: bytes) -> bytes:
    """The hash of a day's entry: `size` leaves of the day, `total` up to its end, `previous` the hash of the entry before."""
    entry = {"day": day, "previous": previous.hex(), "root": root.hex(), "size": size, "total": total}
    return sha256(orjson.dumps(entry)).digest()
