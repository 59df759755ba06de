"""The commands for personal data ask until there is no more, say what came of it, and leave the rest to the service."""

import json

import msgspec
import pytest
from click.testing import CliRunner

from services.console.commands.people import personal_data
from services.console.main import main

OPINION = "0193a000-0000-7000-8000-000000000003"


class Answering:
    """A system that gives these answers, and remembers what it was asked."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def post(self, path, body, into):
        self.asked.append((path, body))
        return msgspec.convert(self.answers.pop(0), into)


@pytest.fixture
def run(monkeypatch):
    def invoke(system, *arguments):
        monkeypatch.setattr(personal_data, "Client", lambda _: system)
        return CliRunner().invoke(main, arguments)

    return invoke


def rotated(after, broken=0):
    return {"opinions": 200, "renewed": 3, "current": 5, "broken": broken, "next": after}


def test_a_rotation_goes_on_where_the_last_answer_ended(run):
    system = Answering(rotated("o-200"), rotated(None))
    answer = run(system, "contacts", "rotate", "--json")
    assert answer.exit_code == 0
    assert json.loads(answer.stdout) == {"opinions": 400, "renewed": 6, "current": 10, "broken": 0}
    assert [body["after"] for _, body in system.asked] == [None, "o-200"]
    assert {path for path, _ in system.asked} == {"/contacts/rotation"}


def test_a_rotation_that_cannot_open_something_says_so_and_fails(run):
    answer = run(Answering(rotated(None, broken=2)), "contacts", "rotate")
    assert answer.exit_code == 1
    assert "2 texts cannot be opened" in answer.stderr


@pytest.mark.parametrize(("case", "kind"), [(OPINION, "opinions"), ("8M3XK-2QZ7T-9W4C", "receipts")])
def test_a_case_is_erased_by_its_id_or_by_a_receipt(run, case, kind):
    system = Answering({"id": OPINION, "persons": 2, "content": True})
    answer = run(system, "erase", case, "--content")
    assert answer.exit_code == 0
    assert system.asked == [(f"/{kind}/{case}/erasure", {"content": True})]
    assert "2" in answer.stderr


def test_old_cases_are_only_counted_unless_it_is_meant(run):
    counted = {"cases": 200, "persons": 0, "next": "o-1"}
    system = Answering(counted, {**counted, "cases": 7, "next": None})
    answer = run(system, "retention", "--days", "730")
    assert (answer.exit_code, "207" in answer.stderr, "--yes" in answer.stderr) == (0, True, True)
    assert [body["erase"] for _, body in system.asked] == [False, False]
    assert {body["days"] for _, body in system.asked} == {730}


def test_old_cases_are_erased_when_it_is_meant(run):
    system = Answering({"cases": 4, "persons": 9, "next": None})
    answer = run(system, "retention", "--days", "730", "--yes", "--json")
    assert json.loads(answer.stdout) == {"cases": 4, "persons": 9, "erased": True}
    assert system.asked[0][1]["erase"] is True
