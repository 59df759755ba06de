"""Sessions with chiefs, from a file that can be read: it ends with its figures, and shows others when a promise is not kept."""

from __future__ import annotations

from pathlib import Path

from tests.integration.whole.chiefs import VISITOR, Chiefs
from tests.stores import Templates
from tests.stories import read

NAME = "meetings/chiefs.yml"


def test_seven_sessions_with_chiefs_end_with_the_figures_of_their_file(templates: Templates, tmp_path: Path) -> None:
    text = read(NAME)
    chiefs = Chiefs(text, templates, tmp_path, text["unkept"])
    assert chiefs.play() == text["expect"]
    county = chiefs.house.county
    assert county.dead() == []
    said = [str(event.data) for event in county.events()]
    assert not any(VISITOR["name"] in each or VISITOR["phone"] in each for each in said)
    county.close()


def test_a_second_promise_that_nobody_keeps_shows_at_the_session_after_it(templates: Templates, tmp_path: Path) -> None:
    text = read(NAME)
    chiefs = Chiefs(text, templates, tmp_path, text["broken"]["unkept"])
    shown = chiefs.play()
    assert shown == text["broken"]["shows"]
    assert shown != text["expect"]
    chiefs.house.county.close()
