"""Opinions that say the same, on both kinds of store: found, decided on together, and forgotten."""

from __future__ import annotations

import sqlalchemy as sa

from services.intake.__main__ import periodic_jobs
from services.intake.domain.similarity.likeness import BANDS
from services.intake.store.similarity.similar import similar
from services.intake.store.similarity.wordings import bands, wordings
from services.intake.store.tables import opinions
from tests.unit.intake.harness import MIGRATIONS, IntakeHarness

LAMPS = {
    "channel": "campaign",
    "title": "三号楼前的路灯坏了",
    "content": "三号楼前的路灯坏了两周，老人晚上出门不便，希望尽快修好，谢谢。",
}
AGAIN = {
    "channel": "campaign",
    "title": "三号楼前路灯坏了",
    "content": "三号楼前的路灯坏了两周了，老人晚上出门不便，希望尽快修好！",
}
BUS = {
    "channel": "campaign",
    "title": "十二路公交车班次太少",
    "content": "早高峰等了四十分钟也没有车，上班上学都迟到，请增加班次。",
}


def desk(any_database, clock):
    return IntakeHarness(any_database("intake", MIGRATIONS), clock)


def read(harness):
    """Let the worker read what is to be read: of those whose group lost the one that stood for it, in a second round."""
    (job,) = (each for each in periodic_jobs(harness.intake) if each.name == "read")
    for _ in range(2):
        while job.run():
            pass
    assert job.failed() == 0
    assert rows(harness, sa.select(wordings.c.number).where(wordings.c.unread.is_not(None))) == []


def rows(harness, query):
    with harness.database.reading() as connection:
        return list(connection.execute(query))


def group(harness, opinion):
    return rows(harness, sa.select(wordings.c.alike).where(wordings.c.opinion == opinion))[0][0]


def alike(harness, opinion):
    return {each["id"]: each["likeness"] for each in harness.get(f"/opinions/{opinion}/similar", "reviewer").get_json()["items"]}


def test_reviewers_see_what_says_the_same_and_decide_on_it_together(any_database, clock):
    harness = desk(any_database, clock)
    first, bus, again = (harness.submit(**form).id for form in (LAMPS, BUS, AGAIN))
    assert alike(harness, first) == {}
    read(harness)
    assert list(alike(harness, first)) == [again]
    assert 0.5 < alike(harness, again)[first] < 1
    assert alike(harness, bus) == {}
    queue = harness.get("/reviews", "reviewer", grouped="true").get_json()["items"]
    assert [(each["id"], each["alike"]) for each in queue] == [(first, 2), (bus, 1)]
    assert len(harness.get("/reviews", "reviewer").get_json()["items"]) == 3
    answer = harness.post(f"/opinions/{again}/similar/accept", {"topic": "lamps"}, "reviewer").get_json()
    assert answer == {"items": [{"id": each, "status": "accepted", "state": "accepted"} for each in (first, again)], "more": False}
    assert harness.get(f"/opinions/{first}/similar", "reviewer").get_json()["alike"] == 0
    assert [each["id"] for each in harness.get("/reviews", "reviewer", grouped="true").get_json()["items"]] == [bus]


def test_a_wave_is_one_line_and_is_merged_or_declined_at_once(any_database, clock):
    harness = desk(any_database, clock)
    case = harness.submit(**LAMPS).id
    harness.post(f"/opinions/{case}/accept", {"topic": "lamps"}, "reviewer")
    wave = [harness.submit(**AGAIN).id for _ in range(5)]
    spam = [harness.submit(**BUS).id for _ in range(3)]
    read(harness)
    queue = harness.get("/reviews", "reviewer", grouped="true", limit=1).get_json()
    assert [(each["id"], each["alike"]) for each in queue["items"]] == [(wave[0], 5)]
    rest = harness.get("/reviews", "reviewer", grouped="true", cursor=queue["next"]).get_json()
    assert [(each["id"], each["alike"]) for each in rest["items"]] == [(spam[0], 3)]
    merged = harness.post(f"/opinions/{wave[3]}/similar/merge", {"into": case}, "reviewer").get_json()["items"]
    assert [(each["id"], each["state"]) for each in merged] == [(each, "merged") for each in wave]
    reason = harness.catalogue.decline_reasons
    declined = harness.post(f"/opinions/{spam[0]}/similar/decline", {"reason": next(iter(reason))}, "reviewer").get_json()["items"]
    assert [(each["id"], each["state"]) for each in declined] == [(each, "declined") for each in spam]
    assert len(rows(harness, sa.select(bands))) < 3 * BANDS


def test_one_that_was_not_read_yet_is_decided_on_alone_and_what_is_refused_stops_nobody(any_database, clock):
    harness = desk(any_database, clock)
    first, second = harness.submit(**LAMPS).id, harness.submit(**LAMPS).id
    answer = harness.post(f"/opinions/{first}/similar/merge", {"into": second}, "reviewer").get_json()["items"]
    assert [(each["id"], each["status"]) for each in answer] == [(first, "refused")]
    read(harness)
    harness.post(f"/opinions/{second}/accept", {"topic": "lamps"}, "reviewer")
    answer = harness.post(f"/opinions/{second}/similar/merge", {"into": second}, "reviewer").get_json()["items"]
    assert [(each["id"], each["status"]) for each in answer] == [(first, "accepted")]


def test_only_what_may_be_shown_is_found_by_its_words(any_database, clock):
    harness = desk(any_database, clock)
    first, again = harness.submit(**LAMPS).id, harness.submit(**AGAIN).id
    read(harness)
    with harness.database.reading() as connection:
        shown = similar(connection, LAMPS["title"], LAMPS["content"], only=opinions.c.id == again)
        assert [each.opinion.id for each in shown] == [again]
        assert {each.opinion.id for each in similar(connection, LAMPS["title"], LAMPS["content"], only=sa.true(), limit=1)} < {
            first,
            again,
        }
        assert similar(connection, "公园的长椅", "公园的长椅都生锈了。", only=sa.true()) == []


def test_a_text_that_is_erased_leaves_nothing_and_the_others_find_one_another_again(any_database, clock):
    harness = desk(any_database, clock)
    first, second, third = (harness.submit(**form).id for form in (LAMPS, AGAIN, AGAIN))
    read(harness)
    assert group(harness, first) == group(harness, second) == group(harness, third)
    gone = rows(harness, sa.select(wordings.c.number, wordings.c.bands).where(wordings.c.opinion == first))[0]
    assert harness.post(f"/opinions/{first}/erasure", {"content": True}, "admin").status_code == 200
    read(harness)
    assert rows(harness, sa.select(bands).where(bands.c.number == gone.number)) == []
    assert rows(harness, sa.select(wordings.c.alike, wordings.c.bands).where(wordings.c.opinion == first)) == [(None, None)]
    assert group(harness, second) == group(harness, third) != gone.number
    assert list(alike(harness, second)) == [third]
    assert len(rows(harness, sa.select(bands))) == BANDS
    # Its own text is none that anything could be like.
    harness.submit(channel="campaign", title="内容已删除 · Erased", content="x")
    read(harness)
    assert alike(harness, first) == {}


def test_what_is_added_to_a_text_changes_what_it_is_like(any_database, clock):
    harness = desk(any_database, clock)
    first, again = harness.submit(**LAMPS), harness.submit(**AGAIN)
    read(harness)
    harness.post(f"/opinions/{first.id}/return", {"question": "哪里？"}, "reviewer")
    more = "另外，小区东门的下水道堵了，一下雨积水漫过膝盖，物业说不归他们管，街道说要等排期，居民出入非常困难。" * 3
    assert harness.post(f"/receipts/{first.receipt}/details", {"content": more}).status_code == 201
    read(harness)
    assert alike(harness, again.id) == {}
    assert group(harness, first.id) != group(harness, again.id)
    before = rows(
        harness, sa.select(wordings, bands.c.band).join(bands, bands.c.number == wordings.c.number).order_by(bands.c.band)
    )
    with harness.database.transaction() as work:
        work.execute(wordings.update().values(unread=1))
    read(harness)
    after = rows(harness, sa.select(wordings, bands.c.band).join(bands, bands.c.number == wordings.c.number).order_by(bands.c.band))
    assert after == before
