"""Signed heads: made in time, heard by a witness, and what was rewritten since does not come to them."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from examples.python import verify_heads, verify_ledger
from services.contracts.envelope import decode
from services.contracts.ledger import NOTHING, Peaks, leaf_hash
from services.metrics.__main__ import ASSEMBLY
from services.metrics.handlers import ledger
from services.metrics.store.tables import days, heads, leaves
from services.runtime.clock import FixedClock
from services.runtime.store.database import Database
from services.runtime.store.outgoing.outbox import outbox_table
from services.runtime.store.statements.bulk import rows_of
from tests.unit.metrics.conftest import running_on
from tests.unit.metrics.events import START, Case
from tests.unit.metrics.test_ledger import Inside

pytestmark = pytest.mark.slow
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def said(running):
    """What was said by metrics."""
    with running.database.reading() as connection:
        bodies = connection.execute(sa.select(outbox_table.c.body).order_by(outbox_table.c.id)).scalars().all()
    return [decode(bytes(body)) for body in bodies]


class Two(Inside):
    """The place, with what a witness heard."""

    def __init__(self, running):
        super().__init__(running)
        self.heard = said(running)

    def get(self, path: str) -> bytes:
        if not path.startswith("/witness/heads"):
            return super().get(path)
        items = [
            {"size": e.data.size, "root": e.data.root, "time": e.data.time.isoformat(), "key": e.data.key,
             "signature": e.data.signature} for e in self.heard
        ]  # fmt: skip
        return json.dumps({"items": items, "next": None}).encode()


def problems(running, place=None):
    return verify_ledger.verify(place or Two(running), too=verify_heads.also)["problems"]


def listed(running):
    return [head["size"] for head in running.get("/api/v1/ledger/heads").json["items"]]


@pytest.fixture(scope="module")
def two_days(tmp_path_factory, templates):
    """The store of two days and a half with a batch in every hour, and the chores twice after it; and when they end."""
    folder, clock = tmp_path_factory.mktemp("signed"), FixedClock(START)
    store = folder / "metrics.db"
    database = Database(templates.copy_file(store, "metrics", (ASSEMBLY.migrations,)), "metrics", clock)
    running = running_on(database, clock, folder)
    for number in range(50):
        clock.instant = START + number * HOUR + 10 * MINUTE
        running.consume(Case(f"c{number}", at=clock.instant).submitted().accepted().events)
        for _ in range(2):
            clock.instant += 25 * MINUTE
            ledger.close_day(running.service)
            ledger.sign_head(running.service)
    database.close()
    assert not Path(f"{store}-wal").exists()
    return store, clock.instant


@pytest.fixture
def signed(two_days, tmp_path, clock, request):
    """The service on a copy of that store."""
    store, end = two_days
    shutil.copyfile(store, tmp_path / store.name)
    running = request.getfixturevalue("running")
    clock.instant = end
    return running


def test_every_leaf_is_under_a_head_when_its_hour_and_when_its_day_is_over(signed, clock):
    sizes = listed(signed)
    ends = [entry["total"] for entry in Two(signed).entries() if entry["closed"]]
    assert sizes == sorted(set(sizes))
    assert set(ends) <= set(sizes)
    assert len(sizes) >= 48
    assert [event.data.size for event in said(signed)] == sizes
    assert problems(signed) == []


def test_no_head_is_made_of_nothing_new_nor_before_the_hour_is_over(running, clock):
    assert (ledger.sign_head(running.service), listed(running)) == (False, [])
    clock.instant = START + 5 * MINUTE
    running.consume(Case("early", at=clock.instant).submitted().accepted().events)
    ledger.sign_head(running.service)
    assert listed(running) == []
    clock.instant = START + HOUR
    for _ in range(3):
        ledger.sign_head(running.service)
    assert listed(running) == [2]


def test_a_head_that_is_heard_is_not_counted(signed):
    before = Two(signed).entries()
    signed.consume(said(signed))
    assert Two(signed).entries() == before


def test_heads_and_keys_are_public(signed):
    [key] = signed.get("/api/v1/ledger/key").json["items"]
    first = signed.get("/api/v1/ledger/heads", limit="2").json
    assert {head["key"] for head in first["items"]} == {key["key"]}
    assert signed.get("/api/v1/ledger/heads", limit="2", cursor=first["next"]).json["items"][0]["number"] == 2
    for cursor in ("eA==", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"):
        assert signed.get("/api/v1/ledger/heads", cursor=cursor).status_code == 422


def rewrite(running, number):
    """Change a leaf and all that follows from it, as one does who has the store of metrics and all programs of it."""
    with running.database.transaction() as work:
        lines = {row["number"]: bytes(row["leaf"]) for row in rows_of(work.execute(sa.select(leaves)))}
        lines[number] = lines[number].replace(b"opinion.", b"opinioN.", 1)
        previous, tip = NOTHING, NOTHING
        for day in rows_of(work.execute(sa.select(days).order_by(days.c.day))):
            peaks = Peaks()
            for at in range(day["first"], day["first"] + day["size"]):
                leaf = json.dumps({**json.loads(lines[at]), "previous": tip.hex()}, separators=(",", ":")).encode()
                tip = leaf_hash(leaf)
                peaks.append(tip)
                work.execute(leaves.update().where(leaves.c.number == at).values(leaf=leaf))
            closed = day["hash"] is not None
            final = verify_ledger.entry_hash({
                "day": day["day"], "previous": previous.hex(), "root": peaks.root.hex(), "size": day["size"],
                "total": day["first"] + day["size"],
            })  # fmt: skip
            values = {"peaks": bytes(peaks), "tip": tip, "previous": previous}
            values |= {"root": peaks.root, "hash": bytes.fromhex(final)} if closed else {}
            work.execute(days.update().where(days.c.day == day["day"]).values(**values))
            previous = bytes.fromhex(final)


def sign_again(running, clock):
    """Take the heads away and sign others, as one does who has the key as well."""
    kept = said(running)
    with running.database.transaction() as work:
        work.execute(heads.delete())
        work.execute(outbox_table.delete())
    for event in kept:
        running.service.heads.make(event.data.size, event.data.time, running.service.signer)


@pytest.mark.parametrize("number", [0, 40, 97])
def test_a_rewritten_day_is_found_though_all_its_hashes_fit(signed, number):
    place = Two(signed)
    rewrite(signed, number)
    assert verify_ledger.verify(place)["problems"] == []
    found = problems(signed, place)
    assert any("history was rewritten" in problem for problem in found)
    assert not any("signature" in problem for problem in found)


def test_the_last_leaves_of_the_open_day_are_among_those_that_are_found(signed):
    with signed.database.reading() as connection:
        last = connection.execute(sa.select(sa.func.max(heads.c.size))).scalar()
        open_day = rows_of(connection.execute(sa.select(days).where(days.c.hash.is_(None))))[0]
    assert open_day["first"] < last
    place = Two(signed)
    rewrite(signed, last - 1)
    assert any("history was rewritten" in problem for problem in problems(signed, place))


def test_who_has_the_key_as_well_is_found_by_the_witness(signed, clock):
    place = Two(signed)
    rewrite(signed, 97)
    sign_again(signed, clock)
    assert problems(signed) == []
    found = problems(signed, place)
    assert any("the other service heard of" in problem and "history was rewritten" in problem for problem in found)
    assert any("is none that the ledger lists" in problem for problem in found)


def test_leaves_that_are_gone_and_another_one_s_signature_are_found(signed):
    place = Two(signed)
    whole = place.heard
    place.heard = [*whole, replace(whole[-1], data=replace(whole[-1].data, size=10**6, root="00" * 32))]
    found = problems(signed, place)
    assert any("1000000 leaves has no signature" in problem for problem in found)
    assert any("is over 1000000 leaves" in problem for problem in found)


def test_a_kept_copy_has_the_heads(signed, tmp_path):
    copy = tmp_path / "copy"
    verify_ledger.verify(Two(signed), save=str(copy), too=verify_heads.also)
    assert verify_ledger.main([str(copy)], too=verify_heads.also) == 0
    text = (copy / "heads.json").read_text()
    root = said(signed)[-1].data.root
    (copy / "heads.json").write_text(text.replace(root, "00" * 32))
    assert verify_ledger.main([str(copy)], too=verify_heads.also) == 1


def test_any_two_heads_are_proved_to_have_grown_out_of_one_another(signed):
    told = {head["size"]: bytes.fromhex(head["root"]) for head in signed.get("/api/v1/ledger/heads", limit="500").json["items"]}
    sizes = sorted(told)
    for first in sizes[::7]:
        for second in sizes[::5]:
            answer = signed.get("/api/v1/ledger/consistency", first=str(first), second=str(second))
            if first > second:
                assert answer.status_code == 422
            else:
                path = [bytes.fromhex(each) for each in answer.json["path"]]
                assert verify_heads.is_consistent(first, second, path, told[first], told[second])


def test_a_proof_of_what_is_no_head_is_refused(signed):
    for first, second, status in (("1", "2", 422), ("0", "2", 422), ("x", "2", 422), (str(2**63), str(2**63), 422)):
        assert signed.get("/api/v1/ledger/consistency", first=first, second=second).status_code == status
    assert signed.get("/api/v1/ledger/consistency").status_code == 422


def test_a_proof_that_does_not_prove_it_is_told(signed):
    place = Two(signed)
    rewrite(signed, 97)
    assert any("has not grown out of" in problem for problem in problems(signed, place))
