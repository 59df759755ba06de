"""Notify keeps the heads of the ledger, so that rewriting it takes two stores."""

from msgspec.structs import replace

from services.contracts.messages.ledger import LedgerHeaded
from tests.unit.notify.scenes import at

HEAD = LedgerHeaded(118, "5f" * 32, at("2026-11-23 10:00:00"), "0a1b2c3d4e5f6071", "c3" * 64)


def test_a_head_is_kept_once_and_shown_to_anybody(scene, call):
    event, later = scene.event(HEAD, 0, "-"), scene.event(replace(HEAD, size=120), 0, "-")
    scene.consume(event, event)
    scene.consume(event, later)
    _, told = call("GET", "/witness/heads", None)
    items = told["items"]
    assert [item["size"] for item in items] == [118, 120]
    assert items[0]["time"] == "2026-11-23T10:00:00+08:00"
    assert {name: items[0][name] for name in ("root", "key", "signature")} == {
        "root": HEAD.root, "key": HEAD.key, "signature": HEAD.signature,
    }  # fmt: skip
