"""What `python -m benchmarks speed` makes of its measurements, and what it says of what was on."""

from pathlib import Path

import msgspec
import orjson
import pytest

from benchmarks.peers import work
from benchmarks.speed.baseline import Baseline
from benchmarks.speed.figures import Comparison, Figures, Flow, Waits
from benchmarks.speed.goals import GOALS, single_rate
from benchmarks.speed.preflight import SAMPLE, PreflightCheck, contacts_sealed, durable_commits, ledger_appended, quorum_queues
from benchmarks.speed.profile import Profile
from benchmarks.speed.report import SpeedReport, cell, products
from benchmarks.systems.running import Round
from benchmarks.traffic.job import Done
from benchmarks.traffic.opinions import SUBJECTS, body_of
from benchmarks.traffic.sending import Sent
from services.contracts.topology import SERVICES, queues
from services.intake.schemas.bodies import BatchLine, SubmissionSchema
from services.intake.store.tables import opinions, tables
from services.metrics.store.tables import leaves
from services.metrics.store.tables import tables as metrics_tables
from services.runtime.clock import SystemClock
from services.runtime.store.database import Database

PERSON = {"kind": "citizen", "phone": "13700000001", "email": "a@example.org"}
FEW, MANY = "huiying sqlite 1,000", "huiying sqlite 1,000,000"


def figures(target: str, rate: float, number: int = 1, wait: float = 10.0, troubles: int = 0) -> Figures:
    flow = Flow(rate + 10, rate, {"web": 100 / rate, "broker": 50 / rate}, rest=0.5)
    waits = Waits(5.0, {"p50": wait / 2, "p99": wait}, {"p50": wait, "p99": 2 * wait})
    counts = dict.fromkeys(("refused", "lost", "doubled"), troubles)
    memory = {"web": 200_000_000, "broker": 100_000_000}
    batch = flow if target.startswith("huiying") else None
    return Figures(target, number, flow, waits, waits, memory, counts, others=0.1, yardstick=0.01, load="1.0/2", batch=batch)


def compared(*rows: Figures) -> Comparison:
    found = Comparison()
    for each in rows:
        found.add(each)
    return found


class Office:
    """Answers as the API does to who may read everything."""

    def __init__(self, submitter):
        self.submitter = submitter

    def get(self, path, into):
        return msgspec.convert({"id": path.rpartition("/")[2], "submitter": self.submitter}, into)


class Broker:
    """Says of what type its queues are."""

    def __init__(self, **types):
        self.types = types

    def queue_types(self):
        return {queue.name: "quorum" for queue in queues(["water"])} | self.types


def test_rates_and_waits_go_from_when_an_opinion_was_due() -> None:
    sent = [Sent(0.0, 1.0, 201, "a"), Sent(1.0, 4.0, 201, "b"), Sent(2.0, 3.0, 422, "c")]
    done = Round(Done(sent, 0.1), 0.0, 4.0, 5.0, 5.5, {"web": 0.5}, 1.0, 8.0, doubled=0, arrivals={"a": 5.0})
    assert (done.count, done.refused, done.lost) == (2, 1, 1)
    assert Flow.of(done) == Flow(0.5, 0.4, {"web": 250.0}, rest=0.5)
    waits = Waits.of(done, 2.0)
    assert (waits.answered["p50"], waits.answered["max"], waits.arrived["max"]) == (3000.0, 3000.0, 5000.0)


def test_ratios_are_taken_within_a_round_because_the_machine_changes() -> None:
    found = compared(*(figures("celery", rate) for rate in (100, 10, 50)), *(figures(FEW, rate) for rate in (200, 40, 50)))
    assert found.ratio(FEW, "celery", single_rate) == 2.0
    assert found.ratio(FEW, "dramatiq", single_rate) is None
    assert found.median(FEW, single_rate) == 50


def test_each_goal_is_met_or_missed_by_figures_on_either_side_of_it() -> None:
    slow = compared(figures("celery", 100), figures("dramatiq", 100), figures("limit", 100), figures(FEW, 10, wait=50))
    slow.add(figures(MANY, 5, wait=100))
    quick = compared(figures("celery", 100), figures("dramatiq", 100), figures("limit", 100), figures(FEW, 600, wait=5))
    quick.add(figures(MANY, 599, wait=5))
    always = {"caught up", "memory"}
    for goal in GOALS:
        bad, good = goal.find(slow, MANY, FEW), goal.find(quick, MANY, FEW)
        assert bad is not None
        assert good is not None
        assert goal.met(good), goal.words
        assert not goal.met(bad) or any(word in goal.words for word in always), goal.words


def test_what_grows_with_the_store_is_compared_with_the_same_kind_of_store() -> None:
    names = ["celery", "huiying sqlite 1,000", "huiying postgres 1,000", "huiying sqlite 100,000", "huiying postgres 100,000"]
    found = compared(*(figures(name, 10) for name in names))
    assert products(found) == [(names[1], names[1]), (names[2], names[2]), (names[3], names[1]), (names[4], names[2])]
    flat = GOALS[-2]
    assert flat.find(found, names[1], names[1]) is None
    assert flat.find(found, names[3], names[1]) == 1.0


@pytest.mark.parametrize(
    ("on", "troubles", "good"), [(True, 0, True), (False, 0, False), (True, 1, False)], ids=["good", "something off", "one lost"]
)
def test_a_report_is_good_when_everything_was_on_and_nothing_was_lost(on: bool, troubles: int, good: bool) -> None:
    found = compared(figures("celery", 100), figures(FEW, 50, troubles=troubles))
    checks = {FEW: [PreflightCheck("quorum queues", on, "12 quorum")]}
    report = SpeedReport({"load at the start": "3.0/2"}, found, [Baseline({"commits": 1.0})], checks)
    assert report.good is good
    written = report.markdown()
    assert "load at the start: 3.0/2" in written
    assert {len(line.split("|")) for line in written.split("\n\n")[2].splitlines()} == {11}
    assert "0.50" in written
    assert orjson.loads(orjson.dumps(report.as_json()))["rounds"][1]["single"]["rate"] == 50
    assert [sheet.on_screen().row_count for sheet in report.sheets()] == [len(sheet.rows) for sheet in report.sheets()]


FOLDED = """process 7:"web";run (a.py:1);submit (b.py:2);commit (c.py:3) 6
process 7:"web";run (a.py:1);submit (b.py:2) 2
process 7:"web";run (a.py:1);read (d.py:4);read (d.py:4) 2
"""


def test_a_profile_says_what_ran_itself_and_what_called_it() -> None:
    profile = Profile.read("web", FOLDED)
    assert profile.looks == 10
    assert profile.top()[0] == ("commit (c.py:3)", 0.6, 0.6)
    assert profile.top()[1:] == [("submit (b.py:2)", 0.2, 0.8), ("read (d.py:4)", 0.2, 0.2)]
    report = SpeedReport({}, compared(figures(FEW, 50)), profiles={FEW: [profile]})
    assert "| submit (b.py:2) | 20.0 | 80.0 |" in report.markdown()


def test_a_process_that_runs_nothing_yet_is_shown_by_its_name() -> None:
    assert Profile.read("web", FOLDED + 'process 7:"web" 1\n').own['process 7:"web"'] == 1


def test_a_cell_has_the_median_and_how_far_the_rounds_lie_apart() -> None:
    assert [cell([]), cell([1.26], 1), cell([3, 1, 2])] == ["—", "1.3", "2 (1..3)"]


def test_peers_and_the_product_understand_the_same_opinions() -> None:
    departments = set()
    for number in range(len(SUBJECTS)):
        form = orjson.loads(body_of(number, contacts=True))
        for schema in (SubmissionSchema(), BatchLine()):
            assert schema.validate(form) == {}
        read = work.read(body_of(number))
        assignment = work.route(read.id, read.title, read.content)
        departments.add(assignment.department)
        message = orjson.loads(work.message(assignment, read.title, read.content))
        assert (message["subject"], message["type"], message["data"]["role"]) == (read.id, "assignment.created", "lead")
        assert assignment.rule == SUBJECTS[number][0]
    assert departments == set(work.DEPARTMENTS)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"title": "t", "content": "", "channel": "web"}', b'{"title": "t"}'])
def test_a_peer_refuses_what_is_no_opinion(body: bytes) -> None:
    with pytest.raises(work.Invalid):
        work.read(body)


def test_one_queue_that_is_not_a_quorum_queue_is_told():
    assert quorum_queues(Broker(), ["water"]).good
    told = quorum_queues(Broker(**{"department.water": "classic"}), ["water"])
    assert (told.good, "1 classic" in told.found) == (False, True)
    assert not quorum_queues(Broker(), ["water", "roads"]).good


class Stores:
    """The stores of a folder, with the tables of intake and of metrics."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in SERVICES:
            made = {"intake": tables, "metrics": metrics_tables}.get(name)
            with self.open(name).engine.begin() as connection:
                made.create_all(connection) if made else connection.exec_driver_sql("SELECT 1")

    def url(self, name: str) -> str:
        return f"sqlite:///{self._folder / name}.db"

    def open(self, name: str) -> Database:
        return Database(self.url(name), name, SystemClock())

    def opinion(self, number: int, **columns: object) -> None:
        row = dict.fromkeys(("title", "content", "channel", "visibility", "state", "fingerprint"), "x")
        with self.open("intake").transaction() as work:
            numbers = {"round": 0, "published_sequence": 0, "handled_sequence": 0, "submitted": work.now}
            work.add(opinions, {**row, **numbers, "id": str(number), "receipt": str(number), **columns})

    def leaves(self, start: int, *of: str) -> None:
        with self.open("metrics").transaction() as work:
            for number, opinion in enumerate(of, start):
                work.add(leaves, {"number": number, "id": str(number), "opinion": opinion, "leaf": b"{}"})


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    return Stores(tmp_path)


def test_what_the_stores_are_opened_with_is_told_of_each(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    told = durable_commits(stores.url)
    assert told.good
    assert [name for name in SERVICES if f"{name} synchronous=FULL journal=wal" not in told.found] == []
    careless = lambda line, _: line.execute("PRAGMA synchronous=NORMAL")  # noqa: E731
    monkeypatch.setattr("services.runtime.store.engine._prepare_sqlite", careless)
    told = durable_commits(stores.url)
    assert (told.good, "intake synchronous=NORMAL" in told.found) == (False, True)


def test_one_person_in_the_clear_is_told(stores):
    stores.opinion(1, personal="sealed")
    stores.opinion(2, personal="sealed")
    assert contacts_sealed(stores.url, Office(PERSON), ["1", "2"]).good
    assert not contacts_sealed(stores.url, Office(None), ["1", "2"]).good
    assert not contacts_sealed(stores.url, Office(PERSON), ["1", "2", "3"]).good
    stores.opinion(3, submitter=PERSON)
    told = contacts_sealed(stores.url, Office(PERSON), ["1", "2", "3"])
    assert (told.good, "1 in the clear" in told.found) == (False, True)


def test_the_ledger_has_to_have_the_three_events_of_each_opinion(stores: Stores) -> None:
    stores.leaves(0, "a", "a", "a", "b", "b", "other")
    told = ledger_appended(stores.url, ["a", "b"])
    assert (told.good, told.found) == (False, "5 entries about 2 opinions")
    stores.leaves(6, "b")
    assert ledger_appended(stores.url, ["a", "b"]).good
    assert not ledger_appended(stores.url, [f"{number}" for number in range(2 * SAMPLE)]).good
