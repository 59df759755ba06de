"""The catalogue on the command line: compared with the open cases, and put into use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner, Result

from services.console.commands import catalogue as place
from services.console.main import main
from services.contracts.catalogue.check import load_catalogue
from services.routing.__main__ import ASSEMBLY
from services.runtime.clock import FixedClock
from services.runtime.store.database import Database
from tests.unit.routing.bureau import TOWN, Bureau, at

FILE = Path(__file__).parents[1] / "routing" / "town.yml"
TEXT = FILE.read_text(encoding="utf-8")


@pytest.fixture
def var(tmp_path, monkeypatch, templates):
    """The folder of an installation whose routing has two cases of rivers, one of lamps and one that is concluded."""
    folder = tmp_path / "var"
    folder.mkdir()
    monkeypatch.setenv("HUIYING_VAR", str(folder))
    url = templates.copy_file(folder / "routing.db", "routing", (ASSEMBLY.migrations,))
    database = Database(url, "routing", FixedClock(at("2026-11-23T10:00:00")))
    bureau = Bureau(database, database.clock)
    for title in ("河堤塌了一段", "清淤", "路灯不亮"):
        bureau.accept(title)
    bureau.do(done := bureau.accept("校车没来"), "reply", {"content": "好", "outcome": "solved"}, "schools")
    bureau.evaluate(done)
    database.close()
    return folder


@pytest.fixture
def other(tmp_path):
    """A catalogue with a renamed difficulty, without the topic of buses, and with a new name."""
    path = tmp_path / "other.yml"
    text = TEXT.replace("  ordinary:\n", "  usual:\n").replace("difficulty: ordinary", "difficulty: usual")
    text = text.replace("name: 石桥镇\n", "name: 木桥镇\n", 1)
    lines = [
        line
        for line in text.replace("fallback_difficulty: ordinary", "fallback_difficulty: usual").splitlines()
        if "buses:" not in line
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["catalogue", *map(str, arguments)])


def test_a_catalogue_that_has_what_open_cases_use_is_good(var):
    assert run("check", FILE, "--against").exit_code == 0


def test_what_open_cases_use_and_a_file_lacks_is_named(var, other):
    assert run("check", other).exit_code == 0
    told = run("check", other, "--against", "--json")
    assert told.exit_code == 1
    assert [(each["kind"], each["code"], each["cases"]) for each in json.loads(told.output)["lacking"]] == [
        ("difficulty", "ordinary", 2)
    ]
    assert "ordinary" in run("check", other, "--against").output


def test_a_file_is_put_into_use_and_the_one_before_is_kept(var, other):
    assert run("use", FILE).exit_code == 0
    refused = run("use", other)
    assert (refused.exit_code, "--anyway" in refused.output) == (1, True)
    assert load_catalogue(var / "catalogue.yml") == TOWN
    assert run("use", other, "--anyway").exit_code == 0
    assert load_catalogue(var / "catalogue.yml").name == "木桥镇"
    assert load_catalogue(var / "catalogue.previous.yml") == TOWN


@pytest.mark.parametrize("text", [TEXT.replace("difficulty: simple", "difficulty: none"), "", "[", None])
def test_a_file_with_mistakes_is_never_put_into_use(var, other, tmp_path, text):
    run("use", FILE)
    bad = tmp_path / "bad.yml"
    if text is not None:
        bad.write_text(text, encoding="utf-8")
    assert run("use", bad, "--anyway").exit_code == 1
    assert load_catalogue(var / "catalogue.yml") == TOWN


def test_at_a_start_a_mistake_leaves_the_last_good_one_in_use(var, tmp_path):
    bad = tmp_path / "bad.yml"
    assert run("use", bad, "--keep").exit_code == 1
    run("use", FILE)
    assert run("use", bad, "--keep").exit_code == 0
    bad.write_text("[", encoding="utf-8")
    kept = run("use", bad, "--keep")
    assert (kept.exit_code, "not YAML" in kept.output) == (0, True)
    assert load_catalogue(var / "catalogue.yml") == TOWN


def test_a_file_that_is_taken_once_counts_again_when_it_says_something_else(var, other, tmp_path):
    mine = tmp_path / "mine.yml"
    mine.write_text(TEXT, encoding="utf-8")
    assert run("use", mine, "--anyway", "--once").exit_code == 0
    assert run("use", other, "--anyway").exit_code == 0
    again = run("use", mine, "--anyway", "--once")
    assert (again.exit_code, "The file is as it was" in again.output) == (0, True)
    assert load_catalogue(var / "catalogue.yml").name == "木桥镇"
    mine.write_text(TEXT.replace("name: 石桥镇\n", "name: 铁桥镇\n", 1), encoding="utf-8")
    assert run("use", mine, "--anyway", "--once").exit_code == 0
    assert load_catalogue(var / "catalogue.yml").name == "铁桥镇"


@pytest.mark.slow
def test_the_example_of_the_project_is_never_written_to(var, monkeypatch):
    example = Path(__file__).parents[3] / "deploy" / "catalogue.yml"
    before = example.read_text(encoding="utf-8")
    monkeypatch.setenv("HUIYING_CATALOGUE", str(example))
    assert run("use", FILE).exit_code == 1
    monkeypatch.delenv("HUIYING_CATALOGUE")
    (var / "catalogue.yml").symlink_to(example)
    assert run("use", FILE).exit_code == 0
    assert example.read_text(encoding="utf-8") == before
    assert load_catalogue(var / "catalogue.yml") == TOWN


class BrokerOf:
    """The management API of a broker, which keeps what it is brought to."""

    held: ClassVar[list[str]] = []

    def __init__(self, _: str) -> None:
        pass

    def queues(self) -> list[str]:
        return list(self.held)

    def bring_to(self, wanted: dict[str, Any]) -> None:
        type(self).held += [row["name"] for row in wanted["queues"] if row["name"] not in self.held]


def test_a_queue_that_a_department_gets_is_made_and_one_that_it_no_longer_has_stays_and_is_named(var, tmp_path, monkeypatch):
    monkeypatch.setenv("HUIYING_MANAGEMENT_URL", "http://a:b@rabbitmq:15672")
    monkeypatch.setattr(place, "Management", BrokerOf)
    monkeypatch.setattr(BrokerOf, "held", [])
    alone = tmp_path / "alone.yml"
    water = "water: {name: 水利站, name_en: Water"
    assert TEXT.count(water) == 1
    alone.write_text(TEXT.replace(water, f"{water}, queue: false"), encoding="utf-8")
    assert run("use", alone).exit_code == 0
    assert "department.roads" in BrokerOf.held
    assert not {"department.water", "department.water.dead"} & set(BrokerOf.held)
    told = run("use", FILE)
    assert (told.exit_code, "New queue: department.water" in told.output) == (0, True)
    assert {"department.water", "department.water.dead"} <= set(BrokerOf.held)
    told = run("use", alone)
    assert "it stays until you delete it: department.water\n" in told.output
    assert "department.water" in BrokerOf.held


@pytest.mark.parametrize("command", [("listen", "water"), ("department", "credentials", "water")])
def test_a_department_without_a_queue_is_neither_listened_for_nor_let_in(var, tmp_path, monkeypatch, command):
    alone = tmp_path / "alone.yml"
    alone.write_text(TEXT.replace("name_en: Water", "name_en: Water, queue: false"), encoding="utf-8")
    monkeypatch.setenv("HUIYING_CATALOGUE", str(alone))
    told = CliRunner().invoke(main, [*command])
    assert (told.exit_code, "has no queue" in told.output) == (1, True)
