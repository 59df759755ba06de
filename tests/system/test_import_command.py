"""`huiying import`: a file goes in once, its bad rows are named by their lines, and a dry run stores nothing."""

import csv
import json
from uuid import uuid4

import pytest

from tests.system.opinions import opinions

NUMBER = 30


@pytest.fixture
def file(tmp_path):
    """Good rows, one of them twice, and on the last line one without a title."""
    forms = opinions(uuid4().hex, NUMBER)
    path = tmp_path / "opinions.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, ("external_id", "title", "content", "topic"))
        writer.writeheader()
        writer.writerows([*forms, forms[0], {"external_id": "bad", "content": "没有标题"}])
    return path


def run(installation, *arguments):
    return json.loads(installation.run("import", *map(str, arguments), "--json"))


def test_a_file_is_taken_once_and_its_bad_rows_are_named(calm, file):
    calm.up()
    foreseen = run(calm, file, "--dry-run")
    assert {name: foreseen["rehearsal"][name] for name in ("rows", "refused")} == {"rows": NUMBER + 2, "refused": 1}
    assert [each["line"] for each in foreseen["refused_lines"]] == [NUMBER + 3]

    first = run(calm, file)
    counted = {"rows": NUMBER + 2, "created": NUMBER, "already_there": 1, "refused": 1, "accepted": NUMBER}
    assert {name: first[name] for name in counted} == counted
    assert [(each["line"], "title" in each["errors"]) for each in first["refused_lines"]] == [(NUMBER + 3, True)]
    assert first["opinions_per_second"] > 0

    again = run(calm, file)
    assert (again["created"], again["already_there"], again["opinions_per_second"]) == (0, NUMBER + 1, None)
