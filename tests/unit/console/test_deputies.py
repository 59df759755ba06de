"""`huiying deputy import`: what is read from a table, what is put, and what is told of lines that are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from services.console.client.http import Client
from services.console.main import main

TABLE = """代表编号,姓名,层级,届次,联络站,承诺
wx-1,周敏,县（市、区）人大代表,第十七届,chengdong；nanhu,三天内反馈

,无名,county,17,,
wx-2,李强,town,17,,
"""


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def put(_: Client, path: str, body: dict[str, Any]) -> str | None:
        found[path] = body
        return "Some fields are not right level: unknown" if path.endswith("wx-2") else None

    monkeypatch.setattr(Client, "put", put)
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_good_lines_are_entered_and_bad_ones_told(taken: dict[str, Any], tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "deputies.csv"
    file.write_bytes(TABLE.encode(encoding))
    answer = CliRunner().invoke(main, ["deputy", "import", str(file)])
    assert answer.exit_code == 1
    assert taken["/deputies/wx-1"] == {
        "name": "周敏", "level": "county", "term": "第十七届", "stations": ["chengdong", "nanhu"], "promise": "三天内反馈",
    }  # fmt: skip
    assert "line 4: code: needed" in answer.output
    assert "line 5: Some fields are not right" in answer.output
    assert "entered 1, refused 2" in answer.output


def test_a_line_that_would_lose_something_is_told_and_not_entered(taken: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "deputies.csv"
    file.write_text('code,name,areas\na,甲,chengdong\nb,乙,,nanhu\na,丙\nc,丁,,\n"d\nA,戊\n')
    answer = CliRunner().invoke(main, ["deputy", "import", str(file)])
    assert taken == {
        "/deputies/a": {"name": "甲", "areas": ["chengdong"]}, "/deputies/c": {"name": "丁"}, "/deputies/A": {"name": "戊"},
    }  # fmt: skip
    assert "line 3: 4 fields where the header has 3" in answer.output
    assert "line 4: code: a stands in line 2 already" in answer.output
    assert "line 6: not CSV" in answer.output
    assert "entered 3, refused 3" in answer.output


@pytest.mark.parametrize(("table", "told"), [("姓名,name\n甲,乙\n", "name is there twice"), ("", "There is nothing in it")])
def test_a_table_that_cannot_be_read_is_told_whole(taken: dict[str, Any], tmp_path: Path, table: str, told: str) -> None:
    file = tmp_path / "deputies.csv"
    file.write_text(table)
    answer = CliRunner().invoke(main, ["deputy", "import", str(file)])
    assert (answer.exit_code, taken) == (1, {})
    assert told in answer.output


def test_a_column_that_there_is_not_is_told_with_those_there_are(taken: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "deputies.csv"
    file.write_text("姓名,电话\n周敏,1\n")
    answer = CliRunner().invoke(main, ["deputy", "import", str(file)])
    assert answer.exit_code != 0
    assert "电话" in answer.output
    assert "代表编号" in answer.output
    assert taken == {}
