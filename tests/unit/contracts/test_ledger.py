"""The tree is the one of RFC 9162, however it is computed, and every leaf's proof leads to its root."""

from datetime import datetime
from hashlib import sha256

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.python import verify_ledger
from examples.python.verify_heads import is_consistent
from services.contracts.ledger import (
    NOTHING,
    LedgerEvent,
    Peaks,
    consistency_path,
    entry_hash,
    inclusion_path,
    leaf_hash,
    leaf_of,
    levels_of,
    node_hash,
    path_of,
    subject_of,
)
from services.runtime.clock import ZONE

SIZES = [*range(1, 20), 31, 32, 33, 63, 64, 65, 127, 200]


def hashes(size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(size)]


def straightforward(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162, section 2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = max(1 << power for power in range(32) if 1 << power < len(leaves))
    return sha256(b"\x01" + straightforward(leaves[:split]) + straightforward(leaves[split:])).digest()


#: Of the test vectors that Certificate Transparency logs publish: the entries, and the roots of the first 1 to 8 of them.
ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_that_everybody_computes(size):
    leaves = [bytes.fromhex(entry) for entry in ENTRIES[:size]]
    own = [leaf_hash(leaf) for leaf in leaves]
    assert levels_of(own)[-1][0].hex() == verify_ledger.tree_root(own).hex() == straightforward(leaves).hex() == ROOTS[size - 1]


@given(st.lists(st.binary(max_size=40), max_size=70))
def test_the_root_is_that_of_a_straightforward_implementation(leaves):
    peaks, own = Peaks(), [leaf_hash(leaf) for leaf in leaves]
    for number, leaf in enumerate(own):
        # As the store does: what is remembered between two batches is only this.
        peaks = Peaks(peaks.size, bytes(peaks)) if number % 3 == 0 else peaks
        peaks.append(leaf)
    assert peaks.root == straightforward(leaves) == verify_ledger.tree_root(own)
    assert not leaves or levels_of(own)[-1][0] == peaks.root


@pytest.mark.parametrize("size", SIZES)
def test_the_proof_of_every_leaf_leads_to_the_root_and_to_no_other_place(size):
    own = hashes(size)
    levels = levels_of(own)
    for index, leaf in enumerate(own):
        path = path_of(levels, index)
        assert verify_ledger.root_by_path(leaf, index, size, path) == levels[-1][0]
        assert verify_ledger.root_by_path(leaf_hash(b"another"), index, size, path) != levels[-1][0]
        for elsewhere in {0, size - 1, size, size + 1, -1} - {index}:
            assert verify_ledger.root_by_path(leaf, elsewhere, size, path) != levels[-1][0]
        if path:
            assert verify_ledger.root_by_path(leaf, index, size, path[:-1]) is None
            assert verify_ledger.root_by_path(leaf, index, size, [*path, leaf]) is None


def test_a_leaf_is_no_node():
    left, right = hashes(2)
    assert node_hash(left, right) != leaf_hash(left + right)


def test_the_verifier_names_and_hashes_as_the_product_does():
    assert verify_ledger.subject_of("0193a") == subject_of("0193a") == sha256(b"huiying-ledger0193a").hexdigest()
    root, previous = hashes(2)
    entry = {"day": "2026-11-22", "size": 3, "total": 7, "root": root.hex(), "previous": previous.hex(), "closed": True}
    assert verify_ledger.entry_hash(entry) == entry_hash("2026-11-22", 3, 7, root, previous).hex()
    assert verify_ledger.leaf_hash(b"x") == leaf_hash(b"x")


def test_a_leaf_tells_nothing_but_hashes_a_type_and_a_time():
    event = LedgerEvent("e1", "opinion.submitted", "o1", datetime(2026, 11, 22, 9, 30, tzinfo=ZONE), sha256(b"body").digest())
    assert leaf_of(event, 4, leaf_hash(b"before")).decode() == (
        f'{{"body":"{sha256(b"body").hexdigest()}","id":"e1","index":4,"previous":"{leaf_hash(b"before").hex()}",'
        f'"subject":"{subject_of("o1")}","time":"2026-11-22T09:00:00+08:00","type":"opinion.submitted","version":2}}'
    )


@pytest.mark.parametrize("second", [*range(1, 34), 64, 65, 100])
def test_a_proof_of_consistency_leads_from_each_smaller_tree_to_this_one_and_to_no_other(second: int) -> None:
    hashes = [leaf_hash(bytes([number])) for number in range(second)]
    trees, tree = {}, Peaks()
    for size in range(1, second + 1):
        tree.append(hashes[size - 1])
        trees[size] = Peaks(size, bytes(tree))
    for first, before in trees.items():
        path, wrong = consistency_path(before, hashes[first:]), leaf_hash(b"another")
        assert len(path) <= 2 * second.bit_length()
        assert is_consistent(first, second, path, before.root, tree.root)
        assert not is_consistent(first, second, path, wrong, tree.root)
        assert not is_consistent(first, second, path, before.root, wrong)
        for at in range(len(path)):
            assert not is_consistent(first, second, [*path[:at], wrong, *path[at + 1 :]], before.root, tree.root)
            assert not is_consistent(first, second, path[:at] + path[at + 1 :], before.root, tree.root)
        assert not is_consistent(first, second, [*path, wrong], before.root, tree.root)


def test_a_leaf_tells_the_hour_and_not_the_minute() -> None:
    moments = [datetime(2026, 11, 22, 9, minute, 30, minute, ZONE) for minute in (0, 17, 59)]
    told = {leaf_of(LedgerEvent("e", "t", "o", moment, bytes(32)), 0, NOTHING) for moment in moments}
    [leaf] = [orjson.loads(each) for each in told]
    assert (leaf["time"], leaf["version"]) == ("2026-11-22T09:00:00+08:00", 2)


@pytest.mark.parametrize("size", [*range(1, 18), 31, 33, 64, 65])
def test_a_leaf_s_proof_from_the_head_before_leads_to_the_root(size):
    own = hashes(size)
    root = straightforward([b"%d" % number for number in range(size)])
    for first in range(size):
        before = Peaks()
        for leaf in own[:first]:
            before.append(leaf)
        for number in range(first, size):
            path = inclusion_path(before, own[first:], number)
            assert verify_ledger.root_by_path(own[number], number, size, path) == root
            assert path == path_of(levels_of(own), number)
            # Of no other leaf, and at no other place.
            assert verify_ledger.root_by_path(own[number - 1], number, size, path) != root or size == 1
            assert size == 1 or verify_ledger.root_by_path(own[number], (number + 1) % size, size, path) != root
