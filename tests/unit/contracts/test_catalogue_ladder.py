"""Rungs of the catalogue: for some difficulties, repeated, upon an occasion; and every mistake on its line."""

from __future__ import annotations

import pytest

from services.contracts.catalogue.check import check_catalogue, load_catalogue, parse_catalogue
from services.contracts.catalogue.model import DUTIES, LADDER_KINDS
from services.contracts.time.durations import parse_duration
from tests.unit.contracts.test_catalogue import DEPLOY, GOOD, line_of, no_parent

MISTAKES = [
    # (what is replaced, by what, where the line is, path, part of the reason)
    ("half: true,", "half: true, repeat: 2wd, times: 3,", "repeat", "ladder.half.repeat", "after the deadline can repeat"),
    ("after: 1wd,", "after: 1wd, repeat: 2wd, times: 3,", "repeat", "ladder.red.repeat", "only a reminder can repeat"),
    ("half: true,", "after: 2wd, repeat: 2wd,", "repeat", "ladder.half.repeat", "repeat needs times"),
    ("half: true,", "before: 2wd, times: 3,", "times", "ladder.half.times", "times needs repeat"),
    ("half: true,", "after: 2wd, repeat: 2wd, times: 1,", "times", "ladder.half.times", "greater than or equal to 2"),
    ("half: true,", "half: true, difficulties: [simple, hard],", "hard", "ladder.half.difficulties.1", "unknown: 'hard'"),
    ("half: true,", "half: true, difficulties: [],", "difficulties: []", "ladder.half.difficulties", "Shorter than minimum"),
    ("of: reply, half: true", "of: review, half: true", "of: review", "ladder.half.of", "Must be one of"),
    ("half: true,", "upon: broken,", "half: {name", "ladder.half.of", "upon broken is of promise"),
    ("of: reply, half: true", "of: evaluation, half: true", "of: evaluation", "ladder.half.of", "needs upon"),
    ("half: true,", "upon: rain,", "rain", "ladder.half.upon", "Must be one of"),
    ("half: true,", "half: true, upon: broken,", "half: {name", "ladder.half", "exactly one of"),
    ("half: true,", "half: true, raises: true,", "raises", "ladder.half.raises", "action is supervision"),
    ("after: 1wd,", "after: 1wd, raises: true,", "raises", "ladder.red.raises", "action is supervision"),
    ("to: [department]", "to: [holder]", "holder", "ladder.half.to", "has a holder to write to"),
    ("of: reply, half: true", "of: take, half: true", "of: take", "ladder.half.to", "no duty of a department"),
    (
        "of: reply, half: true, action: reminder", "of: relay, half: true, action: supervision", "of: relay", "ladder.half.of",
        "reminds",
    ),
    ("of: reply, half: true,", "of: feedback, half: true, difficulties: [simple],", "of: feed", "ladder.half.of", "whatever the"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "path", "reason"), MISTAKES)
def test_every_kind_of_mistake_is_reported_on_its_line(old, new, where, path, reason):
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    found = [problem for problem in check_catalogue(text, no_parent) if problem.path == path]
    assert [(problem.line, reason in problem.reason) for problem in found] == [(line_of(text, where), True)], found


def test_a_rung_that_repeats_for_some_difficulties_is_read():
    text = GOOD.replace("half: true,", "after: 2wd, repeat: 3wd, times: 4, difficulties: [simple],", 1)
    half = parse_catalogue(text, no_parent).ladder["half"]
    assert (half.after, half.repeat, half.times, half.difficulties) == (
        parse_duration("2wd"), parse_duration("3wd"), 4, ("simple",),
    )  # fmt: skip


@pytest.mark.parametrize("kind", LADDER_KINDS)
def test_there_is_a_rung_for_every_kind_of_deadline(kind):
    when = "upon: dissatisfied" if kind == "evaluation" else "after: 1wd"
    text = GOOD.replace("of: reply, half: true", f"of: {kind}, {when}", 1)
    if kind in DUTIES:
        text = text.replace("to: [department]", "to: [holder]", 1)
    assert parse_catalogue(text, no_parent).ladder["half"].of == kind


def test_the_shipped_ladder_says_what_each_occasion_calls_for_and_nags_nobody():
    ladder = load_catalogue(DEPLOY / "catalogue.yml").ladder
    assert {rung.upon: (rung.code, rung.of, rung.action) for rung in ladder.values() if rung.upon} == {
        "broken": ("promise-broken", "promise", "card"), "dissatisfied": ("dissatisfied", "evaluation", "supervision"),
    }  # fmt: skip
    assert [rung.code for rung in ladder.values() if rung.of in ("contact", "co_opinion", "promise")] == [
        "contact-missed", "co-opinion-due", "co-opinion-overdue", "promise-due", "promise-broken",
    ]  # fmt: skip
    assert all(rung.repeat is None for rung in ladder.values())
    assert [rung.code for rung in ladder.values() if rung.raises] == ["raise"]
