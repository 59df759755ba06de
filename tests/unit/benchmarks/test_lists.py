"""The measurement of lists fills a store in which everything is found, and asks every list."""

import re

import pytest
from click.testing import CliRunner

from benchmarks import lists, lists_handled, lists_store

FILE = "title,content\n" + "".join(f"路灯{number},东街施工，井盖松了{number}。\n" for number in range(6))


@pytest.mark.slow
def test_every_list_is_asked_on_a_store_of_copies(tmp_path, monkeypatch):
    monkeypatch.setattr(lists_store, "TOLD", 6)
    monkeypatch.setattr(lists, "TIMES", 1)
    (tmp_path / "opinions.csv").write_text(FILE)
    result = CliRunner().invoke(lists.lists, [str(tmp_path / "opinions.csv"), "--cases", "18"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    sizes = {
        row[0].strip(): int(row[1]) for row in re.findall(r"^(\S.{37})[\d. ]+?(\d+)(?:   over)?$", result.stdout, re.MULTILINE)
    }
    assert len(sizes) > 40
    # The copies are found by their words, too.
    assert sizes["office: words"] > 2 * sizes["office: no such state"]
    assert sizes["public: words"] > sizes["public: no such words"]


@pytest.mark.slow
@pytest.mark.parametrize(("service", "least"), [("routing", 15), ("notify", 12)])
def test_the_lists_of_those_who_handle_and_remind_are_asked_too(tmp_path, monkeypatch, service, least):
    monkeypatch.setattr(lists_handled, "HANDLED", 40)
    monkeypatch.setattr(lists, "TIMES", 1)
    (tmp_path / "opinions.csv").write_text(FILE)
    arguments = [str(tmp_path / "opinions.csv"), "--cases", "120", "--service", service]
    result = CliRunner().invoke(lists.lists, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    sizes = [int(size) for size in re.findall(r"^\S.{37}[\d. ]+?(\d+)(?:   over)?$", result.stdout, re.MULTILINE)]
    assert len(sizes) >= least
    # Most lists have something to show.
    assert len([size for size in sizes if size > 100]) > least / 2
