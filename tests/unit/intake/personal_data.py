"""Personal data as a store has it: read by who may, found in its bytes, and put there in the clear."""

from __future__ import annotations

from pathlib import Path

from services.intake.store.tables import opinions, signers
from tests.unit.intake.whole_case import MARKERS


def persons(harness, opinion):
    file = harness.get(f"/opinions/{opinion}", "admin").get_json()
    return {name: file[name] for name in ("submitter", "relay", "deputy", "cosigners")}


def in_files(harness, *secrets):
    """Which texts stand in the store's bytes, with its log."""
    path = Path(harness.database.url.database)
    held = b"".join(each.read_bytes() for each in (path, path.with_name(f"{path.name}-wal")) if each.exists())
    return [secret for secret in secrets if secret.encode() in held]


def in_the_clear(harness, count):
    """As an earlier version stored it."""
    taken = [harness.submit(cosigners=[{"kind": "citizen"}] if number == 0 else None) for number in range(count)]
    with harness.database.transaction() as work:
        for number, each in enumerate(taken):
            values = {**MARKERS, "submitter": {**MARKERS["submitter"], "name": f"标记甲{number}"}, "personal": None}
            del values["cosigners"]
            work.execute(opinions.update().where(opinions.c.id == each.id).values(**values))
        work.execute(signers.update().values(personal=None, name="标记乙", phone="13700000002"))
    anonymous = harness.submit()
    with harness.database.transaction() as work:
        # JSON's null, which an earlier version wrote for nobody.
        work.execute(opinions.update().where(opinions.c.id == anonymous.id).values(submitter=None, relay=None))
    return taken
