"""Staff find opinions by words, on both kinds of store: the office all, a department its own, and nobody what was erased."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.intake.__main__ import periodic_jobs
from services.intake.domain.publication.bigrams import terms_of
from services.intake.domain.timeline import Handler
from services.intake.handlers.erasing import erase
from services.intake.store.publication.search import STAFF_WORDS, WordIndex
from services.intake.store.similarity.wordings import wordings
from services.intake.store.writing import IntakeStore
from tests.unit.intake.harness import MIGRATIONS, IntakeHarness

PERSON = {"kind": "citizen", "name": "欧阳锋", "phone": "13700000001", "email": "mark1@example.org"}


@pytest.fixture
def harness(any_database, clock):
    return IntakeHarness(any_database("intake", MIGRATIONS), clock)


def told(harness, *texts, **more):
    """Opinions with these texts, an hour after one another, which the worker has read; their ids."""
    made = []
    for text in texts:
        made.append(harness.submit(**{"title": "请看", "content": text, **more}).id)
        harness.clock.instant += timedelta(hours=1)
    read(harness)
    return made


def read(harness):
    (job,) = (each for each in periodic_jobs(harness.intake) if each.name == "read")
    for _ in range(2):
        job.run()
    assert job.failed() == 0


def found(harness, q, who="reviewer", **query):
    answer = harness.get("/opinions", who, q=q, **query)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def contents(harness, q, who="reviewer", **query):
    return [each["content"] for each in found(harness, q, who, **query)["items"]]


def indexed(harness, q):
    with harness.database.reading() as connection:
        return STAFF_WORDS.found(connection, terms_of(q), 100, descending=True)


TEXTS = ("停水三天", "路灯坏了", "自来水停了", "河堤塌了，停水", "路灯与停水")


@pytest.mark.parametrize("q", ["停水", "路灯", "水", "灯坏", "停水 路灯", "没有", "请看", "\"' OR 1", "*"])
def test_the_office_finds_whatever_has_the_words_the_newest_first(harness, q):
    told(harness, *TEXTS)
    words = [word for word in q.replace('"', "").replace("'", "").replace("*", "").split() if word]
    expected = [text for text in reversed(TEXTS) if words and all(word in f"请看 {text}" for word in words)]
    assert contents(harness, q) == (expected if words else [])


def test_pages_lead_through_everything_once_and_filters_hold(harness, monkeypatch):
    monkeypatch.setattr("services.intake.store.publication.search.FIRST_HITS", 2)
    monkeypatch.setattr("services.intake.store.publication.search.MORE", 1)
    ids = told(harness, *(f"路灯{number}" for number in range(9)), "河堤")
    for opinion in ids[::4]:
        harness.change(opinion, topic="rivers")
    seen, query = [], {"limit": 2}
    while True:
        page = found(harness, "路灯", **query)
        seen += [each["content"] for each in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == [f"路灯{number}" for number in reversed(range(9))]
    assert contents(harness, "路灯", topic="rivers") == ["路灯8", "路灯4", "路灯0"]
    assert contents(harness, "路灯", state="withdrawn") == []


def test_a_page_looks_at_so_many_hits_and_the_next_one_goes_on(harness, monkeypatch):
    monkeypatch.setattr("services.intake.store.publication.search.FIRST_HITS", 2)
    monkeypatch.setattr("services.intake.store.publication.search.MORE", 1)
    monkeypatch.setattr("services.intake.store.publication.search.MOST_LOOKED_AT", 4)
    ids = told(harness, *(f"路灯{number}" for number in range(9)))
    harness.change(ids[0], topic="rivers")
    first = found(harness, "路灯", topic="rivers")
    assert first["items"] == []
    second = found(harness, "路灯", topic="rivers", cursor=first["next"])
    third = found(harness, "路灯", topic="rivers", cursor=second["next"])
    assert ([each["content"] for each in third["items"]], third["next"]) == (["路灯0"], None)


def test_a_span_of_time_is_not_read_beyond(harness, monkeypatch):
    ids = told(harness, *TEXTS)
    looked_at, find = [], WordIndex.found

    def watched(*given, **more):
        hits = find(*given, **more)
        looked_at.extend(hits)
        return hits

    monkeypatch.setattr(WordIndex, "found", watched)
    with harness.database.reading() as connection:
        all_of_them = {row.opinion: row.number for row in connection.execute(sa.select(wordings.c.opinion, wordings.c.number))}
    start = harness.clock.instant - timedelta(hours=len(TEXTS))
    since, until = (start + timedelta(minutes=90)).isoformat(), (start + timedelta(minutes=210)).isoformat()
    assert contents(harness, "停", **{"from": since, "to": until}) == ["河堤塌了，停水", "自来水停了"]
    assert set(looked_at) == {all_of_them[each] for each in ids[2:4]}
    assert contents(harness, "停", **{"from": (start + timedelta(days=9)).isoformat()}) == []


def test_a_department_finds_what_it_handles_and_nothing_else(harness):
    mine, others, _ = told(harness, "河堤停水", "路面停水", "无人处停水")
    for opinion, department in ((mine, "water"), (others, "roads")):
        handled(harness, opinion, department)
    assert contents(harness, "停水", "water") == ["河堤停水"]
    assert contents(harness, "停水", "roads") == ["路面停水"]
    assert contents(harness, "停水", "school") == []
    assert harness.get("/opinions", "water", q="停水", department="roads").status_code == 403


def handled(harness, opinion, department):
    with harness.database.transaction() as work:
        IntakeStore(work, harness.vault).add_handler(opinion, Handler(department, "lead", f"a-{department}"))


def test_what_is_erased_leaves_the_index_with_its_text_and_the_others_stay(harness):
    first, second = told(harness, "停水三天了", "也停水了")
    with harness.database.transaction() as work:
        erase(IntakeStore(work, harness.vault), first, content=True)
    assert len(indexed(harness, "停水")) == 1
    assert indexed(harness, "三天") == []
    read(harness)
    assert indexed(harness, "删除") == []
    assert contents(harness, "停水") == ["也停水了"]
    with harness.database.transaction() as work:
        erase(IntakeStore(work, harness.vault), second)
    assert contents(harness, "停水") == ["也停水了"]


def test_what_is_erased_before_it_was_read_is_never_indexed(harness):
    opinion = harness.submit(content="停水三天").id
    with harness.database.transaction() as work:
        erase(IntakeStore(work, harness.vault), opinion, content=True)
    read(harness)
    assert indexed(harness, "停水") == []


def test_a_text_that_has_changed_is_found_by_its_new_words_alone(harness):
    (opinion,) = told(harness, "停水三天")
    with harness.database.transaction() as work:
        store = IntakeStore(work, harness.vault)
        changed = store.load(opinion)
        changed.content = "路灯坏了"
        store.save(changed)
    assert indexed(harness, "停水") == []
    read(harness)
    assert (contents(harness, "路灯"), contents(harness, "停水")) == (["路灯坏了"], [])


def test_persons_are_not_indexed_wherever_they_stand(harness):
    told(harness, "联系人：王小明，电话13812345678，邮箱mark2@example.org，路灯坏了。", submitter=PERSON)
    for word in ("欧阳锋", "13700000001", "mark1", "王小明", "小明", "13812345678", "mark2", "手机号"):
        assert indexed(harness, word) == [], word
    assert len(indexed(harness, "路灯")) == 1


@pytest.mark.parametrize("query", [{"sort": "updated"}, {"updated_since": "2026-01-01"}, {"cursor": "eA=="}])
def test_a_search_has_one_order_and_cursors_of_its_own(harness, query):
    answer = harness.get("/opinions", "reviewer", q="停水", **query)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, list(query))
