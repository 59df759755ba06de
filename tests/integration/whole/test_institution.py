"""What people do around a case, each from a file that can be read: it ends with its figures, and shows others when it is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.whole.institution import VOTER, Institution
from tests.stores import Templates
from tests.stories import names_in, read

NAMES = names_in("institution")


@pytest.mark.parametrize("name", NAMES)
def test_a_story_ends_with_the_figures_of_its_file(name: str, templates: Templates, tmp_path: Path) -> None:
    text = read(f"institution/{name}")
    institution = Institution(text, templates, tmp_path)
    assert institution.play() == text["expect"]
    assert institution.county.dead() == []
    said = [str(event.data) for event in institution.county.events()]
    assert not any(VOTER["name"] in each or VOTER["phone"] in each for each in said)
    institution.county.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_story_that_is_broken_shows_it(name: str, templates: Templates, tmp_path: Path) -> None:
    text = read(f"institution/{name}")
    broken = text["broken"]
    institution = Institution(text, templates, tmp_path, broken["without"], broken.get("for", 0))
    shown = institution.play()
    assert shown == broken["shows"]
    assert shown != text["expect"]
    institution.county.close()
