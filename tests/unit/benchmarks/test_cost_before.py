"""The build that figures come from is found in the history."""

import subprocess
from pathlib import Path

from benchmarks.cost.before import build_of


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def commit(folder: Path, code: str, figures: str) -> None:
    for name, text in (("services/code.py", code), ("deploy/catalogue.yml", "x"), ("benchmarks/cost.json", figures)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", code)


def test_it_is_the_commit_that_wrote_the_figures_last(tmp_path: Path) -> None:
    home, figures = tmp_path / "home", tmp_path / "home" / "benchmarks" / "cost.json"
    home.mkdir()
    git(home, "init", "-q")
    commit(home, "first", "1")
    commit(home, "second", "2")
    assert build_of(figures, tmp_path / "none") is None
    commit(home, "third", "2")
    build = build_of(figures, tmp_path / "build")
    assert build is not None
    assert (build / "services" / "code.py").read_text() == "second"
    assert (build / "deploy" / "catalogue.yml").exists()


def test_without_a_history_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "cost.json").write_text("1")
    assert build_of(tmp_path / "cost.json", tmp_path / "build") is None
