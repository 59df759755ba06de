"""The catalogue on the command line: compared with the open cases, and put into use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from services.console.main import main
from services.contracts.catalogue import load_catalogue
from services.routing.__main__ import ASSEMBLY
from services.runtime.clock import FixedClock
from services.runtime.database import Database
from services.runtime.migrate import STORE, migrate
from tests.unit.routing.bureau import TOWN, Bureau, at

FILE = Path(__file__).parents[1] / "routing" / "town.yml"
TEXT = FILE.read_text(encoding="utf-8")


@pytest.fixture
def var(tmp_path, monkeypatch) -> Path:
    """The folder of an installation whose routing has two cases of rivers, one of lamps and one that is concluded."""
    folder = tmp_path / "var"
    folder.mkdir()
    monkeypatch.setenv("HUIYING_VAR", str(folder))
    database = Database(f"sqlite:///{folder}/routing.db", "routing", FixedClock(at("2026-11-23T10:00:00")))
    migrate(database, STORE, "runtime")
    migrate(database, ASSEMBLY.migrations, "routing")
    bureau = Bureau(database, database.clock)
    for title in ("河堤塌了一段", "清淤", "路灯不亮"):
        bureau.accept(title)
    bureau.do(done := bureau.accept("校车没来"), "reply", {"content": "好", "outcome": "solved"}, "schools")
    bureau.evaluate(done)
    database.close()
    return folder


@pytest.fixture
def other(tmp_path) -> Path:
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


def run(*arguments: str):
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
