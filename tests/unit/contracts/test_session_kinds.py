"""Kinds of sessions in the catalogue: what the shipped ones ask for, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.contracts.catalogue.check import check_catalogue, load_catalogue
from services.contracts.catalogue.sessions import SUPERVISION_MEETING, SessionKind
from services.contracts.catalogue.stored import session_kind
from services.contracts.time.durations import Duration

DEPLOY = Path(__file__).parents[3] / "deploy"


@pytest.mark.parametrize("name", ["catalogue.yml", "catalogue.fast.yml"])
def test_the_shipped_catalogues_have_every_kind(name: str) -> None:
    kinds = load_catalogue(DEPLOY / name).session_kinds
    assert set(kinds) == {
        "reception", "chief", "hearing", "consultation", "enterprise", "park", "mobile", "inspection", "budget_hearing",
        SUPERVISION_MEETING,
    }  # fmt: skip
    assert kinds["reception"].least_deputies == 2
    assert kinds[SUPERVISION_MEETING] == SessionKind(SUPERVISION_MEETING, "督政议事会", "Supervision meeting")


def test_a_reception_has_to_be_announced_a_week_before() -> None:
    assert load_catalogue(DEPLOY / "catalogue.yml").session_kinds["reception"].notice == Duration(7, "d")


def test_a_kind_that_the_catalogue_no_longer_has_asks_for_nothing() -> None:
    catalogue = load_catalogue(DEPLOY / "catalogue.yml")
    assert session_kind(catalogue, "round_table") == SessionKind("round_table", "round_table", "round_table")


@pytest.mark.parametrize(
    ("code", "entry", "path"),
    [
        ("reception", "{name: 接待, name_en: R, least_deputies: -1}", "session_kinds.reception.least_deputies"),
        ("reception", "{name: 接待, name_en: R, notice: soon}", "session_kinds.reception.notice"),
        ("reception", "{name: 接待, name_en: R, open: perhaps}", "session_kinds.reception.open"),
        ("reception", "{name: 接待, name_en: R, chairs: 5}", "session_kinds.reception.chairs"),
        ("round_table", "{name: 圆桌}", "session_kinds.round_table.name_en"),
        ("Round", "{name: 圆桌, name_en: R}", "session_kinds.Round"),
    ],
)
def test_a_wrong_kind_is_told_with_its_line(code: str, entry: str, path: str) -> None:
    text = f"extends: catalogue.yml\nsession_kinds:\n  {code}: {entry}\n"
    (problem,) = check_catalogue(text, lambda name: (DEPLOY / name).read_text(encoding="utf-8"))
    assert (problem.line, problem.path) == (3, path)
