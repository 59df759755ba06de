"""What several people tell in words of their own, on both kinds of store: put together, confirmed, split, decided on, forgotten."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.intake.domain.similarity import incidents as rules
from services.intake.store.similarity.incidents import clues, incidents
from services.intake.store.similarity.wordings import wordings
from services.intake.store.tables import opinions
from tests.contract.test_wordings import desk, read, rows

BRIDGE = [
    {"title": "东街桥下河堤塌了", "content": "暴雨之后东街桥下面的河堤塌方三米多，过路的人很危险，请水务部门抢修。"},
    {"title": "东街桥旁边的堤岸垮塌没人修", "content": "家住东街桥附近，堤岸塌方已经一个星期，小孩上学从河堤走，请尽快抢修。"},
    {
        "title": "河堤垮塌，东街桥行人危险",
        "content": "每天路过东街桥，塌方的河堤只拉了一条绳子，水务部门什么时候抢修？",
    },
]
SIGNS = [chr(0x4E00 + number) for number in range(2000)]


@pytest.fixture
def told(any_database, clock):
    """Sixty opinions on all kinds of things, and three on one."""
    harness, dice = desk(any_database, clock), random.Random(4)
    for _ in range(60):
        title, content = ("".join(dice.choices(SIGNS, k=length)) for length in (9, 40))
        harness.submit(title=title, content=content)
    read(harness)
    areas = ("east", "east", None)
    ids = [harness.submit(**form, area=area, channel="campaign").id for form, area in zip(BRIDGE, areas, strict=True)]
    read(harness)
    return harness, ids


def incident(harness):
    (found,) = [each for each in harness.get("/opinions/incidents", "reviewer").get_json()["items"] if "东街桥" in each["title"]]
    return found


def test_what_is_told_of_one_thing_is_put_together_and_decided_on_at_once(told):
    harness, ids = told
    found = incident(harness)
    assert (found["opinions"], found["waiting"], found["standing"]) == (3, 3, "found")
    assert (found["areas"], found["week"], found["before"], found["growing"]) == (["east"], 3, 0, True)
    path = f"/opinions/incidents/{found['id']}"
    assert [each["id"] for each in harness.get(path, "reviewer").get_json()["items"]] == ids
    assert harness.post(f"{path}/accept", {"topic": "rivers"}, "reviewer").status_code == 409
    assert harness.post(f"{path}/confirm", None, "reviewer").get_json() == {"id": found["id"], "standing": "confirmed"}
    answer = harness.post(f"{path}/accept", {"topic": "rivers"}, "reviewer").get_json()
    assert [(each["id"], each["state"]) for each in answer["items"]] == [(each, "accepted") for each in ids]
    assert (incident(harness)["waiting"], answer["more"]) == (0, False)


def test_an_incident_is_split_until_nothing_is_left_of_it(told):
    harness, (first, second, third) = told
    path = f"/opinions/incidents/{incident(harness)['id']}"
    assert harness.post(f"{path}/split", {"opinions": [third]}, "reviewer").get_json()["standing"] == "found"
    assert [each["id"] for each in harness.get(path, "reviewer").get_json()["items"]] == [first, second]
    assert harness.post(f"{path}/split", {"opinions": [first]}, "reviewer").get_json()["standing"] is None
    for action, body in (("confirm", None), ("split", {"opinions": [first]}), ("merge", {"into": first})):
        assert harness.post(f"{path}/{action}", body, "reviewer").status_code == 404
    assert harness.get(path, "reviewer").status_code == harness.get("/opinions/incidents/x", "reviewer").status_code == 404
    assert harness.get("/opinions/incidents", "reviewer", cursor="eA==").status_code in (400, 422)


def test_all_of_it_is_merged_into_what_was_let_in_and_who_repeats_it_goes_along(told):
    harness, ids = told
    again = harness.submit(**BRIDGE[0], channel="campaign").id
    read(harness)
    path = f"/opinions/incidents/{incident(harness)['id']}"
    assert harness.get(path, "reviewer").get_json()["opinions"] == 4
    harness.post(f"/opinions/{ids[0]}/accept", {"topic": "rivers"}, "reviewer")
    harness.post(f"{path}/confirm", None, "reviewer")
    merged = harness.post(f"{path}/merge", {"into": ids[0]}, "reviewer").get_json()["items"]
    assert [(each["id"], each["state"]) for each in merged] == [(each, "merged") for each in (ids[1], ids[2], again)]


def test_what_is_erased_or_older_than_the_window_leaves_no_terms(told):
    harness, ids = told
    number = rows(harness, sa.select(wordings.c.number).where(wordings.c.opinion == ids[1]))[0][0]
    assert rows(harness, sa.select(clues).where(clues.c.number == number))
    harness.post(f"/opinions/{ids[1]}/erasure", {"content": True}, "admin")
    read(harness)
    assert rows(harness, sa.select(clues).where(clues.c.number == number)) == []
    assert rows(harness, sa.select(wordings.c.terms, wordings.c.incident).where(wordings.c.number == number)) == [(None, None)]
    left = incident(harness)
    assert left["opinions"] == 2
    # What is left of an incident of which all but one are erased is none.
    harness.post(f"/opinions/{ids[0]}/erasure", {"content": True}, "admin")
    read(harness)
    assert harness.get(f"/opinions/incidents/{left['id']}", "reviewer").status_code == 404
    assert rows(harness, sa.select(incidents).where(incidents.c.number == int(left["id"]))) == []
    assert rows(harness, sa.select(wordings.c.number).where(wordings.c.incident == int(left["id"]))) == []
    harness.clock.instant += rules.WINDOW + timedelta(days=1)
    read(harness)
    assert rows(harness, sa.select(clues)) == rows(harness, sa.select(wordings.c.number).where(wordings.c.terms.is_not(None))) == []


def test_one_that_is_written_anew_stays_with_the_others(told):
    harness, ids = told
    found = incident(harness)
    harness.post(f"/opinions/incidents/{found['id']}/confirm", None, "reviewer")
    with harness.database.transaction() as work:
        work.execute(opinions.update().where(opinions.c.id == ids[0]).values(content=BRIDGE[0]["content"] + "塌方的河堤请抢修。"))
        work.execute(wordings.update().where(wordings.c.opinion == ids[0]).values(unread=1))
    read(harness)
    again = incident(harness)
    assert (again["id"], again["standing"], again["opinions"]) == (found["id"], "confirmed", 3)


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [(None, "a", True), ("a", "a", True), ("a", "town", True), ("county", "b", True), ("a", "b", False), ("x", "y", False)],
)
def test_two_areas_may_be_one_place_where_one_is_within_the_other(one, other, may):
    places = {"a": "town", "b": "town", "town": "county", "county": None}
    assert rules.may_be_one_place(one, other, places) is may
    assert rules.may_be_one_place(other, one, places) is may
