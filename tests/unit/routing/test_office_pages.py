"""Pages of the office on one case: how it is watched, and where a text would go."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.unit.routing.bureau import REPLY

HOSTILE = "<script>x()</script>{{7*7}}<!--#include virtual='/healthz' -->"


@pytest.fixture
def pages(bureau):
    return bureau.pages("supervisor", "en")


def hidden(text, verb):
    """What the form of a verb brings beside its fields."""
    return dict(re.findall(r'name="(version|key)" value="([^"]+)"', text.split(f'/{verb}"')[1]))


def test_a_case_comes_on_the_key_list_with_its_leader_and_off_it_again(bureau, pages):
    one = bureau.accept()
    for given, key, leader in (({"is_key": "yes", "leader": "王县长"}, True, "王县长"), ({}, False, None)):
        bureau.clock.instant = bureau.clock.instant.replace(microsecond=bureau.clock.instant.microsecond + 1)
        form = {**given, "reason": "群众反映强烈。", **hidden(pages(f"/watched/{one}").text, "mark")}
        for _ in range(2):
            answer = pages(f"/watched/{one}/mark", form=form)
            assert (answer.status_code, answer.headers["Location"]) == (303, f"/cases/{bureau.row(one)['opinion']}")
        assert (bureau.row(one)["key"], bureau.row(one)["leader"]) == (key, leader)
    assert [event.type for event in bureau.said(bureau.row(one)["opinion"])].count("assignment.marked") == 2


@pytest.mark.slow
def test_the_key_list_has_what_is_watched_and_not_answered_the_next_due_first_on_pages_of_thirty(bureau, pages):
    bureau.accept()
    assert "Nothing is on the key list" in pages("/watched").text
    watched = []
    for number in range(32):
        watched.append(bureau.accept(HOSTILE, topic="rivers"))
        given = {"key": number % 2 == 0, "leader": None if number % 2 == 0 else "王县长", "reason": "重要。"}
        assert bureau.post(f"/assignments/{watched[-1]}/mark", given, "supervisor").status_code == 200
    assert bureau.do(watched[0], "reply", REPLY).status_code == 200
    first = pages("/watched").text
    following = re.search(r'href="(/watched\?cursor=[^"]+)" rel="next"', first)[1]
    second = pages(following, "reviewer").text
    shown = [re.findall(r'href="/cases/([^"]+)" data-row', text) for text in (first, second)]
    assert [len(each) for each in shown] == [30, 1]
    assert shown[0] + shown[1] == [bureau.row(each)["opinion"] for each in watched[1:]]
    assert HOSTILE in unescape(first)
    assert "<script>x" not in first
    assert ("How it is watched" in first, "How it is watched" in second) == (True, False)
    assert pages("/watched?cursor=x").status_code in (200, 422)
    for who, status in (("water", 403), ("head-of-water", 403), (None, 401)):
        assert pages("/watched", who).status_code == status


@pytest.mark.slow
def test_what_was_opened_from_the_key_list_leads_to_its_neighbours_and_back_to_its_place(bureau, pages):
    watched = [bureau.accept(topic="rivers") for _ in range(32)]
    for each in watched:
        given = {"key": True, "leader": None, "reason": "重要。"}
        assert bureau.post(f"/assignments/{each}/mark", given, "supervisor").status_code == 200
    second = re.search(r'href="(/watched\?cursor=[^"]+)" rel="next"', pages("/watched").text)[1]
    place = "list=yes&" + second.partition("?")[2]
    opened = [unescape(each) for each in re.findall(r'href="(/watched/[^"]+)"', pages(second).text)]
    assert opened == [f"/watched/{each}?{place}" for each in watched[30:]]
    text = unescape(pages(opened[0]).text)
    assert [f'href="/watched/{watched[at]}?{place}" rel="{rel}"' in text for at, rel in ((29, "prev"), (31, "next"))] == [True] * 2
    assert f'href="/watched?{place}" data-up' in text
    form = {"is_key": "yes", "reason": "仍需督办。", **hidden(text.replace(f"?{place}", ""), "mark")}
    back = pages(f"/watched/{watched[30]}/mark?{place}&back=//evil.example", form=form).headers["Location"]
    assert back == f"/watched?{place}&about={watched[30]}"
    assert "Recorded how it is watched: " in pages(back).text
    assert (
        pages(f"/watched/{watched[31]}/raise?{place}", form={"raise-reason": "好。"})
        .headers["Location"]
        .startswith(f"/watched?{place}")
    )


def test_a_case_is_raised_to_the_next_level_until_there_is_none(bureau, pages):
    one, opinion = bureau.accept(), None
    for _ in range(4):
        text = pages(f"/watched/{one}").text
        if "/raise" not in text:
            break
        opinion = pages(f"/watched/{one}/raise", form={"raise-reason": "本级无法解决。"}).headers["Location"]
    assert opinion == f"/cases/{bureau.row(one)['opinion']}"
    assert bureau.row(one)["level"] == "city"
    answer = pages(f"/watched/{one}/raise", form={"raise-reason": HOSTILE})
    assert answer.status_code == 409
    assert HOSTILE in unescape(answer.text)
    assert "<script>x" not in answer.text


def test_what_is_wrong_is_told_beside_its_field_and_what_a_colleague_did_meanwhile_is_told_too(bureau, pages):
    one = bureau.accept()
    for verb, form, wrong in (
        ("mark", {"reason": "", "leader": "王县长"}, "reason"), ("mark", {"reason": "好。", "leader": "王" * 61}, "leader"),
        ("raise", {"raise-reason": "长" * 2001}, "raise-reason"),
    ):  # fmt: skip
        answer = pages(f"/watched/{one}/{verb}", form=form)
        assert (answer.status_code, f'id="{wrong}-mistake"' in answer.text) == (422, True)
        assert all(text in answer.text for text in form.values())
    old = hidden(pages(f"/watched/{one}").text, "mark")
    bureau.clock.instant = bureau.clock.instant.replace(microsecond=bureau.clock.instant.microsecond + 1)
    assert bureau.do(one, "sign").status_code == 200
    answer = pages(f"/watched/{one}/mark", form={"is_key": "yes", "reason": HOSTILE, **old})
    assert (answer.status_code, HOSTILE in unescape(answer.text)) == (409, True)
    assert not bureau.row(one)["key"]


def test_only_those_who_rule_say_how_a_case_is_watched(bureau, pages):
    one = bureau.accept()
    for who, status in (
        ("supervisor", 200),
        ("admin", 200),
        ("reviewer", 403),
        ("water", 403),
        ("head-of-water", 403),
        (None, 401),
    ):
        assert pages(f"/watched/{one}", who).status_code == status
        assert (f'href="/watched/{one}"' in pages(f"/fragments/routing/case/{bureau.row(one)['opinion']}", who).text) == (
            status == 200
        )
        if status != 200:
            assert pages(f"/watched/{one}/mark", who, {"reason": "好。"}).status_code == status
    assert pages("/watched/nothing").status_code == 404
    assert pages(f"/watched/{one}/mark").headers["Location"] == f"/watched/{one}"


@pytest.mark.slow
def test_departments_are_taken_in_beside_the_lead_and_out_again_each_for_a_reason(bureau, pages):
    one = bureau.accept()
    opinion = bureau.row(one)["opinion"]
    path = f"/watched/{one}/handlers"
    text = pages(path).text
    assert "No other department handles it" in text
    assert ('name="with-water"' in text, 'name="with-roads"' in text) == (False, True)
    form = {"with-roads": "yes", "with-schools": "yes", "handling": "joint", "reason": HOSTILE, **hidden(text, "handlers")}
    for _ in "pressed", "twice":
        answer = pages(path, form=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/cases/{opinion}")
    beside = bureau.beside(opinion)
    assert {code: (each["role"], each["state"]) for code, each in beside.items()} == {
        "roads": ("co_handler", "assigned"), "schools": ("co_handler", "assigned"),
    }  # fmt: skip
    text = pages(path).text
    assert ('name="with-roads"' in text, f'href="{path}"' in pages(f"/fragments/routing/case/{opinion}").text) == (False, True)
    roads = beside["roads"]["id"]
    form = {"out-reason": HOSTILE, **hidden(text.partition(roads)[2], "out")}
    assert pages(f"/watched/{roads}/out", form=form).headers["Location"] == f"/cases/{opinion}"
    assert (bureau.row(roads)["state"], bureau.said(opinion)[-1].data.reason) == ("released", HOSTILE)
    late = pages(f"/watched/{roads}/out", form={"out-reason": HOSTILE})
    assert (late.status_code, HOSTILE in unescape(late.text), "<script>x" in late.text) == (409, True, False)
    assert pages(f"/watched/{beside['schools']['id']}/handlers").status_code == 200


@pytest.mark.slow
def test_what_is_wrong_with_taking_departments_in_or_out_is_said_at_its_field_and_everything_typed_stays(bureau, pages):
    one = bureau.accept()
    path, old = f"/watched/{one}/handlers", hidden(pages(f"/watched/{one}/handlers").text, "handlers")
    for form, field in (
        ({"handling": "joint", "reason": "好。"}, "departments"), ({"with-roads": "yes", "handling": "joint"}, "reason"),
        ({"with-roads": "yes", "handling": "alone", "reason": "好。"}, "handling"),
        ({"with-moon": "yes", "handling": "joint", "reason": "好。"}, "departments"),
    ):  # fmt: skip
        answer = pages(path, form=form)
        assert (answer.status_code, f'id="{field}-mistake"' in answer.text, form.get("reason", "") in answer.text) == (
            422,
            True,
            True,
        )
        assert ('name="with-roads" value="yes" checked' in answer.text) == ("with-roads" in form)
    bureau.clock.instant = bureau.clock.instant.replace(microsecond=bureau.clock.instant.microsecond + 1)
    assert bureau.do(one, "sign").status_code == 200
    stale = pages(path, form={"with-roads": "yes", "handling": "separate", "reason": HOSTILE, **old})
    assert (stale.status_code, HOSTILE in unescape(stale.text), 'value="separate" checked' in stale.text) == (409, True, True)
    assert bureau.do(one, "reply", REPLY).status_code == 200
    ended = pages(path, form={"with-roads": "yes", "handling": "joint", "reason": HOSTILE})
    assert (ended.status_code, HOSTILE in unescape(ended.text)) == (409, True)
    assert len(bureau.leads(bureau.row(one)["opinion"])) == 1
    for who, status in (("admin", 200), ("reviewer", 403), ("water", 403), ("head-of-water", 403), (None, 401)):
        assert pages(path, who).status_code == status
        if status != 200:
            assert pages(path, who, {"reason": "好。"}).status_code == status
            assert pages(f"/watched/{one}/out", who, {"out-reason": "好。"}).status_code == status


def test_a_text_is_told_where_it_would_go_why_and_until_when(bureau, pages):
    assert '<section class="card" id="preview"' not in pages("/preview", "reviewer").text
    answer = pages("/preview", "reviewer", {"title": "河堤塌了一段", "content": HOSTILE, "topic": ""})
    assert answer.status_code == 200
    shown = re.search('<section class="card" id="preview".*?</section>', answer.text, re.DOTALL)[0]
    assert "河堤" in shown
    assert re.search("<dt>To .* by</dt>", shown)
    assert HOSTILE in unescape(answer.text)
    assert "<script>x" not in answer.text
    assert bureau.leads("anything") == []
    for title in ("", "河" * 121):
        refused = pages("/preview", form={"title": title, "content": HOSTILE})
        assert (refused.status_code, 'id="title-mistake"' in refused.text, HOSTILE in unescape(refused.text)) == (422, True, True)
    for who, status in (("water", 403), ("head-of-water", 403), (None, 401)):
        assert pages("/preview", who).status_code == status
        assert pages("/preview", who, {"title": "河堤"}).status_code == status
