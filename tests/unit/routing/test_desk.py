"""The desk of a department: its list, the forms of one assignment, and what becomes of what was typed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from services.contracts.commands import VERBS
from services.routing.domain.roles import LEAD
from services.routing.pages.desk.forms import BY_VERB, FORMS, labels_of
from services.routing.store.desks.desk import Place, Wanted, on_desk
from tests.unit.routing.bureau import PLANNED, REPLY

HOSTILE = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)> {{7*7}} <!--#include virtual="/x" -->'
PLANNED_FORM = {"content": "好。", "outcome": "planned", "promise-what": "修"}


@pytest.fixture
def pages(bureau):
    return bureau.pages("water", "en")


def filled(verb, **values):
    return {f"{verb}-{name.replace('__', '-')}": text for name, text in values.items()}


def later(bureau, time):
    bureau.clock.instant += time


def titles(page):
    return re.findall(r"data-row>([^<]+)</a>", page.text)


def test_every_verb_has_a_form_whose_fields_are_those_of_the_api():
    assert {form.verb for form in FORMS} == set(VERBS)
    for verb, shape in VERBS.items():
        asked = {field.name.partition(".")[0] for field in BY_VERB[verb].fields}
        assert asked == set(shape.__struct_fields__), verb


@pytest.mark.slow
def test_a_desk_shows_what_its_department_has_in_hand_the_next_answer_due_first(bureau, pages):
    first, other = bureau.accept("先到的河堤"), bureau.accept("路灯不亮", topic="lamps")
    later(bureau, timedelta(days=2))
    second, done = bureau.accept("后到的河堤"), bureau.accept("已答复的河堤")
    assert bureau.do(done, "reply", REPLY).status_code == 200
    assert bureau.row(other)["department"] != "water"
    assert titles(pages("/desk")) == ["先到的河堤", "后到的河堤"]
    later(bureau, timedelta(days=40))
    page = pages("/desk?due=overdue")
    assert titles(page) == ["先到的河堤", "后到的河堤"]
    assert re.search(r'badge bad">overdue by \d+ working days', page.text)
    assert bureau.do(first, "sign").status_code == 200
    assert titles(pages("/desk?state=signed")) == ["先到的河堤"]
    assert titles(pages("/desk?state=assigned,reopened")) == ["后到的河堤"]
    assert titles(pages("/desk?key=true")) == []
    assert pages("/desk?state=moon").status_code == 422
    assert bureau.row(second)["department"] == "water"


@pytest.mark.slow
def test_pages_of_a_desk_and_neighbours_follow_the_same_order_and_filter(bureau):
    ids = [bureau.accept(f"第 {number} 段河堤") for number in range(7)]
    for signed in ids[1::2]:
        bureau.do(signed, "sign")
    due = [(bureau.row(each)["reply_by"], each) for each in ids]
    wanted = Wanted("water")
    with bureau.database.reading() as connection:
        whole = [each.id for each in on_desk(connection, wanted, None, 50)]
        assert whole == [each for _, each in sorted(due)]
        for at, each in sorted(due):
            behind = [found.id for found in on_desk(connection, wanted, Place(at, each), 50)]
            before = [found.id for found in on_desk(connection, wanted, Place(at, each), 50, back=True)]
            assert (before[::-1], behind) == (whole[: whole.index(each)], whole[whole.index(each) + 1 :])
        signed_only = Wanted("water", states=("signed",))
        assert {each.id for each in on_desk(connection, signed_only, None, 50)} == set(ids[1::2])


@pytest.mark.slow
def test_one_signs_for_one_for_those_chosen_and_for_all_of_a_page_and_is_told_what_failed(bureau, pages):
    ids = [bureau.accept(f"第 {number} 段河堤") for number in range(4)]
    answer = pages("/desk/sign?state=assigned", form={"one": ids[0], "assignment": ids[1]})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk?state=assigned&did=sign&count=1")
    assert "Signed for: 1" in pages(answer.headers["Location"]).text
    assert [bureau.row(each)["state"] for each in ids[:2]] == ["signed", "assigned"]
    bureau.do(ids[3], "reply", REPLY)
    answer = pages("/desk/sign", form={"all": ",".join([*ids[1:], "nothing"])})
    page = pages(answer.headers["Location"])
    assert "Signed for: 2" in page.text
    assert f'<a href="/desk/{ids[3]}">第 3 段河堤</a>' in page.text
    assert {bureau.row(each)["state"] for each in ids[:3]} == {"signed"}
    # A second press finds all of it done, but for what failed; what no store can keep of an address is left out of it.
    again = pages("/desk/sign", form={"all": ",".join(ids[1:])})
    assert again.headers["Location"] == f"/desk?did=sign&count=2&failed={ids[3]}"
    assert pages("/desk/sign", form={"assignment": f"\0{ids[0]}"}).headers["Location"] == "/desk?did=sign&count=1"
    other = bureau.accept("路灯不亮", topic="lamps")
    assert "路灯不亮" not in pages(pages("/desk/sign", form={"assignment": other}).headers["Location"]).text
    assert bureau.row(other)["state"] == "assigned"


@pytest.mark.slow
def test_an_answer_with_a_promise_and_demand_by_demand_goes_out_as_the_api_would_send_it(bureau, pages):
    one = bureau.accept()
    more = pages(f"/desk/{one}/reply", form=filled("reply", content="两件事。") | {"more": "yes", "demands": "0"})
    assert more.status_code == 200
    assert "两件事。</textarea>" in more.text
    assert 'name="reply-items-0-demand"' in more.text
    due = bureau.clock.now().date() + timedelta(days=30)
    form = filled(
        "reply", content="分两步。", outcome="planned", promise__what="换管道", promise__due=str(due), promise__who="水务站"
    )
    form |= filled("reply", items__0__demand="水压", items__0__content="已列入。", items__0__outcome="planned")
    answer = pages(f"/desk/{one}/reply?state=assigned", form=form | {"demands": "2", "key": "k" * 24})
    assert answer.headers["Location"] == f"/desk?state=assigned&did=reply&about={one}"
    row = bureau.row(one)
    assert (row["state"], row["outcome"]) == ("replied", "planned")
    (promise,) = bureau.promises(one)
    assert (promise.what, promise.who, promise.due.date()) == ("换管道", "水务站", due)
    page = pages(answer.headers["Location"])
    assert "Answered: 河堤塌了一段" in page.text
    # A second press of the same form is the same answer.
    again = pages(f"/desk/{one}/reply?state=assigned", form=form | {"demands": "2", "key": "k" * 24})
    assert again.status_code == 303
    assert len(bureau.promises(one)) == 1


@pytest.mark.parametrize(
    ("verb", "form", "wrong"),
    [
        ("reply", {"content": "好。"}, "reply-outcome"),
        ("reply", {"content": "好。", "outcome": "planned"}, "reply-promise-what"),
        (
            "reply",
            {"content": "好。", "outcome": "planned", "promise-what": "修", "promise-due": "2001-01-01"},
            "reply-promise-due",
        ),
        ("reply", {"content": "好。", "outcome": "planned", "promise-what": "修", "promise-due": "明天"}, "reply-promise-due"),
        ("reply", {"content": "好。", "outcome": "great"}, "reply-outcome"),
        ("reply", {"content": "", "outcome": "solved"}, "reply-content"),
        ("progress", {"content": ""}, "progress-content"),
        ("progress", {"content": "在办。", "contact": "pigeon"}, "progress-contact"),
        ("object", {"reason": "不归我们。", "department": ""}, "object-department"),
        ("object", {"reason": "不归我们。", "department": "water"}, "object-department"),
        ("object", {"reason": "", "department": "petitions"}, "object-reason"),
        ("extend", {"reason": "材料未到。", "until": ""}, "extend-until"),
        ("extend", {"reason": "材料未到。", "until": "2999-01-01"}, "extend-until"),
        ("pause", {"reason": "", "until": ""}, "pause-reason"),
        ("pause", {"reason": "请补充。", "until": "2001-01-01"}, "pause-until"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_typed_is_lost(bureau, pages, verb, form, wrong):
    one = bureau.accept()
    before = bureau.row(one)
    given = {f"{verb}-{name}": text for name, text in form.items()}
    answer = pages(f"/desk/{one}/{verb}", form=given)
    assert answer.status_code == 422
    assert f'id="{wrong}-mistake"' in answer.text
    assert f'href="#{wrong}"' in answer.text
    for name, text in form.items():
        assert not text or name in ("outcome", "department", "contact") or text in answer.text
    assert bureau.row(one) == before


def test_two_on_one_case_are_told_and_neither_overwrites_the_other(bureau, pages):
    one = bureau.accept()
    version = re.search(r'name="version" value="([0-9a-f]+)"', pages(f"/desk/{one}").text)[1]
    later(bureau, timedelta(minutes=1))
    assert bureau.do(one, "progress", {"content": "同事写的。"}).status_code == 200
    form = filled("reply", content="我写了很久。", outcome="solved") | {"version": version}
    answer = pages(f"/desk/{one}/reply", form=form)
    assert answer.status_code == 409
    assert "Somebody else did something with it" in answer.text
    assert "我写了很久。</textarea>" in answer.text
    assert bureau.row(one)["state"] == "assigned"
    newer = re.search(r'name="version" value="([0-9a-f]+)"', answer.text)[1]
    assert pages(f"/desk/{one}/reply", form=form | {"version": newer}).status_code == 303
    # What cannot be done any more keeps what was typed, too.
    late = pages(f"/desk/{one}/reply", form=filled("reply", content="又写了一遍。", outcome="solved"))
    assert late.status_code == 409
    assert "又写了一遍。</textarea>" in late.text


@pytest.mark.slow
def test_every_form_that_is_shown_can_be_sent_and_does_what_it_says(bureau, pages):
    until = lambda one: str((bureau.row(one)["reply_by"] + timedelta(days=1)).date())  # noqa: E731
    acts = {
        "sign": (lambda _: {}, "signed"),
        "progress": (lambda _: {"content": "在办。", "contact": "phone"}, "assigned"),
        "pause": (lambda _: {"reason": "哪一段？"}, "paused"),
        "object": (lambda _: {"reason": "不归我们。", "department": "petitions"}, "objected"),
        "extend": (lambda one: {"reason": "材料未到。", "until": until(one)}, "assigned"),
        "reply": (lambda _: {"content": "已修好。", "outcome": "solved"}, "replied"),
    }
    for verb, (form, state) in acts.items():
        one = bureau.accept()
        assert f'action="/desk/{one}/{verb}"' in pages(f"/desk/{one}").text, verb
        answer = pages(f"/desk/{one}/{verb}", form={f"{verb}-{name}": text for name, text in form(one).items()})
        assert answer.status_code == 303, (verb, answer.text)
        assert bureau.row(one)["state"] == state
    paused = next(each["id"] for number in range(1, 20) for each in bureau.leads(f"o-{number}") if each["state"] == "paused")
    assert pages(f"/desk/{paused}/resume", form={}).status_code == 303
    assert bureau.row(paused)["state"] == "signed"
    kept = bureau.accept()
    bureau.do(kept, "reply", PLANNED)
    assert pages(f"/desk/{kept}/keep", form=filled("keep", evidence="换好了。")).status_code == 303
    assert bureau.promises(kept)[0].state == "kept"


@pytest.mark.slow
def test_a_draft_is_handed_to_the_head_who_decides_on_it_and_does_nothing_else(bureau, pages):
    one = bureau.let_in("o-heads", department="gas")["id"]
    answer = pages(f"/desk/{one}/reply", "gas", filled("reply", content="拟答复。", outcome="solved"))
    assert "Handed to the head" in pages(answer.headers["Location"], "gas").text
    assert titles(pages("/desk?state=drafted", "head-of-gas")) == ["河堤塌了一段"]
    page = pages(f"/desk/{one}", "head-of-gas")
    assert "拟答复。" in page.text
    assert set(re.findall(r'action="([^"]+)"', page.text)) == {f"/approvals/{one}/approve", f"/approvals/{one}/amend"}
    for verb in VERBS:
        assert pages(f"/desk/{one}/{verb}", "head-of-gas", {}).status_code == 403
    assert pages("/desk/sign", "head-of-gas", {"one": one}).status_code == 403
    assert "/approvals/" not in pages(f"/desk/{one}", "gas").text


def test_a_department_beside_the_lead_gives_its_opinion_without_an_outcome(bureau, pages):
    lead = bureau.let_in("o-joint", topic=None, co_handlers=("petitions",), department="water")["id"]
    part = bureau.beside("o-joint")["petitions"]["id"]
    page = pages(f"/desk/{part}", "petitions")
    assert ["/cases/o-joint/photos" in each.text for each in (pages(f"/desk/{lead}", "water"), page)] == [True, False]
    assert 'name="reply-outcome"' not in page.text
    assert pages(f"/desk/{part}/reply", "petitions", filled("reply", content="我们的意见。")).status_code == 303
    assert bureau.row(part)["state"] == "advised"
    assert bureau.row(part)["role"] != LEAD


def test_nobody_sees_or_moves_what_is_another_departments(bureau, pages):
    one = bureau.accept()
    answers = {
        "petitions": (404, 403),
        "head-of-petitions": (404, 403),
        "reviewer": (403, 403),
        "admin": (403, 403),
        None: (401, 401),
    }
    for who, statuses in answers.items():
        sent = pages(f"/desk/{one}/reply", who, filled("reply", content="别人的。", outcome="solved"))
        assert (pages(f"/desk/{one}", who).status_code, sent.status_code) == statuses
        assert bureau.row(one)["state"] == "assigned"
    assert pages(f"/desk/{one}/dance", form={}).status_code == 404
    assert pages("/desk/nothing").status_code == 404
    assert pages(f"/desk/{one}/reply").headers["Location"] == f"/desk/{one}"


def test_what_people_wrote_is_text(bureau, pages):
    one = bureau.accept(HOSTILE, f"河堤{HOSTILE}")
    wrong = pages(f"/desk/{one}/reply", form=filled("reply", content=HOSTILE))
    for page in (pages("/desk"), pages(f"/desk/{one}"), wrong, pages(f"/desk?cursor={HOSTILE}")):
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "<!--#include" not in page.text


def test_a_form_names_each_of_its_fields_once():
    names = [name for form in FORMS for name in labels_of(form, 3)]
    assert len(names) == len(set(names))
