"""Digests: who has something new that they have not seen is told once, when they want it, and nobody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.fragments import MOST_COUNTED
from services.contracts.messages.accounts import DigestDue, LetterGathered, NewsOfKind
from services.contracts.people.callers import somebody
from services.contracts.time.worktime import Calendar, OfficeHours
from services.notify.app.digests import DigestJob
from services.notify.domain.digests import MOST_PATHS, DigestChoice, daily_at, gathered, hours_of, places_of
from services.notify.domain.notices import ADDRESSES, Notice, audiences_of
from services.notify.store.digests import choose, digests
from services.notify.store.notices import see
from services.notify.store.tables import submitter_notifications
from tests.unit.notify import calling
from tests.unit.notify.calling import pages_of
from tests.unit.notify.cases import Case
from tests.unit.notify.scenes import at, scene_on
from tests.unit.notify.test_submitter_notifications import MAIL, Telling

CALENDAR = Calendar()
HALF_AN_HOUR = timedelta(minutes=30)
PERSON = "0193a000-0000-7000-8000-00000000000a"
CLERK = somebody(PERSON, "周敏", "department", "water", None)
BOSS = somebody(PERSON, "周敏", "supervisor", None, None)
CHAT = "json://chat.example/{to}"
#: A Monday.
START = at("2026-11-23 09:30")
PAGE = "/notices/letters"


@pytest.fixture
def scene(sqlite_database, clock):
    clock.instant = START
    made = scene_on(sqlite_database, clock, ways={"email": MAIL, "chat": CHAT}, notifier=Telling())
    made.people[PERSON] = [CLERK]
    return made


@pytest.fixture
def ask(scene, monkeypatch):
    monkeypatch.setitem(calling.CALLERS, "Bearer zhou", CLERK)
    return pages_of(scene, "zhou")


def wanted(scene, how="bundled", hour=9, person=PERSON, ways=("email",)):
    choice = DigestChoice(how, ways, "zh", hour)
    with scene.database.transaction() as work:
        choose(work, person, choice, choice.next_at(CALENDAR, work.now, HALF_AN_HOUR))


def assign(scene, *names):
    for name in names:
        Case(scene, f"a-{name}", "water", f"o-{name}").created()


def digested(scene, now):
    """What is said of it when it is that time, again and again."""
    scene.clock.instant = at(now)
    before = len(scene.said())
    for _ in range(3):
        while DigestJob(scene.service).step():
            pass
    return [event.data for event in scene.said()[before:]]


@pytest.mark.parametrize(
    ("hour", "now", "expected"),
    [
        (9, "2026-11-23 08:59", "2026-11-23 09:00"), (9, "2026-11-23 09:00", "2026-11-24 09:00"),
        (9, "2026-11-27 09:05", "2026-11-30 09:00"), (9, "2026-11-28 23:00", "2026-11-30 09:00"),
        # A national holiday of seven days, and a Sunday that is worked instead.
        (10, "2026-09-30 12:00", "2026-10-08 10:00"), (9, "2026-09-19 12:00", "2026-09-20 09:00"),
        # The office was open at those hours once.
        (12, "2026-11-23 09:30", "2026-11-23 14:00"), (20, "2026-11-23 09:30", "2026-11-24 08:30"),
    ],
)  # fmt: skip
def test_a_daily_digest_comes_at_its_hour_of_a_working_day(hour, now, expected):
    assert daily_at(CALENDAR, hour, at(now)) == at(expected)


@given(st.sampled_from(("bundled", "daily")), st.integers(0, 23), st.integers(0, 60 * 24 * 400))
def test_nobody_is_looked_at_before_the_next_stretch_or_while_the_office_is_closed(how, hour, minutes):
    now = START + timedelta(minutes=minutes)
    due = DigestChoice(how, ("email",), "zh", hour).next_at(CALENDAR, now, HALF_AN_HOUR)
    assert due > now
    assert CALENDAR.next_opening(due) == due
    assert how == "daily" or due >= now + HALF_AN_HOUR


def test_the_hours_that_can_be_chosen_are_those_of_the_office():
    assert hours_of(CALENDAR) == [9, 10, 11, 14, 15, 16, 17]
    assert hours_of(Calendar(office_hours=OfficeHours(((8 * 60 + 15, 8 * 60 + 45),)))) == [8]


def test_what_was_seen_in_one_role_is_not_new_in_another():
    seen = {CLERK.principal: 4, BOSS.principal: 9}
    admin = somebody(PERSON, "", "admin", None, None)
    assert places_of([CLERK], seen, 6) == {"water": 6}
    assert places_of([CLERK, BOSS, admin], seen, 0) == {"water": 4, **dict.fromkeys(audiences_of(BOSS), 9), "reviewer:": 0}


def test_a_digest_says_how_many_of_which_kind_and_leads_to_the_newest_however_many_there_are():
    kinds = [*ADDRESSES, "foreseen"]
    found = [Notice(f"e-{n}", "water", kinds[n % len(kinds)], f"o-{n}", f"a-{n}", START, n) for n in range(999, -1, -1)]
    news = gathered(found)
    assert [each.number for each in news] == sorted((each.number for each in news), reverse=True)
    assert sum(each.number for each in news) == 1000
    assert {each.kind for each in news} == set(kinds)
    assert all(1 <= len(each.paths) <= MOST_PATHS for each in news)
    newest = {each.kind: each.address for each in reversed(found)}
    assert {each.kind: each.paths[0] for each in news} == newest


def test_who_wants_to_be_told_is_told_once_of_what_is_new(scene):
    assign(scene, "0")
    wanted(scene)
    assert digested(scene, "2026-11-23 10:00") == []
    assign(scene, "1", "2")
    assert digested(scene, "2026-11-23 10:05") == [], "not twice in one stretch"
    (told,) = digested(scene, "2026-11-23 10:30")
    assert told == DigestDue(("email",), "zh", (NewsOfKind("assigned", 2, ("/desk/a-2", "/desk/a-1")),))
    assert digested(scene, "2026-11-23 11:00") == []


def test_who_has_looked_meanwhile_is_not_told(scene):
    wanted(scene)
    assign(scene, "1", "2")
    with scene.database.transaction() as work:
        see(work, CLERK.principal or "", ("water",), 1)
    ((news,),) = (each.news for each in digested(scene, "2026-11-23 10:00"))
    assert news.number == 1
    assign(scene, "3")
    with scene.database.transaction() as work:
        see(work, CLERK.principal or "", ("water",), 99)
    assert digested(scene, "2026-11-23 11:00") == []


def test_nobody_is_told_outside_office_hours(scene):
    wanted(scene, "daily", 17)
    assign(scene, "1")
    assert digested(scene, "2026-11-23 16:59") == []
    # The worker was away when it was due.
    assert digested(scene, "2026-11-23 17:31") == []
    assert len(digested(scene, "2026-11-24 08:30")) == 1


@pytest.mark.parametrize("acting", [[], None], ids=["suspended", "erased"])
def test_who_may_not_act_is_not_told_and_who_is_erased_has_chosen_nothing(scene, acting):
    wanted(scene)
    assign(scene, "1")
    scene.people.clear()
    if acting is not None:
        scene.people[PERSON] = acting
    assert digested(scene, "2026-11-23 10:00") == []
    assert len(scene.rows(digests)) == (acting is not None)
    scene.people[PERSON] = [CLERK]
    assert len(digested(scene, "2026-11-23 11:00")) == (acting is not None)


def test_who_gets_another_role_is_told_what_concerns_it(scene):
    wanted(scene)
    assign(scene, "1")
    scene.people[PERSON] = [somebody(PERSON, "", "department", "roads", None)]
    assert digested(scene, "2026-11-23 10:00") == []
    Case(scene, "a-2", "roads", "o-2").created()
    ((news,),) = (each.news for each in digested(scene, "2026-11-23 10:30"))
    assert (news.number, news.paths) == (1, ("/desk/a-2",))


def test_only_who_has_something_new_costs_more_than_a_look(scene, statements):
    others = [f"0193a000-0000-7000-8000-{number:012}" for number in range(40)]
    for person in others:
        scene.people[person] = [somebody(person, "", "department", "roads", None)]
        wanted(scene, person=person)
    wanted(scene)
    assign(scene, "1")
    statements.clear()
    assert len(digested(scene, "2026-11-23 10:00")) == 1
    assert len([text for text, _ in statements if "FROM notices" in text and "LIMIT" in text]) == 1
    assert len([text for text, _ in statements if text.startswith("SELECT")]) <= 12
    with scene.database.reading() as connection:
        for text, given in list(statements):
            if "FROM digests" in text and text.startswith("SELECT"):
                plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)]
                assert any("INDEX digests_due" in step for step in plan), plan


def letter(number=2, **changes):
    news = (NewsOfKind("assigned", number, ("/desk/a-2", "/desk/a-1")), NewsOfKind("reminded", 1, ("/cases/o-1",)))
    given = {"site": "https://huiying.example", "email": "zhou@x.example", "chat": "zhou.min"} | changes
    return LetterGathered("digest", "周敏", given.pop("language", "zh"), news, **given)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_letter_says_what_is_new_where_it_leads_and_how_to_stop_it(scene, language):
    scene.hear_letters(scene.event(letter(language=language), 0, PERSON))
    for way in ("email", "chat"):
        assert scene.serve_way(way) == 1
    (url, title, body), (chat, *same) = scene.notifier.sent
    assert [title, body] == same
    assert ("zhou%40x.example" in url, "zhou.min" in chat) == (True, True)
    assert title == {"zh": "【回应】您有 3 条新消息", "en": "[Huiying] New notices for you: 3"}[language]
    assert ("新交办件：2 条" in body, "A new assignment: 2" in body) == (language == "zh", language == "en")
    assert re.findall(r"https://huiying\.example(\S+)", body) == [
        "/desk/a-2", "/desk/a-1", "/cases/o-1", "/notices?unread=1", "/notices/letters",
    ]  # fmt: skip


def test_a_letter_of_a_site_without_an_address_has_no_links_and_more_than_is_counted_is_said_so(scene):
    scene.hear_letters(scene.event(letter(MOST_COUNTED + 1, site=None, chat=None), 0, PERSON))
    assert scene.serve_way("email") == 1
    ((_, title, body),) = scene.notifier.sent
    assert ("://" in body, f"{MOST_COUNTED} 条以上" in title) == (False, True)


def test_nothing_in_the_store_says_to_whom_a_letter_goes(scene):
    event = scene.event(letter(), 0, PERSON)
    scene.hear_letters(event)
    scene.serve_way("email")
    rows = scene.rows(submitter_notifications, "way")
    assert [(row["way"], row["state"], row["contact"] is None) for row in rows] == [
        ("chat", "pending", False), ("email", "sent", True),
    ]  # fmt: skip
    assert not any(word in str(rows) for word in ("zhou", "周敏"))
    scene.clock.instant += HALF_AN_HOUR
    scene.hear_letters(scene.event(letter(), 0, PERSON))
    # What was sent is kept until the next one; what waits is not thrown away.
    assert [row["state"] for row in scene.rows(submitter_notifications)] == ["pending"] * 3


def test_a_choice_is_kept_and_ended_with_one_press(scene, ask):
    assert 'value="off" checked' in ask(PAGE).text
    answer = ask(PAGE, {"how": "daily", "hour": "14", "email": "1", "chat": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}?did=kept")
    (row,) = scene.rows(digests)
    assert (row["person"], row["how"], row["ways"], row["language"], row["hour"]) == (PERSON, "daily", "email chat", "en", 14)
    assert row["next_at"] == at("2026-11-23 14:00")
    page = ask(PAGE).text
    assert ("once a day at 14:00" in page, 'value="daily" checked' in page) == (True, True)
    assert ask(PAGE, {"how": "off"}).headers["Location"] == f"{PAGE}?did=stopped"
    assert scene.rows(digests) == []
    assert ask(PAGE, {"how": "off"}).status_code == 303


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"how": "", "email": "1"}, {"how"}), ({"how": "hourly", "email": "1"}, {"how"}),
        ({"how": "daily", "hour": "3", "email": "1"}, {"hour"}), ({"how": "daily", "hour": "<b>", "email": "1"}, {"hour"}),
        ({"how": "bundled"}, {"ways"}), ({"how": "daily", "hour": ""}, {"hour", "ways"}),
    ],
)  # fmt: skip
def test_a_choice_that_cannot_be_kept_says_what_is_wrong(scene, ask, form, wrong):
    answer = ask(PAGE, form)
    assert answer.status_code == 422
    assert set(re.findall(r'id="(\w+)-mistake"', answer.text)) == wrong
    assert scene.rows(digests) == []


def test_a_place_that_sends_nothing_offers_nothing_and_a_program_has_no_such_page(scene, ask, sqlite_database):
    assert ask(PAGE, who="water").status_code == 404
    assert ask(PAGE, {"how": "off"}, who="water").status_code == 404
    silent = scene_on(sqlite_database, scene.clock)
    page = pages_of(silent, "zhou")(PAGE).text
    assert ("set up here yet" in page, 'type="radio"' in page) == (True, False)
