"""People beside departments: who is told what, in which language, and by which secrets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.contracts.catalogue.model import StaffPerson
from services.notify.domain.letters.recipients import Recipients, Undelivered, address
from services.notify.store.tables import staff_notifications
from tests.unit.notify.scenes import at, deadline, rung, scene_on, small_place

CLERK, BOSS, MAYOR, OFFICE = "mailto://clerk.example", "mailto://boss.example", "wecombot://mayor", "mailto://office.example"
PEOPLE = {
    "clerk": StaffPerson("clerk", "李四", "Li Si", (CLERK,), departments=("water", "roads"), language="zh"),
    "boss": StaffPerson("boss", "张三", "Zhang San", (BOSS,), roles=("leader",), departments=("water",), language="en"),
    "mayor": StaffPerson("mayor", "王五", "Wang Wu", (MAYOR,), roles=("leader", "supervisor")),
}
PLACE = replace(small_place(channels={"water": (OFFICE,)}), people=PEOPLE)
EVERYBODY = rung("all", action="supervision", to=("department", "supervisor", "leader"), after="1wd")
NOW = at("2026-12-15 09:00")


def written(department="water", to=("department", "supervisor", "leader"), place=PLACE, **facts):
    recipients = Recipients(place, {}, facts.get("secrets"))
    found = recipients.notifications(rung("all", to=to, after="1wd"), replace(deadline(), department=department), NOW)
    return {letter.person: letter for letter in found}


def test_a_rung_reaches_the_department_and_everybody_who_stands_for_those_it_is_for():
    assert {(person, letter.recipient) for person, letter in written().items()} == {
        (None, "department"), ("clerk", "department"), ("mayor", "supervisor"), ("boss", "leader"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("department", "to", "reached"),
    [
        ("roads", ("department",), {"clerk"}),
        ("roads", ("leader",), {"mayor"}),
        ("health", ("department",), set()),
        ("water", ("congress",), set()),
        ("water", ("leader",), {"boss", "mayor"}),
    ],
)
def test_people_are_told_of_the_departments_they_stand_for_and_in_their_part(department, to, reached):
    assert set(written(department, to)) == reached


def test_each_reader_gets_the_language_they_asked_for():
    found = written()
    assert (found["clerk"].title, found["boss"].title) == ("【级all】河道淤积", "[Rung all] 河道淤积")
    assert "Bureau of water" not in found["clerk"].body
    assert "water局" in found["clerk"].body
    assert "应于" not in found["boss"].body
    assert "Bureau of water" in found["boss"].body
    assert "water局" in found[None].body
    assert "Bureau of water" in found[None].body


def test_a_person_on_the_departments_own_channel_gets_no_second_letter():
    twin = replace(PEOPLE["clerk"], channels=(OFFICE,))
    assert list(written(to=("department",), place=replace(PLACE, people={"clerk": twin}))) == [None]


def test_a_secret_comes_from_the_settings_and_changing_it_keeps_the_channel():
    url = "dingtalk://${DING_TOKEN}/13800000000"
    place = small_place(channels={"water": (url,)})
    key = address(url).key
    assert Recipients(place, {}, {"DING_TOKEN": "abc"}).url(key) == "dingtalk://abc/13800000000"
    assert Recipients(place, {}, {"DING_TOKEN": "xyz"}).url(key) == "dingtalk://xyz/13800000000"


def test_a_secret_that_nobody_gave_is_named_and_the_letter_waits(sqlite_database, clock):
    url = "mailto://user:${SMTP_PASSWORD}@w.example"
    scene = scene_on(sqlite_database, clock, catalogue=small_place(channels={"water": (url,)}))
    scene.consume(scene.created(reply="2026-12-14 23:59:59"))
    scene.climb("2026-12-03 08:30")
    assert scene.visit(address(url).key) == 0
    (row,) = scene.rows(staff_notifications)
    assert (row["state"], row["reason"]) == ("pending", "the settings do not say what SMTP_PASSWORD is")
    with pytest.raises(Undelivered, match="SMTP_PASSWORD"):
        scene.service.recipients.url(address(url).key)


def test_the_record_tells_whose_channel_a_letter_went_to(sqlite_database, clock):
    scene = scene_on(sqlite_database, clock, catalogue=replace(PLACE, ladder={"all": EVERYBODY}))
    scene.consume(scene.created(reply="2026-12-14 23:59:59"))
    scene.climb("2026-12-15 09:00")
    assert {row["person"] for row in scene.rows(staff_notifications)} == {None, "clerk", "boss", "mayor"}
