"""Checks the signed heads of a public ledger of Huiying, and all that verify_ledger.py does, which has to lie beside this file.

    python3 verify_heads.py --url https://place.example --save copy    called as verify_ledger.py is

A head is the root over the first `size` leaves of all days, signed (Ed25519). The service that keeps the
ledger lists its heads, and another service, with a store of its own, lists those that it heard of at the time. What it proves:
the leaves come to the root of every head of both lists, so that neither a day that is over nor the one that is still open was
rewritten since; every head has the signature of a published key; and what the one lists the other knows, but for the last hours.
No dependencies, Python 3.8 or later.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List  # noqa: UP035 (the oldest Python this is for knows no others)

if __package__:
    from . import verify_ledger
else:
    sys.path.insert(0, str(Path(__file__).parent))
    import verify_ledger  # type: ignore[import-not-found, no-redef]

Entry = Dict[str, Any]  # noqa: UP006
Lists = Dict[str, List[Entry]]  # noqa: UP006
#: Where each list is found over HTTP. The witness is asked first: so whatever it knows the ledger has to know as well.
LISTS = {"witness": "/witness/heads", "heads": "/ledger/heads", "keys": "/ledger/key"}
WORDS = {"heads": "the ledger's own head", "witness": "the head that the other service heard of"}
KEPT = "heads.json"

# Ed25519 in the words of RFC 8032, section 6: the curve -x² + y² = 1 + dx²y² over the numbers modulo 2²⁵⁵ - 19.
FIELD, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, FIELD - 2, FIELD) % FIELD
ROOT = pow(2, (FIELD - 1) // 4, FIELD)


def add(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    """The sum of two points, each (X, Y, Z, T) with x = X/Z, y = Y/Z and T = XY/Z."""
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % FIELD, (one[1] + one[0]) * (other[1] + other[0]) % FIELD
    c, d = 2 * one[3] * other[3] * D % FIELD, 2 * one[2] * other[2] % FIELD
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % FIELD, g * h % FIELD, f * g % FIELD, e * h % FIELD)


def times(factor: int, point: tuple[int, ...]) -> tuple[int, ...]:
    """A multiple of a point."""
    result: tuple[int, ...] = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            result = add(result, point)
        point, factor = add(point, point), factor >> 1
    return result


def point_of(text: bytes) -> tuple[int, ...] | None:
    """The point that 32 bytes stand for; None for none."""
    number = int.from_bytes(text, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, FIELD - 2, FIELD) % FIELD
    x = pow(square, (FIELD + 3) // 8, FIELD)
    if x * x % FIELD != square:
        x = x * ROOT % FIELD
    if len(text) != 32 or y >= FIELD or x * x % FIELD != square or (x == 0 and sign):
        return None
    x = FIELD - x if x & 1 != sign else x
    return (x, y, 1, x * y % FIELD)


BASE = point_of((4 * pow(5, FIELD - 2, FIELD) % FIELD).to_bytes(32, "little"))


def is_signed(public: bytes, text: bytes, signature: bytes) -> bool:
    """Whether a text was signed by the holder of the private key."""
    key, commitment, scalar = point_of(public), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or BASE is None or len(signature) != 64 or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + text).digest(), "little") % ORDER
    left, right = times(scalar, BASE), add(commitment, times(challenge, key))
    return (left[0] * right[2] - right[0] * left[2]) % FIELD == 0 == (left[1] * right[2] - right[1] * left[2]) % FIELD


def head_text(head: Entry) -> bytes:
    """What is signed of a head."""
    told = {name: head[name] for name in ("key", "root", "size", "time")}
    return b"huiying-ledger-head:" + json.dumps(told, separators=(",", ":")).encode()


def check_signatures(lists: Lists) -> Iterator[str]:
    """What is wrong with the signatures; a head that stands in both lists is looked at once."""
    publics = {key["key"]: bytes.fromhex(key["public"]) for key in lists["keys"]}
    known = {}
    for name in WORDS:
        for head in lists[name]:
            said = (head_text(head), head["signature"])
            if said not in known:
                public = publics.get(head["key"])
                known[said] = public is not None and is_signed(public, said[0], bytes.fromhex(head["signature"]))
            if not known[said]:
                yield f"{WORDS[name]} over {head['size']} leaves has no signature of a published key"


def roots_at(lines: list[bytes], sizes: set[int]) -> dict[int, str]:
    """The root over the first `size` leaves of all days, for each size of a head."""
    found: dict[int, str] = {}
    peaks: list[bytes] = []
    for size, line in enumerate(lines, 1):
        node, rest = verify_ledger.leaf_hash(line), size - 1
        while rest & 1:
            node, rest = hashlib.sha256(b"\x01" + peaks.pop() + node).digest(), rest >> 1
        peaks.append(node)
        if size in sizes:
            root = peaks[-1]
            for peak in reversed(peaks[:-1]):
                root = hashlib.sha256(b"\x01" + peak + root).digest()
            found[size] = root.hex()
    return found


def check_roots(lists: Lists, leaves: dict[str, list[bytes]]) -> Iterator[str]:
    """Which heads the leaves do not come to."""
    lines = [line for day in leaves.values() for line in day]
    roots = roots_at(lines, {head["size"] for name in WORDS for head in lists[name]})
    for name, words in WORDS.items():
        for head in lists[name]:
            if head["size"] > len(lines):
                yield f"{words} of {head['time']} is over {head['size']} leaves, and there are {len(lines)}"
            elif roots.get(head["size"]) != head["root"]:
                yield f"the first {head['size']} leaves do not come to {words} of {head['time']}: history was rewritten"


def is_consistent(first: int, second: int, path: list[bytes], before: bytes, after: bytes) -> bool:
    """Whether a proof leads from the root over `first` leaves to that over `second` (RFC 9162, section 2.1.4.2)."""
    if first == second:
        return not path and before == after
    path = path if first & (first - 1) else [before, *path]
    if not 0 < first < second or not path:
        return False
    number, last = first - 1, second - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            old, new = (hashlib.sha256(b"\x01" + sibling + root).digest() for root in (old, new))
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            new = hashlib.sha256(b"\x01" + new + sibling).digest()
        number, last = number >> 1, last >> 1
    return last == 0 and old == before and new == after


def check_growth(source: Any, heads: list[Entry]) -> Iterator[str]:
    """What is wrong with the proofs that the ledger hands out for its first and its last two heads."""
    chosen = {head["size"]: bytes.fromhex(head["root"]) for head in (*heads[:1], *heads[-2:])}
    for first, second in zip(sorted(chosen), sorted(chosen)[1:]):  # noqa: B905 (the oldest Python this is for knows no strict)
        told = source.get(f"/ledger/consistency?first={first}&second={second}")
        path = verify_ledger.as_json(told, "the proof")["path"]
        if not is_consistent(first, second, [bytes.fromhex(each) for each in path], chosen[first], chosen[second]):
            yield f"the head over {second} leaves has not grown out of that over {first}"


def check_lists(lists: Lists) -> Iterator[str]:
    """Which heads that the other service heard of the ledger does not list."""
    own = {(head["size"], head["root"], head["signature"]) for head in lists["heads"]}
    for head in lists["witness"]:
        if (head["size"], head["root"], head["signature"]) not in own:
            yield f"{WORDS['witness']} of {head['time']}, over {head['size']} leaves, is none that the ledger lists"
    if lists["heads"] and not lists["witness"] and len(lists["heads"]) > 1:
        yield "the other service has heard of no head"


def also(source: Any, save: str | None) -> Callable[[dict[str, list[bytes]]], Iterator[str]]:
    """What `verify_ledger.verify` has to look at too: read before the leaves, so that these are at least as many."""
    lists: Lists = {}
    if isinstance(source, verify_ledger.Site):
        lists = {name: source.pages(path) for name, path in LISTS.items()}
    elif (source.folder / KEPT).exists():
        lists = verify_ledger.as_json(verify_ledger.read(source.folder / KEPT), KEPT)
    lists = {name: lists.get(name, []) for name in LISTS}

    def look(leaves: dict[str, list[bytes]]) -> Iterator[str]:
        if save is not None:
            Path(save).mkdir(parents=True, exist_ok=True)
            (Path(save) / KEPT).write_text(json.dumps(lists, indent=1))
        grown = check_growth(source, lists["heads"]) if isinstance(source, verify_ledger.Site) else ()
        for problems in (check_signatures(lists), check_roots(lists, leaves), check_lists(lists), grown):
            yield from problems

    return look


if __name__ == "__main__":
    sys.exit(verify_ledger.main(sys.argv[1:], too=also))
