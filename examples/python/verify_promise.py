"""Checks a promise that something is counted in a public ledger of Huiying; verify_ledger.py and verify_heads.py lie beside it.

    python3 verify_ledger.py --url https://place.example --promise answer.json

The file is the answer to a submission or to a rating, or the `promise` in it. What is checked: a published key has signed the
promise; the ledger has the leaf of this very message; and the leaf is under a head that the ledger's key has signed and that the
other service has heard of. It ends with 0 when the promise is kept, or not due yet, 1 when it is broken or none, and 2 when it
could not look. No dependencies, Python 3.8 or later.
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.parse
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Dict, Iterator  # noqa: UP035 (the oldest Python this is for knows no others)

if __package__:
    from . import verify_heads, verify_ledger
else:
    sys.path.insert(0, str(Path(__file__).parent))
    import verify_heads  # type: ignore[import-not-found, no-redef]
    import verify_ledger  # type: ignore[import-not-found, no-redef]

Entry = Dict[str, Any]  # noqa: UP006
#: How long the other service may take to hear of a head.
HEARD_WITHIN = timedelta(hours=1)


class Broken(Exception):
    """What is wrong with a promise."""


def promise_text(promise: Entry) -> bytes:
    """What is signed of a promise."""
    told = {name: promise[name] for name in ("body", "by", "id", "key", "subject")}
    return b"huiying-ledger-promise:" + json.dumps(told, separators=(",", ":")).encode()


def time_of(text: str) -> datetime:
    """An instant with its offset."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def signed_by(keys: list[Entry], name: str, text: bytes, signature: str) -> bool:
    """Whether the key of this name, which is published, has signed a text."""
    publics = {key["key"]: bytes.fromhex(key["public"]) for key in keys}
    return name in publics and verify_heads.is_signed(publics[name], text, bytes.fromhex(signature))


def check_leaf(promise: Entry, found: Entry) -> None:
    """The leaf is the one of the promised message; raises `Broken`."""
    leaf = verify_ledger.as_json(found["leaf"].encode(), "the leaf")
    for name in ("id", "subject", "body"):
        if leaf.get(name) != promise[name]:
            raise Broken(f"leaf {found['number']} is of another message: its {name} is {leaf.get(name)}, not {promise[name]}")


def check_head(source: Any, found: Entry, now: datetime) -> None:
    """The head over the leaf is signed, has this leaf, and is known to the other service; raises `Broken`."""
    head = found["head"]
    if not signed_by(source.pages("/ledger/key"), head["key"], verify_heads.head_text(head), head["signature"]):
        raise Broken(f"the head over {head['size']} leaves has no signature of a published key")
    path, leaf = [bytes.fromhex(each) for each in found["path"]], verify_ledger.leaf_hash(found["leaf"].encode())
    root = verify_ledger.root_by_path(leaf, found["number"], head["size"], path)
    if root is None or root.hex() != head["root"]:
        raise Broken(f"leaf {found['number']} is not under the head over {head['size']} leaves: the proof leads to another root")
    heard = {(each["size"], each["root"]) for each in source.pages("/witness/heads")}
    if (head["size"], head["root"]) not in heard and now - time_of(head["time"]) > HEARD_WITHIN:
        raise Broken(f"the other service has not heard of the head over {head['size']} leaves")


def look(source: Any, promise: Entry, now: datetime) -> Iterator[str]:
    """What can be said of a promise; raises `Broken`."""
    if not signed_by(source.pages("/keys"), promise["key"], promise_text(promise), promise["signature"]):
        raise Broken("the promise has no signature of a published key: it was not given here, or it was changed")
    yield f"promised by {promise['by']}: the message {promise['id']} is in the ledger"
    due = now > time_of(promise["by"])
    try:
        proof = source.get("/ledger/inclusion?" + urllib.parse.urlencode({"event": promise["id"]}))
    except verify_ledger.NotReadable as error:
        if getattr(error.__cause__, "code", None) != 404:
            raise
        if due:
            raise Broken("the leaf is missing, and its time is over: this was promised and not counted") from error
        yield "not there yet, and not due yet: ask again after that time"
        return
    found = verify_ledger.as_json(proof, "the proof")
    check_leaf(promise, found)
    yield f"counted as leaf {found['number']}"
    if found["head"] is None:
        if due:
            raise Broken("the leaf is there, but no signed head is over it, and the time is over")
        yield "no signed head is over it yet: ask again after the promised time"
        return
    check_head(source, found, now)
    yield f"under the signed head over {found['head']['size']} leaves of {found['head']['time']}"


def main(arguments: list[str]) -> int:
    """Look, say what was found, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0], epilog="Ends with 0, 1 (it is not kept) or 2.")
    parser.add_argument("--url", required=True, help="the address of the place")
    parser.add_argument("--promise", required=True, metavar="FILE", help="the answer with the promise")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    given = parser.parse_args(arguments)
    said, wrong = [], None
    try:
        answer = verify_ledger.as_json(verify_ledger.read(Path(given.promise)), given.promise)
        now = datetime.now(timezone.utc)  # noqa: UP017 (the oldest Python this is for knows no UTC)
        for line in look(verify_ledger.Site(given.url), answer.get("promise") or answer, now):
            said += [line]
    except Broken as error:
        wrong = str(error)
    except (verify_ledger.NotReadable, KeyError, TypeError, ValueError, AttributeError) as error:
        sys.stderr.write(f"cannot be read: {error!r}\n")
        return 2
    lines = [*said, f"WRONG    {wrong}", "NOT WELL"] if wrong else [*said, "all is well"]
    report = {"said": said, "problems": [wrong] if wrong else []}
    sys.stdout.write((json.dumps(report, indent=1) if given.json else "\n".join(lines)) + "\n")
    return 1 if wrong else 0
