"""A catalogue that is not in use: what it would change, section by section."""

from __future__ import annotations

from dataclasses import fields

import pytest

from services.contracts.catalogue.candidate import PLACE, Candidate, changes, sections
from services.contracts.catalogue.model import Catalogue
from services.intake.pages.office.catalogue import SECTIONS
from tests.unit.contracts.test_catalogue import GOOD

CHANGES = [
    ("", "", []),
    ("name: 小县\n", "name: 大县\n", [(PLACE, "changed", PLACE, ("name",))]),
    ("fallback_difficulty: simple", "fallback_difficulty: simple\nlevel: city", [(PLACE, "changed", PLACE, ("level",))]),
    ("  water: {", "  parks: {name: 园林局, name_en: Parks}\n  water: {", [("departments", "added", "parks", ())]),
    ("name_en: Water}", "name_en: Waters, queue: false}", [("departments", "changed", "water", ("name_en", "queue"))]),
    ("  town-1: {", "  town-2: {", [("stations", "removed", "town-1", ()), ("stations", "added", "town-2", ())]),
    ("reply: 5wd", "reply: 6wd", [("difficulties", "changed", "simple", ("deadlines",))]),
    ("meeting: review", "meeting: automatic", [("acceptance", "changed", "meeting", ())]),
    ("2026-03-12", "2026-03-13", [("closures", "removed", "2026-03-12", ()), ("closures", "added", "2026-03-13", ())]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES)
def test_what_another_catalogue_changes_is_said_by_section(old, new, expected):
    before, after = (Candidate(text).catalogue for text in (GOOD, GOOD.replace(old, new)))
    found = changes(before, after)
    assert [(each.section, each.kind, each.code, each.parts) for each in found] == expected
    undone = {"added": "removed", "removed": "added", "changed": "changed"}
    back = {(each.section, undone[each.kind], each.code) for each in changes(after, before)}
    assert back == {(each.section, each.kind, each.code) for each in found}


def test_every_part_of_a_catalogue_is_compared_and_has_a_name_on_the_page():
    catalogue = Candidate(GOOD).catalogue
    assert {PLACE, *sections(catalogue)} == set(SECTIONS)
    own = {field.name for field in fields(Catalogue)} - set(sections(catalogue))
    assert {"name", "timezone", "office_hours", "limits", "duties", "level"} <= own


def test_a_candidate_with_mistakes_has_its_lines_and_reads_no_file():
    candidate = Candidate(GOOD.replace("parent: county", "parent: moon"))
    assert candidate.catalogue is None
    assert [candidate.line(each.line) for each in candidate.errors] == ["town: {name: 小镇, name_en: Town, parent: moon}"]
    assert candidate.line(10_000) == ""
    (problem,) = Candidate("extends: /etc/hostname\n").errors
    assert (problem.line, "one text alone" in problem.reason) == (1, True)
    warned = Candidate(GOOD.replace("keywords: [其他]", "keywords: [其他, 其他]"))
    assert (warned.catalogue is not None, len(warned.problems), warned.errors) == (True, 1, [])
