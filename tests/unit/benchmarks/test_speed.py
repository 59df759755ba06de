"""What `python -m benchmarks speed` computes, and what it says of what was on."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import msgspec
import orjson
import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.load import SIZE, make_opinions
from benchmarks.preflight import contacts_sealed, durable_commits, ledger_appended, one_place_each, quorum_queues
from benchmarks.queue_audit import QueueAudit
from benchmarks.speed import between, unrest
from benchmarks.speed_report import bar
from benchmarks.throughput import ThroughputRun
from services.console.demo.samples import load_samples
from services.console.embedded.installation import Installation
from services.console.settings import HOME
from services.contracts.topology import SERVICES, queues
from services.intake.schemas.bodies import BatchLine, SubmissionSchema
from services.intake.store.tables import opinions, tables
from services.runtime.clock import SystemClock
from services.runtime.store.database import Database

PERSON = {"kind": "citizen", "phone": "13700000001", "email": "a@example.org"}


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


def test_rates_go_from_the_first_byte_to_each_place() -> None:
    cpu = {"web": 1.0, "intake": 0.5, "broker": 0.25, "sender": 0.125}
    done = ThroughputRun(frozenset(map(str, range(500))), 1.0, 2.0, 4.0, cpu, {})
    assert done.rates() == {"accepted": 500, "end_to_end": 250, "counted": 125}
    assert done.cpu_per_thousand() == {"services": 3.0, "broker": 0.5, "sender": 0.25}
    assert ThroughputRun(done.opinions, 1.0, 2.0, 4.0, {}, {}).cpu_per_thousand() == {}


def test_made_up_opinions_differ_have_contact_data_and_are_good_in_both_ways() -> None:
    made = make_opinions(load_samples(), range(40))
    assert len(set(made)) == 40
    assert all(SIZE <= len(body) < 2 * SIZE for body in made)
    for form in map(orjson.loads, made):
        assert {"name", "phone", "email"} <= set(form["submitter"])
        for schema in (SubmissionSchema(), BatchLine()):
            assert schema.validate(form) == {}


def test_a_bar_is_longer_for_more_and_never_empty() -> None:
    lengths = [len(bar(value, 20_000.0, "█")) for value in (0.0, 10.0, 100.0, 1_000.0, 20_000.0)]
    assert lengths[0] == 1
    assert all(shorter < longer for shorter, longer in pairwise(lengths))


def test_the_floor_is_between_what_it_was_before_and_afterwards_and_its_unrest_is_told() -> None:
    before, after = {"commits": 100.0, "rows": 1000.0}, {"commits": 300.0, "rows": 1000.0}
    assert between(before, after) == {"commits": 200, "rows": 1000}
    assert unrest(before, after) == unrest(after, before) == 3.0
    assert unrest(before, before) == 1.0


def test_the_ledger_has_to_have_each_kind_of_each_opinion() -> None:
    whole = {"opinion.submitted": Counter("ab"), "opinion.accepted": Counter("ab"), "assignment.created": Counter("aab")}
    assert ledger_appended(whole, 2).good
    assert "3 assignment.created of 2 opinions" in ledger_appended(whole, 2).found
    assert not ledger_appended(whole | {"opinion.accepted": Counter("aa")}, 2).good
    assert not ledger_appended({name: of for name, of in whole.items() if name != "assignment.created"}, 2).good
    assert not ledger_appended({}, 2).good


def test_one_queue_that_is_not_a_quorum_queue_is_told():
    assert quorum_queues(Broker(), ["water"]).good
    told = quorum_queues(Broker(**{"department.water": "classic"}), ["water"])
    assert (told.good, "1 classic" in told.found) == (False, True)
    assert not quorum_queues(Broker(), ["water", "roads"]).good


def test_an_opinion_in_two_places_or_in_none_is_told() -> None:
    audit = QueueAudit()
    audit.places["a"].add("department.water")
    assert one_place_each(audit, ["a"]).good
    assert not one_place_each(audit, ["a", "b"]).good
    audit.places["a"].add("department.roads")
    assert not one_place_each(audit, ["a"]).good


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Stores without a table, but for intake's."""
    made = Installation(tmp_path)
    for name in SERVICES:
        database = Database(made.database_url(name), name, SystemClock())
        with database.engine.begin() as connection:
            tables.create_all(connection) if name == "intake" else connection.exec_driver_sql("SELECT 1")
        database.close()
    return made


def store_opinion(installation: Installation, number: int, **columns: object) -> None:
    database = Database(installation.database_url("intake"), "intake", SystemClock())
    row = dict.fromkeys(("title", "content", "channel", "visibility", "state", "fingerprint"), "x")
    with database.transaction() as work:
        numbers = {"round": 0, "published_sequence": 0, "handled_sequence": 0, "submitted": work.now}
        work.add(opinions, {**row, **numbers, "id": str(number), "receipt": str(number), **columns})
    database.close()


def test_what_the_stores_are_opened_with_is_told_of_each(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    told = durable_commits(installation)
    assert told.good
    assert [name for name in SERVICES if f"{name} synchronous=FULL journal=wal" not in told.found] == []
    careless = lambda line, _: line.execute("PRAGMA synchronous=NORMAL")  # noqa: E731
    monkeypatch.setattr("services.runtime.store.engine._prepare_sqlite", careless)
    told = durable_commits(installation)
    assert (told.good, "intake synchronous=NORMAL" in told.found) == (False, True)


def test_one_person_in_the_clear_is_told(installation):
    store_opinion(installation, 1, personal="sealed")
    store_opinion(installation, 2, personal="sealed")
    assert contacts_sealed(installation, Office(PERSON), ["1", "2"]).good
    assert not contacts_sealed(installation, Office(None), ["1", "2"]).good
    assert not contacts_sealed(installation, Office(PERSON), ["1", "2", "3"]).good
    store_opinion(installation, 3, submitter=PERSON)
    told = contacts_sealed(installation, Office(PERSON), ["1", "2", "3"])
    assert (told.good, "1 in the clear" in told.found) == (False, True)


def test_a_place_where_a_person_lets_everything_in_is_not_measured(tmp_path: Path) -> None:
    place = tmp_path / "place.yml"
    place.write_text(f"extends: {HOME / 'deploy' / 'catalogue.yml'}\nacceptance: {{web: review}}\n")
    done = CliRunner().invoke(main, ["speed"], env={"HUIYING_VAR": str(tmp_path / "var"), "HUIYING_CATALOGUE": str(place)})
    assert done.exit_code == 1
    assert "web" in done.output
    assert not (tmp_path / "var").exists()
