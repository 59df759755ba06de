"""People of the catalogue, and how channels may be written."""

from __future__ import annotations

import pytest

from services.contracts.catalogue.check import check_catalogue, parse_catalogue
from tests.unit.contracts.test_catalogue import GOOD

ALONE = "{name: 李四, name_en: Li Si, departments: [water], channels: ['dingtalk://${DING}/138']}"


def read_nothing(name):
    raise FileNotFoundError(name)


def problems(people):
    return [str(problem).split(": ", 1)[1] for problem in check_catalogue(f"{GOOD}\npeople:\n{people}\n", read_nothing)]


def test_a_place_may_name_nobody():
    assert parse_catalogue(GOOD, read_nothing).people == {}


def test_a_person_has_a_part_departments_channels_and_wishes():
    text = f"""{GOOD}
people:
  clerk: {ALONE}
  boss:
    {{name: 张三, name_en: Zhang San, roles: [supervisor, leader], channels: ["mailto://a@b.cn"], digest: true, language: en}}
"""
    people = parse_catalogue(text, read_nothing).people
    clerk, boss = people["clerk"], people["boss"]
    assert (clerk.roles, clerk.departments, clerk.digest, clerk.language) == (("department",), ("water",), False, "both")
    assert (boss.roles, boss.departments, boss.digest, boss.language) == (("supervisor", "leader"), (), True, "en")
    assert [clerk.is_notified_of("department", code) for code in ("water", "petitions")] == [True, False]
    assert [boss.is_notified_of(part, "water") for part in ("supervisor", "leader", "congress", "department")] == [
        True,
        True,
        False,
        False,
    ]


def test_a_department_too_may_want_a_digest_in_one_language():
    text = GOOD.replace("{name: 水利局, name_en: Water}", "{name: 水利局, name_en: Water, digest: true, language: zh}")
    water = parse_catalogue(text, read_nothing).departments["water"]
    assert (water.digest, water.language) == (True, "zh")


@pytest.mark.parametrize(
    ("people", "found"),
    [
        ("  a: {name: 甲, name_en: A, departments: [moon], channels: ['json://h']}", "people.a.departments.0: unknown: 'moon'"),
        ("  a: {name: 甲, name_en: A, channels: ['json://h']}", "people.a.departments: name it when standing for a department"),
        ("  a: {name: 甲, name_en: A, departments: [water]}", "people.a.channels: Missing data"),
        ("  a: {name: 甲, name_en: A, roles: [king], channels: []}", "people.a.roles.0: Must be one of"),
        ("  a: {name: 甲, name_en: A, roles: [leader], channels: [], language: fr}", "people.a.language: Must be one of"),
        ("  a: {name: 甲, name_en: A, roles: [leader], channels: ['a@b.cn']}", "people.a.channels.0: expected an Apprise address"),
        (
            "  a: {name: 甲, name_en: A, roles: [leader], channels: ['json://${ding}/']}",
            "people.a.channels.0: a secret is named in capitals",
        ),
        ("  A: {name: 甲, name_en: A, roles: [leader], channels: []}", "people.A: bad code 'A'"),
    ],
)
def test_what_is_wrong_with_a_person_is_said(people, found):
    assert [problem[: len(found)] for problem in problems(people)] == [found]
