"""What becomes public: with consent and release only, masked, part by part; and it goes at once when it is to go."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from services.intake.domain.publication.publishing import CONSENT_WITHDRAWN_ENTRY, RELEASED_ENTRY, WITHHELD_ENTRY
from services.intake.handlers.merging import merge
from services.intake.handlers.submitter import withdraw
from services.intake.pages.publication import releasing
from services.intake.store.publication.publications import copy_of
from services.intake.store.tables import public_parts, publications
from tests.unit.intake.harness import Routing
from tests.unit.intake.whole_case import MARKERS, live_through, open_case

PERSON = {"kind": "citizen", "name": "钱小多", "phone": "13700000001"}
TOLD = {
    "title": "找钱小多反映路灯",
    "content": "路灯坏了，电话13700000001，找钱小多。",
    "submitter": PERSON,
    "visibility": "public",
}


def told(harness, **fields):
    """A case of a submitter who agrees that it becomes public, and what routing says of it."""
    taken = harness.submit(**{**TOLD, **fields})
    routing = Routing(taken.id, harness.clock.now())
    harness.consume(routing.created())
    return taken, routing


def prepared(harness, opinion):
    answer = harness.get(f"/publications/{opinion}", "reviewer")
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def copy_for(harness, opinion):
    """The copy that the rules have made, with all parts."""
    made = prepared(harness, opinion)
    parts = [{"entry": part["entry"], "content": part["masked"]} for part in made["parts"]]
    return {"title": made["masked_title"], "content": made["masked_content"], "parts": parts}


def release(harness, opinion, who="reviewer", **changed):
    return harness.post(f"/publications/{opinion}/release", {**copy_for(harness, opinion), **changed}, who)


def public(harness, opinion):
    with harness.database.reading() as connection:
        return copy_of(connection, opinion)


def rows(harness):
    with harness.database.reading() as connection:
        return [
            connection.execute(sa.select(sa.func.count()).select_from(each)).scalar_one() for each in (publications, public_parts)
        ]


def waiting(harness):
    return [item["id"] for item in harness.get("/publications", "reviewer").get_json()["items"]]


@pytest.mark.slow
def test_the_page_of_an_opinion_and_what_is_decided_there_lead_back_to_where_it_was_opened(harness, monkeypatch):
    monkeypatch.setattr(releasing, "A_PAGE", 1)
    first, second, third = (told(harness, title=title)[0].id for title in ("一", "二", "三"))
    who = {"Authorization": "Bearer reviewer"}

    def opened(address):
        return harness.client.get(address, headers=who).text

    (later,) = re.findall(r'href="([^"]+)" rel="next"', opened("/publications"))
    (address,) = re.findall(r'href="([^"]+)" data-row', opened(later))
    assert address == later.replace("?", f"/{second}?")
    page = opened(address)
    assert f'href="{later}"' in page
    acts = re.findall(r'action="(/publications[^"]+)" method="post"', page)
    assert acts == [address, later.replace("?", f"/{second}/withhold?")]
    assert harness.client.post(acts[1], data={"reason": ""}, headers=who).status_code == 422
    assert harness.client.post(acts[1], data={"reason": "不宜公开"}, headers=who).headers["Location"] == later
    assert f"/publications/{third}?" in opened(later)
    last = later.replace("?", f"/{third}/withhold?")
    assert harness.client.post(last, data={"reason": "不宜公开"}, headers=who).headers["Location"] == later
    assert harness.client.get(later, headers=who).headers["Location"] == "/publications"
    assert waiting(harness) == [first]


def test_a_copy_is_made_without_what_is_known_of_its_persons(harness):
    taken, routing = told(harness)
    harness.consume(routing.replied("已修好，联系人：李大同，0577-62510000。"))
    made = prepared(harness, taken.id)
    assert (made["title"], made["masked_title"]) == (TOLD["title"], "找钱某某反映路灯")
    assert made["masked_content"] == "路灯坏了，电话〔个人信息〕，找钱某某。"
    (part,) = made["parts"]
    assert (part["what"], part["department"], part["released"]) == ("assignment.replied", "water", False)
    assert part["masked"] == "已修好，联系人：李某某，〔电话〕。"


def test_a_copy_is_made_without_the_house_where_it_is(harness):
    taken, routing = told(harness, content="和平路9号没有路灯", location={"address": "城东区和平路9号"})
    harness.consume(routing.replied("路灯装在和平路9号门口。"))
    made = prepared(harness, taken.id)
    assert (made["masked_content"], made["parts"][0]["masked"]) == ("〔住址〕没有路灯", "路灯装在〔住址〕门口。")


def test_what_a_reviewer_releases_is_public_as_it_was_edited(harness):
    taken, routing = told(harness)
    harness.consume(routing.replied())
    answer = release(harness, taken.id, title="路灯不亮")
    assert (answer.status_code, answer.get_json()) == (200, {"id": taken.id, "publication": "released"})
    copy = public(harness, taken.id)
    assert (copy.title, copy.content) == ("路灯不亮", "路灯坏了，电话〔个人信息〕，找钱某某。")
    assert [(part.department, part.content, part.outcome) for part in copy.parts] == [("water", "已修好。", "solved")]
    assert harness.row(taken.id)["published"] == copy.number
    assert prepared(harness, taken.id)["masked_title"] == "路灯不亮"
    assert RELEASED_ENTRY in [line["what"] for line in harness.timeline(taken.id)]
    assert harness.get(f"/opinions/{taken.id}", "reviewer").get_json()["publication"] == "released"


@pytest.mark.parametrize("visibility", ["department", "congress"])
def test_nothing_is_public_without_the_submitter_s_consent(harness, visibility):
    taken, _ = told(harness, visibility=visibility)
    assert release(harness, taken.id).status_code == 409
    assert harness.post(f"/publications/{taken.id}/withhold", {"reason": "不宜公开"}, "reviewer").status_code == 409
    assert waiting(harness) == []
    assert rows(harness) == [0, 0]


@pytest.mark.parametrize("state", ["submitted", "returned", "declined", "merged", "withdrawn"])
def test_nothing_is_public_that_is_not_let_in(harness, state):
    taken, _ = told(harness)
    harness.set_state(taken.id, state)
    assert waiting(harness) == []
    assert release(harness, taken.id).status_code == 409


@pytest.mark.parametrize("who", ["supervisor", "scraper", "water", "petitions", None])
def test_only_the_office_s_reviewers_decide(harness, who):
    taken, _ = told(harness)
    for path in ("/publications", f"/publications/{taken.id}"):
        assert harness.get(path, who).status_code in (401, 403)
    assert release(harness, taken.id, who).status_code in (401, 403)
    assert harness.post(f"/publications/{taken.id}/withhold", {"reason": "不宜"}, who).status_code in (401, 403)


@pytest.mark.parametrize("left", ["13800138000", "wang@example.org", "浙C12345", "33030219900101123X", "6222021234567890123"])
@pytest.mark.parametrize("place", ["title", "content", "part"])
def test_what_may_never_be_public_is_not_released_even_where_a_reviewer_wrote_it(harness, place, left):
    taken, routing = told(harness)
    harness.consume(routing.replied())
    copy = copy_for(harness, taken.id)
    if place == "part":
        copy["parts"][0]["content"] = left
    else:
        copy[place] = left
    answer = harness.post(f"/publications/{taken.id}/release", copy, "reviewer")
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == [place if place != "part" else f"parts.{copy['parts'][0]['entry']}"]
    assert rows(harness) == [0, 0]


def test_a_part_is_of_this_case_and_named_once(harness):
    taken, routing = told(harness)
    harness.consume(routing.replied())
    ((entry),) = [part["entry"] for part in copy_for(harness, taken.id)["parts"]]
    for parts in ([{"entry": 99_999, "content": "x"}], [{"entry": entry, "content": "a"}, {"entry": entry, "content": "b"}]):
        assert release(harness, taken.id, parts=parts).status_code == 422


@pytest.mark.slow
def test_each_reply_is_released_on_its_own_and_a_new_one_waits_for_the_office(harness):
    taken, routing = told(harness)
    assert waiting(harness) == [taken.id]
    release(harness, taken.id)
    assert waiting(harness) == []
    harness.consume(routing.replied("第一次答复。"))
    assert waiting(harness) == [taken.id]
    assert public(harness, taken.id).parts == ()
    release(harness, taken.id)
    harness.consume(routing.reopened(), routing.replied("第二次答复。"))
    assert [part["released"] for part in prepared(harness, taken.id)["parts"]] == [True, False]
    assert [part.content for part in public(harness, taken.id).parts] == ["第一次答复。"]
    release(harness, taken.id)
    assert [part.content for part in public(harness, taken.id).parts] == ["第一次答复。", "第二次答复。"]
    release(harness, taken.id, parts=[])
    assert public(harness, taken.id).parts == ()
    assert waiting(harness) == []


@pytest.mark.slow
def test_all_that_departments_say_to_the_submitter_can_be_released_and_nothing_else(harness):
    case = open_case(harness, visibility="public", **MARKERS)
    live_through(harness, case)
    made = prepared(harness, case.id)
    assert [(part["what"], part["department"]) for part in made["parts"]] == [
        ("assignment.replied", "water"), ("promise.made", "water"), ("assignment.advised", "petitions"), ("promise.made", "water"),
    ]  # fmt: skip
    assert made["parts"][0]["content"].startswith("正在修。\n\n修河堤\n雨季前修完。")
    assert "路面由我们恢复" not in str(made["parts"])


@pytest.mark.slow
def test_what_is_withheld_is_not_public_and_its_submitter_reads_why(harness):
    taken, routing = told(harness)
    release(harness, taken.id)
    answer = harness.post(f"/publications/{taken.id}/withhold", {"reason": "涉及他人隐私。"}, "reviewer")
    assert answer.get_json() == {"id": taken.id, "publication": "withheld"}
    assert rows(harness) == [0, 0]
    (line,) = [line for line in harness.timeline(taken.id) if line["what"] == WITHHELD_ENTRY]
    assert (line["facts"], line["audience"]) == ({"reason": "涉及他人隐私。"}, None)
    assert "涉及他人隐私。" in harness.client.get(f"/receipts/{taken.receipt}").text
    assert waiting(harness) == []
    harness.consume(routing.replied())
    assert waiting(harness) == [taken.id]


def erase(harness, taken, **body):
    assert harness.post(f"/opinions/{taken.id}/erasure", body, "admin").status_code == 200


GOES = {
    "withdrawn by its submitter": lambda harness, taken: harness.do(withdraw, taken.receipt, None),
    "merged into another": lambda harness, taken: harness.do(merge, harness.catalogue, taken.id, harness.submit().id),
    "its persons erased": erase,
    "its words erased": lambda harness, taken: erase(harness, taken, content=True),
    "erased by receipt": lambda harness, taken: harness.post(f"/receipts/{taken.receipt}/erasure", {}, "admin"),
}


@pytest.mark.parametrize("how", GOES)
def test_it_is_gone_from_the_public_at_once(harness, how):
    taken, _ = told(harness)
    release(harness, taken.id)
    assert rows(harness) == [1, 0]
    kept = harness.client.get(f"/public/opinions/{taken.id}")
    assert kept.headers["Cache-Control"] == "public, no-cache", "nobody shows it again without asking"
    GOES[how](harness, taken)
    again = harness.client.get(f"/public/opinions/{taken.id}", headers={"If-None-Match": kept.headers["ETag"]})
    assert again.status_code == 404
    assert rows(harness) == [0, 0]
    row = harness.row(taken.id)
    assert (row["publication"], row["published"]) == (None, None)


def test_a_case_whose_persons_are_erased_for_its_age_stays_public_because_the_copy_names_nobody(harness):
    taken, routing = told(harness)
    harness.consume(routing.replied(), routing.concluded())
    release(harness, taken.id)
    assert harness.post("/retention", {"days": 1, "limit": 10, "erase": True}, "admin").get_json()["persons"] == 0
    harness.clock.instant = routing.now.replace(year=routing.now.year + 1)
    assert harness.post("/retention", {"days": 30, "limit": 10, "erase": True}, "admin").get_json()["persons"] == 1
    assert rows(harness) == [1, 1]


def test_an_opinion_that_is_not_there_cannot_be_decided_on(harness):
    body = {"title": "x", "content": "y"}
    assert harness.get("/publications/nowhere", "reviewer").status_code == 404
    assert harness.post("/publications/nowhere/release", body, "reviewer").status_code == 404


def test_consent_is_taken_back_with_the_receipt_and_what_is_public_goes_at_once(harness):
    taken, _ = told(harness)
    release(harness, taken.id)
    shown = harness.get(f"/receipts/{taken.receipt}").get_json()
    assert "consent" in shown["may"]
    assert harness.client.get(f"/receipts/{taken.receipt}/consent/withdrawal").status_code == 303
    answer = harness.client.post(f"/receipts/{taken.receipt}/consent/withdrawal")
    assert answer.headers["Location"] == f"/receipts/{taken.receipt}#happened"
    assert public(harness, taken.id) is None
    assert (harness.row(taken.id)["visibility"], harness.row(taken.id)["published"]) == ("department", None)
    assert harness.get(f"/public/opinions/{taken.id}").status_code == 404
    assert CONSENT_WITHDRAWN_ENTRY in [line["what"] for line in harness.timeline(taken.id)]
    assert harness.get("/publications", "reviewer").get_json()["items"] == []
    copy = {"title": "路灯", "content": "路灯", "parts": []}
    assert harness.post(f"/publications/{taken.id}/release", copy, "reviewer").status_code == 409
    assert "consent" not in harness.get(f"/receipts/{taken.receipt}").get_json()["may"]
    assert harness.post(f"/receipts/{taken.receipt}/consent/withdrawal").status_code == 409
    assert harness.client.post(f"/receipts/{taken.receipt}/consent/withdrawal").status_code == 409


def test_a_cosigner_takes_nobody_s_consent_back(harness):
    taken = harness.submit(**TOLD, cosigners=({"kind": "citizen", "name": "李四"},))
    (theirs,) = taken.cosigners
    assert "consent" not in harness.get(f"/receipts/{theirs}").get_json()["may"]
    assert harness.post(f"/receipts/{theirs}/consent/withdrawal").status_code == 403
    assert harness.row(taken.id)["visibility"] == "public"
