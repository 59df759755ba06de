"""Checks a public ledger of Huiying from public data alone (signed heads: verify_heads.py). One file, no dependencies, Python 3.8+.

    python3 verify_ledger.py --url https://place.example --save copy   everything, over HTTP, kept in a folder
    python3 verify_ledger.py copy --against earlier/ledger.json        a kept copy, compared with an earlier one
    python3 verify_ledger.py --url … --opinion 0193…                   and whether this opinion is counted
    python3 verify_ledger.py --url … --promise answer.json             whether this promise is kept, by verify_promise.py beside it

What it proves: each day's leaves come to its published root (Merkle tree of RFC 9162, section 2.1, with SHA-256: 0x00 before a
leaf, 0x01 before a node), each leaf and each day's entry has the hash of the one before, and nothing that an earlier copy says
has changed. It ends with 0 when all is well, 1 when not, saying where (day and index from 0), and 2 when it could not look.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import importlib
import json
import sys
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Dict, Iterator, List  # noqa: UP035 (the oldest Python this is for knows no others)

API, NOTHING, PATIENCE = "/api/v1", "0" * 64, 60.0
Entry = Dict[str, Any]  # noqa: UP006
Leaves = Dict[str, List[bytes]]  # noqa: UP006


class NotReadable(Exception):
    """What should be checked cannot be read."""


def leaf_hash(line: bytes) -> bytes:
    """The hash of a leaf, which is the bytes of a line."""
    return hashlib.sha256(b"\x00" + line).digest()


def tree_root(hashes: list[bytes]) -> bytes:
    """The root over leaf hashes, in the words of RFC 9162: split at the largest power of two that is smaller than the number."""
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256().digest()
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree_root(hashes[:split]) + tree_root(hashes[split:])).digest()


def root_by_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2); None when the path does not fit."""
    if not 0 <= index < size:
        return None
    root, number, last = leaf, index, size - 1
    for sibling in path:
        if last == 0:
            return None
        if number & 1 or number == last:
            root = hashlib.sha256(b"\x01" + sibling + root).digest()
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            root = hashlib.sha256(b"\x01" + root + sibling).digest()
        number, last = number >> 1, last >> 1
    return root if last == 0 else None


def entry_hash(entry: Entry) -> str:
    """The hash of a day's entry."""
    known = {name: entry[name] for name in ("day", "previous", "root", "size", "total")}
    return hashlib.sha256(json.dumps(known, separators=(",", ":")).encode()).hexdigest()


def subject_of(opinion: str) -> str:
    """What stands for an opinion in the ledger, from its id; it may be given as well."""
    return opinion if len(opinion) == 64 else hashlib.sha256(b"huiying-ledger" + opinion.encode()).hexdigest()


class Folder:
    """A kept copy: `ledger.json` and a file `<day>.ndjson` for each day."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def entries(self) -> list[Entry]:
        """The entries of all days, oldest first."""
        return list(as_json(read(self.folder / "ledger.json"), "ledger.json")["items"])

    def leaves(self, day: str) -> list[bytes]:
        """The lines of a day."""
        return read(self.folder / f"{day}.ndjson").split(b"\n")[:-1]


class Site:
    """A ledger over HTTP."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise NotReadable(f"an address begins with http:// or https://, not {url!r}")
        self.url = url.rstrip("/")

    def entries(self) -> list[Entry]:
        """The entries of all days, oldest first."""
        return self.pages("/ledger")

    def leaves(self, day: str) -> list[bytes]:
        """The lines of a day."""
        return self.get(f"/ledger/{urllib.parse.quote(day)}").split(b"\n")[:-1]

    def pages(self, path: str) -> list[Entry]:
        """All items of a list."""
        found: list[Entry] = []
        query = "?limit=500"
        while query:
            page = as_json(self.get(path + query), self.url)
            found += page["items"]
            query = "?" + urllib.parse.urlencode({"limit": 500, "cursor": page["next"]}) if page["next"] else ""
        return found

    def get(self, path: str) -> bytes:
        """What is at an address of the API."""
        try:
            with urllib.request.urlopen(self.url + API + path, timeout=PATIENCE) as answer:  # nosec B310
                return bytes(answer.read())
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise NotReadable(f"{self.url}{API}{path}: {error}") from error


def read(path: Path) -> bytes:
    """A file; raises `NotReadable`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotReadable(f"{path}: {error.strerror}") from error


def as_json(content: bytes, name: object) -> Any:
    """What a text says; raises `NotReadable`."""
    try:
        return json.loads(content)
    except ValueError as error:
        raise NotReadable(f"{name} is not JSON: {error}") from error


def check_chain(entries: list[Entry]) -> Iterator[str]:
    """What is wrong with the chain of days."""
    previous, total, last, closed = NOTHING, 0, "", True
    for entry in entries:
        day = entry["day"]
        if day <= last or not closed:
            yield f"{day}: stands behind {last}, which is {'later' if closed else 'still open'}"
        if entry["previous"] != previous:
            yield f"{day}: does not follow the entry before it: one of both was changed, or a day between them is missing"
        total += entry["size"]
        if entry["size"] < 1 or entry["total"] != total:
            yield f"{day}: {entry['size']} leaves and {entry['total']} in all do not add up to what came before"
            total = entry["total"]
        if entry["closed"] and entry["hash"] != entry_hash(entry):
            yield f"{day}: the entry has another hash than it says, so it was changed"
        previous, last, closed = entry["hash"], day, entry["closed"]


def read_leaf(line: bytes) -> tuple[Any, Any, Any]:
    """(index, hash of the leaf before, subject), each None where the line does not say so."""
    try:
        leaf = json.loads(line)
        return leaf["index"], leaf["previous"], leaf["subject"]
    except (ValueError, KeyError, TypeError):
        return None, None, None


def first_break(lines: list[bytes], tip: str | None, root: str) -> tuple[int, str] | None:
    """Where the leaves of a day first break off, and how; None when each follows the one before. `tip` may be None."""
    hashes = [leaf_hash(line).hex() for line in lines]
    for place, (index, previous, _) in enumerate(map(read_leaf, lines)):
        before = hashes[place - 1] if place else tip
        if index != place:
            return place, "this line is no leaf" if index is None else f"leaf {index} stands here: one is missing or moved"
        if previous != before and place == 0 and before is not None:
            return place, "it does not follow the last leaf of the day before"
        if previous != before and place:
            # Had the one before the hash that this one knows, would the rest fit together?
            known = [*hashes[: place - 1], str(previous), *hashes[place:]]
            rest = read_leaf(lines[place + 1])[1] == hashes[place] if place + 1 < len(lines) else root_of(known) == root
            return (place - 1 if rest else place), "this leaf was changed: its neighbours know it by another hash"
    return None


def root_of(hashes: list[str]) -> str | None:
    """The root over leaf hashes in hexadecimal digits; None when one is no hash."""
    try:
        return tree_root([bytes.fromhex(each) for each in hashes]).hex()
    except ValueError:
        return None


def check_day(entry: Entry, lines: list[bytes], tip: str | None) -> Iterator[str]:
    """What is wrong with the leaves of a day. An open day may have grown since its entry was read."""
    day, size = entry["day"], entry["size"]
    lines = lines if entry["closed"] else lines[:size]
    broken = first_break(lines, tip, entry["root"])
    if broken is not None:
        yield f"{day} #{broken[0]}: {broken[1]}"
    if len(lines) != size:
        yield f"{day} #{min(len(lines), size)}: there are {len(lines)} leaves, and the entry counts {size}"
    elif tree_root([leaf_hash(line) for line in lines]).hex() != entry["root"]:
        where = "" if broken else f" #{size - 1}: the last leaf was changed, or all from some place on were rewritten;"
        yield f"{day}{where or ':'} the leaves do not come to the published root"


def check_against(earlier: list[Entry], entries: list[Entry], leaves: Leaves) -> Iterator[str]:
    """What has changed since an earlier copy of the entries was made."""
    now = {entry["day"]: entry for entry in entries}
    for entry in earlier:
        day, found = entry["day"], now.get(entry["day"])
        if found is None:
            yield f"{day}: this day was in the earlier copy and is gone"
        elif found["size"] < entry["size"]:
            yield f"{day}: had {entry['size']} leaves in the earlier copy and has {found['size']}"
        elif entry["closed"] and found["hash"] != entry["hash"]:
            yield f"{day}: the entry is another one than in the earlier copy: history was rewritten"
        elif tree_root(list(map(leaf_hash, leaves[day][: entry["size"]]))).hex() != entry["root"]:
            yield f"{day}: its first {entry['size']} leaves are others than in the earlier copy"


def check_proofs(proofs: list[Entry], leaves: Leaves) -> Iterator[str]:
    """What is wrong with inclusion proofs, as the ledger hands them out."""
    for proof in proofs:
        place, lines = f"{proof['day']} #{proof['index']}", leaves.get(proof["day"], [])
        leaf, path = leaf_hash(proof["leaf"].encode()), list(map(bytes.fromhex, proof["path"]))
        root = root_by_path(leaf, proof["index"], proof["size"], path)
        if root is None or root.hex() != proof["root"]:
            yield f"{place}: the proof does not lead to its root"
        elif len(lines) >= proof["size"] and tree_root([leaf_hash(line) for line in lines[: proof["size"]]]) != root:
            yield f"{place}: the proof leads to another root than the leaves"


def verify(
    source: Folder | Site, earlier: list[Entry] | None = None, opinion: str | None = None, save: str | None = None, too: Any = None
) -> dict[str, Any]:
    """Check a whole ledger: {"days", "leaves", "head", "problems", "counted"}; `too` reads before what it checks after."""
    look = too(source, save) if too else lambda _: ()
    entries, leaves = source.entries(), {}
    tip: str | None = NOTHING
    problems = list(check_chain(entries))
    for entry in entries:
        lines = leaves[entry["day"]] = source.leaves(entry["day"])
        problems += check_day(entry, lines, tip)
        tip = leaf_hash(lines[-1]).hex() if lines else None
    problems += [*check_against(earlier or [], entries, leaves), *look(leaves)]
    counted: list[str] = []
    if opinion is not None:
        own = subject_of(opinion)
        counted = [f"{day} #{at}" for day, lines in leaves.items() for at, line in enumerate(lines) if read_leaf(line)[2] == own]
        # A kept copy has no proofs; it is checked by its leaves.
        proofs = source.pages(f"/ledger/proofs/{own}") if isinstance(source, Site) and counted else []
        problems += check_proofs(proofs, leaves) if counted else [f"the opinion {opinion} is not counted"]
    if save is not None:
        keep(Path(save), entries, leaves)
    total, head = sum(entry["size"] for entry in entries), (entries[-1]["hash"] or entries[-1]["root"]) if entries else None
    return {"days": len(entries), "leaves": total, "head": head, "problems": problems, "counted": counted}


def keep(folder: Path, entries: list[Entry], leaves: Leaves) -> None:
    """Write a copy that `Folder` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ledger.json").write_text(json.dumps({"items": entries}, indent=1))
    for day, lines in leaves.items():
        (folder / f"{day}.ndjson").write_bytes(b"".join(line + b"\n" for line in lines))


def main(arguments: list[str], **more: Any) -> int:
    """Look, say what was found, and return the exit status; `more` is for `verify`."""
    if "--promise" in arguments:
        sys.path.insert(0, str(Path(__file__).parent))
        return int(importlib.import_module(f"{__package__}.verify_promise" if __package__ else "verify_promise").main(arguments))
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0], epilog="Ends with 0, 1 (something is wrong) or 2.")
    parser.add_argument("folder", nargs="?", help="a kept copy: ledger.json and a file for each day")
    parser.add_argument("--url", help="the address of the place")
    parser.add_argument("--against", metavar="FILE", help="ledger.json of an earlier copy")
    parser.add_argument("--opinion", metavar="ID", help="is it counted? its id or its subject")
    parser.add_argument("--promise", metavar="FILE", help="with --url alone: is the promise in this answer kept?")
    parser.add_argument("--save", metavar="FOLDER", help="keep a copy of what was read")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    given = parser.parse_args(arguments)
    if (given.folder is None) == (given.url is None):
        parser.error("give either a folder or --url")
    try:
        earlier = as_json(read(Path(given.against)), given.against)["items"] if given.against else None
        report = verify(Folder(given.folder) if given.url is None else Site(given.url), earlier, given.opinion, given.save, **more)
    except (NotReadable, KeyError, TypeError) as error:
        sys.stderr.write(f"cannot be read: {error}\n")
        return 2
    lines = [f"WRONG    {problem}" for problem in report["problems"]] + [f"counted  {place}" for place in report["counted"]]
    end = "NOT WELL" if report["problems"] else "all is well"
    lines += [f"{report['days']} days, {report['leaves']} leaves, head {report['head']}", end]
    sys.stdout.write((json.dumps(report, indent=1) if given.json else "\n".join(lines)) + "\n")
    return 1 if report["problems"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
