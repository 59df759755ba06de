"""The five lists: what stands in each, and what the public reads of it."""

from datetime import timedelta

import orjson
import pytest

from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.messages.opinions import LetterErased
from services.contracts.messages.sessions import EntryDone, EntryMade, ListPublished
from services.contracts.messages.values import OpinionText
from services.notify.domain.lists.entries import EntryOrder
from services.notify.domain.lists.frozen import ListScope, hash_of
from services.notify.domain.lists.published import as_public, public_row
from services.notify.domain.lists.views import LISTS, rows_of
from services.notify.domain.lists.wording import COLUMNS
from services.notify.handlers.lists import entries, publishing
from services.notify.pages.lists.showing import shown_frozen
from services.notify.store.lists.entries import ListStore, find_frozen, frozen_by_id
from services.notify.store.lists.reading import cases_in, cases_of, entries_of
from tests.unit.notify.lists import SESSION, Question
from tests.unit.notify.scenes import at

INSTEAD = "内容已删除 · Erased"
DUE, OF_SESSION = "2027-01-15 17:00", ListScope(SESSION)


@pytest.fixture
def asked(scene):
    """Three questions: one without an answer, one with a promise, one that was only told."""
    questions = [Question(scene, number) for number in (1, 2, 3)]
    for each in questions:
        each.asked(None if each.number == 3 else f"第{each.number}件事", "rivers")
    for each in questions[:2]:
        each.created()
    questions[1].replied()
    questions[1].promised("p-1", DUE)
    return questions


def make(scene, scope=OF_SESSION, **told):
    with scene.database.transaction() as work:
        return entries.make(ListStore(work), scope, EntryOrder(**{"list": "work", "text": "走访", **told}), "t-1")


def rows(scene, name, scope=OF_SESSION, now=None):
    with scene.database.reading() as connection:
        found = cases_of(connection, scope.session) if scope.session else cases_in(connection, scope.station, scope.year, None, 99)
        return rows_of(name, found, entries_of(connection, scope), now or scene.clock.now())


def publish(scene, name="promise"):
    shown = [public_row(row, scene.catalogue) for row in rows(scene, name)]
    with scene.database.transaction() as work:
        return publishing.publish(ListStore(work), OF_SESSION, name, shown, "t-1")


def test_each_list_has_what_it_is_of(scene, asked):
    make(scene, list="problem", text="场地太小")
    make(scene, list="measure", text="增设座位")
    shown = {name: [(row.of, row.number, row.about, row.state) for row in rows(scene, name)] for name in LISTS}
    assert shown == {
        "problem": [("question", 1, "第1件事", "assigned"), ("question", 2, "第2件事", "replied"),
                    ("question", 3, None, "accepted"), ("entry", None, "场地太小", "open")],
        "measure": [("question", 2, "第2件事", "replied"), ("entry", None, "增设座位", "open")],
        "promise": [("promise", 2, "第2件事", "open")],
        "result": [("question", 2, "第2件事", "replied")],
        "work": [],
    }  # fmt: skip


def test_the_list_of_a_station_and_a_year_has_those_of_all_its_sessions(scene, asked):
    other = Question(scene, 1, "s-2", "harbour")
    other.asked()
    year = scene.clock.now().year
    assert [row.number for row in rows(scene, "problem", ListScope(None, "centre", year))] == [1, 2, 3]
    assert [row.session for row in rows(scene, "problem", ListScope(None, None, year))] == ["s-1", "s-1", "s-1", "s-2"]
    assert rows(scene, "problem", ListScope(None, "centre", year - 1)) == []
    make(scene, ListScope(None, "centre", year), text="全年走访")
    assert [row.about for row in rows(scene, "work", ListScope(None, "centre", year))] == ["全年走访"]
    assert rows(scene, "work") == []


def test_a_year_is_read_page_by_page(scene, asked):
    year = scene.clock.now().year
    with scene.database.reading() as connection:
        first = cases_in(connection, "centre", year, None, 2)
        rest = cases_in(connection, "centre", year, (first[1].session, first[1].number), 2)
    assert ([each.number for each in first], [each.number for each in rest]) == ([1, 2, 3], [3])


def test_work_stands_below_the_task_it_is_a_part_of(scene):
    tasks = [make(scene, list="task", text=f"任务{number}") for number in (1, 2)]
    for task in tasks:
        make(scene, text=f"{task.text}之一", task=task.id)
    # Those of one millisecond have no order among themselves.
    shown = [row.about for row in rows(scene, "work")]
    assert sorted((shown[:2], shown[2:])) == [["任务1", "任务1之一"], ["任务2", "任务2之一"]]


def test_an_entry_is_done_once_in_time_or_late(scene):
    due = scene.clock.now() + timedelta(days=3)
    early, late, dropped = (make(scene, due=due, owner="water") for _ in range(3))
    assert [row.overdue for row in rows(scene, "work", now=due + timedelta(days=1))] == [True, True, True]
    with scene.database.transaction() as work:
        entries.do(ListStore(work), early.id, "完成")
        entries.drop(ListStore(work), dropped.id, "不再需要")
    scene.clock.instant = due + timedelta(hours=1)
    with scene.database.transaction() as work:
        entries.do(ListStore(work), late.id, "完成")
        with pytest.raises(Conflict, match="done already"):
            entries.drop(ListStore(work), early.id, "。")
        with pytest.raises(NotFound):
            entries.do(ListStore(work), "e-0", "。")
    found = {row.id: (row.state, row.on_time, row.result) for row in rows(scene, "work")}
    assert [found[each.id] for each in (early, late, dropped)] == [
        ("done", True, "完成"), ("done", False, "完成"), ("dropped", None, "不再需要"),
    ]  # fmt: skip
    said = [event.data for event in scene.said()]
    assert [type(each) for each in said] == [EntryMade] * 3 + [EntryDone] * 2
    assert [each.on_time for each in said[3:]] == [True, False]
    assert not any("走访" in str(each) for each in said)


@pytest.mark.parametrize("wrong", [{"due": "past"}, {"task": "e-0"}, {"task": "work"}, {"task": "elsewhere"}])
def test_what_is_wrong_with_an_entry_is_said(scene, wrong):
    if "due" in wrong:
        wrong = {"due": scene.clock.now()}
    elif wrong["task"] != "e-0":
        scope = OF_SESSION if wrong["task"] == "work" else ListScope("s-2")
        wrong = {"task": make(scene, scope, list="work" if wrong["task"] == "work" else "task").id}
    with pytest.raises(Invalid) as refused:
        make(scene, **wrong)
    assert list(refused.value.errors) == list(wrong)


def test_a_published_list_is_frozen_with_a_hash_in_a_message(scene, asked):
    first = publish(scene)
    assert publish(scene).id == first.id
    asked[1].kept("p-1", DUE)
    second = publish(scene)
    with scene.database.reading() as connection:
        newest = find_frozen(connection, OF_SESSION, "promise")
    assert (newest.hash, hash_of(newest.document.encode())) == (second.hash, second.hash)
    said = [event.data for event in scene.said() if isinstance(event.data, ListPublished)]
    assert [(each.hash, each.rows, each.session) for each in said] == [(first.hash, 1, SESSION), (second.hash, 1, SESSION)]
    assert [orjson.loads(each.document)["rows"][0]["state"] for each in (first, second)] == ["open", "kept"]


def test_of_what_was_published_only_the_instant_is_cut_to_its_day(scene):
    text = "2025年改造的T型路口"
    make(scene, text=text, due=at(DUE))
    shown = shown_frozen(publish(scene, "work"))
    (line,) = shown.lines
    assert text in line
    assert DUE[:10] in line


def test_the_public_reads_no_id_and_nothing_that_was_told(scene, asked):
    make(scene, owner="王主任")
    for name in LISTS:
        for row in rows(scene, name):
            shown = public_row(row, scene.catalogue)
            assert not {"id", "opinion", "session", "who"} & set(shown)
            assert "o-s-1" not in str(shown)
            assert "河道淤积" not in str(shown)


def test_every_column_of_every_list_says_something_of_every_row(scene, asked):
    make(scene, due=at(DUE))
    for name in LISTS:
        for row in rows(scene, name):
            assert all(column.of(row, scene.catalogue).zh for column in COLUMNS[name])


def test_what_becomes_public_is_masked_and_names_nobody(scene, asked):
    """A promise is written for whoever asked, so it may hold what no list may."""
    told = Question(scene, 4)
    told.asked("陈静老师13912345678家没路灯")
    told.created()
    told.replied()
    told.promised("p-9", DUE, what="为李四（身份证330302199001011234）修路灯", who="张三13933334444")
    make(scene, text="车牌浙C12345占道", owner="王五局长 139-1111-2222")
    shown = [public_row(row, scene.catalogue) for name in LISTS for row in rows(scene, name)]
    assert not {number for number in ("13912345678", "330302199001011234", "1111-2222", "浙C12345", "张三") if number in str(shown)}
    assert "王五局长 〔手机号〕" in [each["owner"] for each in shown]
    assert all(as_public(row).who is None for row in rows(scene, "promise"))


def erase(scene, question):
    scene.hear_letters(scene.event(LetterErased(OpinionText(question.opinion, INSTEAD, INSTEAD)), 0, question.opinion))


def test_what_is_erased_goes_from_lists_and_from_those_that_were_published(scene, asked):
    first = publish(scene)
    asked[1].kept("p-1", DUE)
    second, kept = publish(scene), publish(scene, "work")
    erase(scene, asked[1])
    assert [(row.about, row.what) for row in rows(scene, "promise")] == [(None, INSTEAD)]
    with scene.database.reading() as connection:
        newest = find_frozen(connection, OF_SESSION, "promise")
        withheld = [frozen_by_id(connection, each.id).is_withheld for each in (first, second, kept)]
    assert withheld == [True, True, False]
    (row,) = orjson.loads(newest.document)["rows"]
    assert (row["about"], row["what"], row["state"], newest.at) == (INSTEAD, INSTEAD, "kept", second.at)
    (said,) = (event for event in scene.said() if event.id == newest.id)
    assert said.data.hash == hash_of(newest.document.encode()) == newest.hash


def test_what_was_said_before_an_erasure_is_not_kept_when_it_is_heard_later(scene):
    late = Question(scene, 7)
    erase(scene, late)
    late.asked("陈静家没路灯")
    late.created()
    late.replied()
    late.promised("p-7", DUE, who="张三")
    case = late.kept_case
    assert (case.summary, [(each.what, each.who) for each in case.promises]) == (None, [(INSTEAD, None)])
