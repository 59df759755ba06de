"""The page on which supervisors rule: one reason and one press, and what was typed is not lost."""

from __future__ import annotations

import re

import pytest

OBJECTION = {"reason": "这段河堤归公路站。", "department": "roads"}


@pytest.fixture
def pages(bureau):
    return bureau.pages("supervisor", "en")


def objected(bureau, who="water"):
    one = bureau.accept()
    assert bureau.do(one, "object", OBJECTION, who).status_code == 200
    return one


def asked(bureau):
    one = bureau.accept()
    due = bureau.row(one)["reply_by"]
    until = bureau.catalogue.calendar.due(due, bureau.catalogue.difficulties["ordinary"].deadlines["extension"]).at
    assert bureau.do(one, "extend", {"until": until.isoformat(), "reason": "材料未到。"}).status_code == 200
    return one


@pytest.mark.slow
def test_an_objection_is_upheld_where_it_was_proposed_elsewhere_or_denied(bureau, pages):
    for given, state, department in (
        ({"granted": "yes"}, "reassigned", "roads"),
        ({"granted": "yes", "department": "schools"}, "reassigned", "schools"),
        ({"granted": "no", "department": "schools"}, "assigned", "water"),
    ):
        one = objected(bureau)
        text = pages("/rulings").text
        assert "这段河堤归公路站。" in text
        answer = pages(f"/rulings/{one}/objection", form={"reason": "依职责清单。", **given})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/rulings?did={one}")
        assert bureau.row(one)["state"] == state
        assert bureau.lead(bureau.row(one)["opinion"])["department"] == department
        assert "Ruled on." in pages(answer.headers["Location"]).text
    assert "Nothing waits for a ruling" in pages("/rulings").text


@pytest.mark.slow
def test_the_link_of_a_case_leads_to_it_however_many_wait_before_it(bureau, pages):
    last = [objected(bureau) for _ in range(22)][-1]
    part = pages(f"/fragments/routing/case/{bureau.row(last)['opinion']}").text
    path, _, place = re.search(r'href="(/rulings[^"]+)"', part)[1].partition("#")
    page = pages(path).text
    assert re.findall(r'id="(asked-[^"]+)"', page) == [place] == [f"asked-{last}-objection"]
    assert '<a href="/rulings">To the first page</a>' in page
    assert f'id="{place}"' not in pages("/rulings").text


@pytest.mark.slow
def test_a_ruling_leads_back_to_the_page_of_the_list_where_it_was_given(bureau, pages):
    waiting = [objected(bureau) for _ in range(22)]
    second = re.search(r'href="(/rulings\?cursor=[^"]+)" rel="next"', pages("/rulings").text)[1]
    place = second.partition("?")[2]
    assert f'action="/rulings/{waiting[20]}/objection?{place}"' in pages(second).text
    wrong = pages(f"/rulings/{waiting[20]}/objection?{place}", form={"granted": "yes", "reason": ""})
    assert [f'id="asked-{each}-objection"' in wrong.text for each in waiting[19:]] == [False, True, True]
    back = pages(f"/rulings/{waiting[20]}/objection?{place}", form={"granted": "yes", "reason": "依职责清单。"}).headers["Location"]
    assert back == f"/rulings?{place}&did={waiting[20]}"
    assert re.findall('id="asked-([^"]+)-objection"', pages(back).text) == [waiting[21]]


def test_more_time_is_granted_or_refused(bureau, pages):
    granted, refused = asked(bureau), asked(bureau)
    before = bureau.row(granted)["reply_by"]
    assert "材料未到。" in pages("/rulings").text
    for one, said in ((granted, "yes"), (refused, "no")):
        assert pages(f"/rulings/{one}/extension", form={"reason": "可以。", "granted": said}).status_code == 303
    assert bureau.row(granted)["reply_by"] > before
    assert bureau.row(refused)["reply_by"] == before
    assert bureau.row(refused)["asked_until"] is None


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"granted": "yes", "reason": ""}, "reason"),
        ({"granted": "no", "reason": "长" * 2001}, "reason"),
        ({"granted": "yes", "reason": "依职责清单。", "department": "moon"}, "department"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_typed_is_lost(bureau, pages, form, wrong):
    one = objected(bureau)
    answer = pages(f"/rulings/{one}/objection", form=form)
    assert answer.status_code == 422
    assert f'id="{wrong}-{one}-objection-mistake"' in answer.text
    assert f"{form['reason']}</textarea>" in answer.text
    assert bureau.row(one)["state"] == "objected"


def test_what_somebody_else_ruled_on_first_is_told_and_the_reason_is_kept(bureau, pages):
    one = objected(bureau)
    version = re.search(r'name="version" value="([0-9a-f]+)"', pages("/rulings").text)[1]
    assert bureau.rule(one, "objection", False).status_code == 200
    answer = pages(f"/rulings/{one}/objection", form={"reason": "我的理由。", "granted": "yes", "version": version})
    assert answer.status_code == 409
    assert "does not wait for a ruling any more" in answer.text
    assert "我的理由。" in answer.text
    assert bureau.row(one)["state"] == "assigned"


@pytest.mark.slow
def test_both_requests_of_one_case_stand_on_the_page_and_a_page_has_at_most_twenty_cases(bureau, pages):
    one = asked(bureau)
    assert bureau.do(one, "object", OBJECTION).status_code == 200
    text = pages("/rulings").text
    assert set(re.findall(rf'action="/rulings/{one}/(\w+)"', text)) == {"objection", "extension"}
    ids = [objected(bureau) for _ in range(21)]
    first = pages("/rulings").text
    following = re.search(r'href="(/rulings\?cursor=[^"]+)"', first)[1]
    second = pages(following).text
    shown = [set(re.findall(r'action="/rulings/([^/]+)/objection[?"]', text)) for text in (first, second)]
    assert not shown[0] & shown[1]
    assert shown[0] | shown[1] == {one, *ids}


def test_only_those_who_rule_see_the_page_and_unknown_cases_are_told(bureau, pages):
    one = objected(bureau)
    for who, status in (("water", 403), ("reviewer", 403), ("head-of-water", 403), (None, 401), ("admin", 200)):
        assert pages("/rulings", who).status_code == status
    for who in ("water", "reviewer"):
        assert pages(f"/rulings/{one}/objection", who, {"reason": "我们自己来。", "granted": "yes"}).status_code == 403
    assert bureau.row(one)["state"] == "objected"
    assert pages("/rulings/nothing/objection", form={"reason": "依职责清单。", "granted": "yes"}).status_code == 404
    assert pages(f"/rulings/{one}/weather", form={"reason": "依职责清单。", "granted": "yes"}).status_code == 422
    assert pages(f"/rulings/{one}/objection").headers["Location"] == "/rulings"
