"""Sessions with people, each from a file that can be read: it ends with its figures, and shows others when it is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.whole.meetings import VISITOR, Meetings
from tests.stores import Templates
from tests.stories import names_in, read

NAMES = names_in("plans")
BROKEN = [(name, number) for name in NAMES for number in range(len(read(f"plans/{name}")["broken"]))]


@pytest.mark.parametrize("name", NAMES)
def test_sessions_end_with_the_figures_of_their_file(name: str, templates: Templates, tmp_path: Path) -> None:
    text = read(f"plans/{name}")
    meetings = Meetings(text, templates, tmp_path)
    assert meetings.play() == text["expect"]
    assert meetings.county.dead() == []
    said = [str(event.data) for event in meetings.county.events()]
    assert not any(VISITOR["name"] in each or VISITOR["phone"] in each for each in said)
    meetings.county.close()


@pytest.mark.parametrize(("name", "number"), BROKEN)
def test_sessions_that_are_broken_show_it(name: str, number: int, templates: Templates, tmp_path: Path) -> None:
    text = read(f"plans/{name}")
    broken = text["broken"][number]
    meetings = Meetings(text, templates, tmp_path, broken["change"])
    shown = meetings.play()
    assert shown == {**text["expect"], **broken["shows"]}
    assert shown != text["expect"]
    meetings.county.close()
