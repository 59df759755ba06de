"""The public ledger: every event once, in the order of arrival, day after day; and what was tampered with is found."""

import json
from datetime import timedelta
from hashlib import sha256

import orjson
import pytest

from examples.python import verify_ledger
from services.contracts.envelope import encode
from services.contracts.ledger import subject_of
from services.metrics import __main__ as main
from services.metrics.handlers import ledger
from services.metrics.schemas.ledger import LedgerLeaf
from services.metrics.store.tables import leaves
from tests.unit.metrics.conftest import running_on
from tests.unit.metrics.events import START, Case, whole_history
from tests.unit.metrics.test_page import read

DAY = timedelta(days=1)
EVERY = whole_history()
THIRDS = [EVERY[:40], EVERY[40:90], EVERY[90:]]


class Inside(verify_ledger.Site):
    """The verifier, reading from the application itself."""

    def __init__(self, running):
        super().__init__("http://inside")
        self._running = running

    def get(self, path: str) -> bytes:
        response = self._running.app.test_client().get(f"/api/v1{path}")
        if response.status_code != 200:
            raise verify_ledger.NotReadable(response.text)
        answer: bytes = response.data
        return answer


def check(running, **how):
    return verify_ledger.verify(Inside(running), **how)


def entries(running):
    return Inside(running).entries()


def events(running, day):
    return [json.loads(line)["id"] for line in Inside(running).leaves(day)]


@pytest.fixture
def three_days(running, clock):
    """A third of the whole story on each of three days, of which the last one is open."""
    for number, third in enumerate(THIRDS):
        clock.instant = START + number * DAY
        running.consume(third)
    return running


DAYS = ["2026-11-02", "2026-11-03", "2026-11-04"]


def test_every_event_is_counted_once_in_the_order_of_arrival(three_days, clock):
    three_days.consume(EVERY[50:60] + EVERY[50:60])
    assert [event for day in DAYS for event in events(three_days, day)] == [event.id for event in EVERY]
    assert [(entry["day"], entry["closed"], entry["size"], entry["total"]) for entry in entries(three_days)] == [
        ("2026-11-02", True, 40, 40), ("2026-11-03", True, 50, 90), ("2026-11-04", False, len(EVERY) - 90, len(EVERY)),
    ]  # fmt: skip
    assert check(three_days)["problems"] == []


def test_a_copy_in_the_same_batch_is_counted_once(running):
    running.consume([EVERY[0], EVERY[1], EVERY[0]])
    assert events(running, "2026-12-12") == [EVERY[0].id, EVERY[1].id]


@pytest.mark.slow
def test_batches_leave_no_trace(running, sqlite_database, clock, tmp_path):
    running.consume(EVERY)
    other = running_on(sqlite_database("other", main.ASSEMBLY.migrations), clock, tmp_path)
    for start in range(0, len(EVERY), 7):
        other.consume(EVERY[start : start + 7])
    assert entries(other) == entries(running)


def test_a_leaf_is_a_fingerprint_and_says_nothing(running):
    running.consume(EVERY[:1])
    (line,) = Inside(running).leaves("2026-12-12")
    leaf = json.loads(line)
    assert LedgerLeaf().validate(leaf) == {}
    assert set(leaf) == set(LedgerLeaf().fields)
    assert leaf["subject"] == subject_of(EVERY[0].subject)
    assert leaf["body"] == sha256(encode(EVERY[0])).hexdigest()


def test_a_day_is_closed_when_it_is_over_and_not_before(running, clock):
    clock.instant = START
    running.consume(EVERY[:3])
    ledger.close_day(running.service)
    assert [entry["closed"] for entry in entries(running)] == [False]
    clock.instant = START + DAY
    ledger.close_day(running.service)
    ledger.close_day(running.service)
    (entry,) = entries(running)
    assert entry["closed"]
    assert entry["hash"] == verify_ledger.entry_hash(entry)


def test_days_follow_one_another_whatever_the_clock_does(running, clock):
    for moment in (START, START - 5 * DAY, START + DAY, START):
        clock.instant = moment
        running.consume(Case(f"o{moment}{len(entries(running))}").submitted().events)
    ledger.close_day(running.service)
    clock.instant = START + 3 * DAY
    ledger.close_day(running.service)
    clock.instant = START
    running.consume(Case("late").submitted().events)
    assert [(entry["day"], entry["size"]) for entry in entries(running)] == [
        ("2026-11-02", 2), ("2026-11-03", 2), ("2026-11-04", 1),
    ]  # fmt: skip
    assert check(running)["problems"] == []


def test_nothing_heard_is_nothing_wrong(running):
    assert check(running) == {"days": 0, "leaves": 0, "head": None, "problems": [], "counted": []}


def test_days_come_in_pages(three_days):
    first = three_days.get("/api/v1/ledger", limit="2").json
    second = three_days.get("/api/v1/ledger", limit="2", cursor=first["next"]).json
    assert [entry["day"] for page in (first, second) for entry in page["items"]] == DAYS
    assert second["next"] is None


@pytest.mark.parametrize("path", ["/2026-11-01", "/x", "/proofs/x", f"/proofs/{'0' * 64}"])
def test_what_is_not_there_is_said_to_be_so(three_days, path):
    assert three_days.get(f"/api/v1/ledger{path}").status_code == 404


def test_a_cursor_that_is_no_place_is_refused(three_days):
    subject = subject_of("o1")
    response = three_days.get(f"/api/v1/ledger/proofs/{subject}", cursor="eA==")
    assert (response.status_code, list(response.json["errors"])) == (422, ["cursor"])


@pytest.mark.parametrize("opinion", ["o1", "o5", "o14"])
def test_the_proof_of_every_leaf_of_an_opinion_verifies(three_days, opinion):
    own = [event.id for event in EVERY if event.subject == opinion]
    proofs = Inside(three_days).pages(f"/ledger/proofs/{subject_of(opinion)}")
    assert [json.loads(proof["leaf"])["id"] for proof in proofs] == own
    pages = three_days.get(f"/api/v1/ledger/proofs/{subject_of(opinion)}", limit="2").json
    assert pages["items"] == proofs[:2]
    report = check(three_days, opinion=opinion)
    assert report["problems"] == []
    assert report["counted"] == [f"{proof['day']} #{proof['index']}" for proof in proofs]


def test_an_opinion_that_is_not_counted_is_named(three_days):
    assert check(three_days, opinion="nobody")["problems"] == ["the opinion nobody is not counted"]


# What somebody with the store in hand might do to it; the number is that of a leaf of the second day, from its beginning.


def tamper(running, change):
    with running.database.transaction() as work:
        change(work)


def put(work, number, leaf):
    work.execute(leaves.update().where(leaves.c.number == number).values(leaf=leaf))


def leaf_at(work, number):
    return work.execute(leaves.select().where(leaves.c.number == number)).one().leaf


@pytest.mark.parametrize("index", [0, 1, 17, 48, 49])
def test_one_changed_byte_is_found_where_it_is(three_days, index):
    tamper(
        three_days,
        lambda work: put(work, 40 + index, leaf_at(work, 40 + index).replace(b"T09:", b"T08:", 1).replace(b"T1", b"T2", 1)),
    )
    problems = check(three_days)["problems"]
    assert problems[0].startswith(f"2026-11-03 #{index}: "), problems


@pytest.mark.parametrize("index", [0, 17, 49])
def test_one_removed_event_is_found_where_it_was(three_days, index):
    tamper(three_days, lambda work: work.execute(leaves.delete().where(leaves.c.number == 40 + index)))
    problems = check(three_days)["problems"]
    assert problems[0].startswith(f"2026-11-03 #{index}: "), problems
    assert any("there are 49 leaves, and the entry counts 50" in problem for problem in problems)


@pytest.mark.parametrize("index", [0, 17, 48])
def test_a_pair_that_changed_places_is_found(three_days, index):
    def swap(work):
        one, other = leaf_at(work, 40 + index), leaf_at(work, 41 + index)
        put(work, 40 + index, other)
        put(work, 41 + index, one)

    tamper(three_days, swap)
    problems = check(three_days)["problems"]
    assert problems[0].startswith(f"2026-11-03 #{index}: leaf {index + 1} stands here"), problems


def rewritten(folder, out, day, index):
    """A copy of a ledger in which history is consistently other than it was from one leaf on."""
    source = verify_ledger.Folder(str(folder))
    kept, entries, previous, tip, total = {}, source.entries(), verify_ledger.NOTHING, verify_ledger.NOTHING, 0
    for entry in entries:
        lines = []
        for place, line in enumerate(source.leaves(entry["day"])):
            leaf = {**json.loads(line), "previous": tip}
            if (entry["day"], place) == (day, index):
                leaf["type"] = "opinion.withdrawn"
            lines.append(orjson.dumps(leaf))
            tip = verify_ledger.leaf_hash(lines[-1]).hex()
        total += len(lines)
        root = verify_ledger.tree_root([verify_ledger.leaf_hash(line) for line in lines]).hex()
        entry |= {"size": len(lines), "total": total, "root": root, "previous": previous}
        entry["hash"] = verify_ledger.entry_hash(entry) if entry["closed"] else None
        previous, kept[entry["day"]] = entry["hash"], lines
    verify_ledger.keep(out, entries, kept)


@pytest.mark.parametrize("day", ["2026-11-02", "2026-11-04"])
def test_history_written_anew_is_found_by_whoever_kept_a_copy(three_days, tmp_path, day):
    check(three_days, save=str(tmp_path / "kept"))
    rewritten(tmp_path / "kept", tmp_path / "false", day, 5)
    earlier = verify_ledger.Folder(str(tmp_path / "kept")).entries()
    false = verify_ledger.Folder(str(tmp_path / "false"))
    assert verify_ledger.verify(false)["problems"] == []
    problems = verify_ledger.verify(false, earlier)["problems"]
    assert problems[0].startswith(f"{day}: "), problems


def test_an_open_day_may_grow_but_not_shrink_or_go(three_days, tmp_path):
    earlier = entries(three_days)
    three_days.consume(Case("more").submitted().events)
    assert check(three_days, earlier=earlier)["problems"] == []
    grown = entries(three_days)
    assert list(verify_ledger.check_against(grown, earlier, {day: [] for day in DAYS}))[-1].startswith("2026-11-04: had ")
    assert list(verify_ledger.check_against(grown[2:], earlier[:2], {})) == [
        "2026-11-04: this day was in the earlier copy and is gone"
    ]


ENTRY = [
    ("size", 41, "do not add up"), ("total", 41, "do not add up"), ("root", "0" * 64, "so it was changed"),
    ("day", "2026-11-09", "stands behind 2026-11-09"), ("previous", "1" * 64, "does not follow"), ("closed", False, "still open"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "words"), ENTRY)
def test_an_entry_that_was_changed_is_found(three_days, field, value, words):
    entries_now = entries(three_days)
    assert list(verify_ledger.check_chain(entries_now)) == []
    entries_now[0][field] = value
    assert any(words in problem for problem in verify_ledger.check_chain(entries_now))
    assert list(verify_ledger.check_chain([entries_now[0], entries_now[2]]))


def test_a_proof_of_another_ledger_is_no_proof(three_days):
    source = Inside(three_days)
    lines = {day: source.leaves(day) for day in DAYS}
    (proof, *_) = source.pages(f"/ledger/proofs/{subject_of('o1')}")
    assert list(verify_ledger.check_proofs([proof], lines)) == []
    changed = {**proof, "leaf": proof["leaf"].replace("opinion", "opinioN")}
    assert "does not lead to its root" in next(verify_ledger.check_proofs([changed], lines))
    assert "another root than the leaves" in next(verify_ledger.check_proofs([proof], {**lines, proof["day"]: lines[DAYS[1]]}))


def test_the_page_shows_the_days_and_where_an_opinion_is_counted(three_days):
    text = read(three_days.get("/ledger")).text
    for entry in entries(three_days):
        assert entry["root"] in text.replace(" ", "")
    assert "公开账本" in text
    found = three_days.get("/ledger", subject=subject_of("o1"))
    assert "条记录" in read(found).text
    assert (found.status_code, found.text.count("<code>assignment.created</code>")) == (200, 1)
    assert three_days.get("/ledger", subject="<b>").status_code == 404
    assert "<b>" not in three_days.get("/ledger", subject="<b>").text
