"""The desk of deputies, stations, informants and the presidium, on a phone's terms: one press for each step, no script needed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.unit.intake.harness import Routing
from tests.unit.intake.test_entrusted_http import VOTER, desk, opinion, tell  # noqa: F401 (fixtures)
from tests.unit.intake.test_publishing import release


@pytest.fixture
def press(desk):  # noqa: F811
    """Sends a form of a page; gives the status and the text."""

    def send(who, path, **form):
        answer = desk.client.post(path, data=form, headers={"Authorization": f"Bearer {who}"})
        return answer.status_code, answer.text

    return send


def page(desk, who, path="/entrusted"):  # noqa: F811
    answer = desk.client.get(path, headers={"Authorization": f"Bearer {who}"})
    return answer.status_code, answer.text


@pytest.mark.slow
def test_a_deputy_takes_up_and_feeds_back_with_one_press_each(desk, opinion, press):  # noqa: F811
    tell(desk, opinion, "entrust", "station", deputy="wang")
    assert f'action="/entrusted/{opinion}/take"' in page(desk, "wang")[1]
    assert press("wang", f"/entrusted/{opinion}/take")[0] == 303
    text = page(desk, "wang")[1]
    assert f'action="/entrusted/{opinion}/take"' not in text
    assert "办理中" in text
    routing = Routing(opinion, desk.clock.now())
    desk.consume(routing.created(), routing.signed(), routing.replied("换了灯。"))
    assert re.search(rf'action="/entrusted/{opinion}/feedback".*?name="how" value="visit"', page(desk, "wang")[1], re.DOTALL)
    one = page(desk, "wang", f"/entrusted/{opinion}")[1]
    assert "换了灯。" in one
    assert VOTER["phone"] in one
    assert press("wang", f"/entrusted/{opinion}/feedback", how="visit")[0] == 303
    assert opinion not in page(desk, "wang")[1]
    assert "人大代表已反馈" in desk.client.get(f"/receipts/{desk.row(opinion)['receipt']}").text


def test_what_waits_is_counted_where_those_who_sign_in_begin(desk, opinion):  # noqa: F811
    def waiting(who):
        return dict(re.findall(r'duty=(\w+)"><strong>(\d+)</strong>', page(desk, who, "/fragments/intake/office/entrusted")[1]))

    before = {who: waiting(who) for who in ("wang", "station", "informant", "supervisor")}
    assert [list(counted) for counted in before.values()] == [
        ["take", "feedback", "relay", "pass"], ["take"], ["relay", "pass"], ["relay"],
    ]  # fmt: skip
    tell(desk, opinion, "entrust", "station", deputy="wang")
    tell(desk, opinion, "relay", "informant", deputy="wang")
    assert waiting("wang") == {**before["wang"], **{duty: str(int(before["wang"][duty]) + 1) for duty in ("take", "relay")}}
    tell(desk, opinion, "take", "wang")
    assert waiting("wang")["take"] == before["wang"]["take"]


def test_what_is_late_is_counted_beside_what_waits(desk, opinion):  # noqa: F811
    def late(who):
        text = page(desk, who, "/fragments/intake/office/entrusted")[1]
        return int(re.findall(r'href="/entrusted"><strong>(\d+)</strong> 其中已逾期', text)[0])

    began = desk.clock.instant
    before = {who: late(who) for who in ("wang", "station", "informant", "supervisor")}
    tell(desk, opinion, "entrust", "station", deputy="wang")
    tell(desk, opinion, "relay", "informant", deputy="wang")
    desk.clock.instant += timedelta(days=60)
    try:
        assert late("wang") >= before["wang"] + 2
        for who in ("station", "informant", "supervisor"):
            assert late(who) >= before[who]
    finally:
        desk.clock.instant = began
    assert page(desk, "reviewer", "/fragments/intake/office/entrusted")[0] == 403


@pytest.mark.slow
def test_everybody_reads_which_deputy_took_a_public_opinion_up_and_told_its_voter(desk):  # noqa: F811
    told = desk.submit(channel="station", station="central", submitter=VOTER, visibility="public", relay=["网格员老周"])
    tell(desk, told.id, "relay", "informant", deputy="li")
    tell(desk, told.id, "relay/confirm", "li")
    tell(desk, told.id, "entrust", "station", deputy="wang")
    tell(desk, told.id, "take", "wang")
    routing = Routing(told.id, desk.clock.now())
    desk.consume(routing.created(), routing.signed(), routing.replied())
    tell(desk, told.id, "feedback", "wang", how="visit")
    assert release(desk, told.id).status_code == 200
    for language, words in (("zh", ("人大代表已认领", "人大代表已反馈")), ("en", ("Taken up by a deputy", "Told by the deputy"))):
        text = desk.client.get(f"/public/opinions/{told.id}", headers={"Accept-Language": language}).text
        assert [text.count(each) for each in (*words, "王代表")] == [1, 1, 2]
        assert not any(each in text for each in (VOTER["name"], VOTER["phone"], "老周", "李代表", "上门", "visit"))


@pytest.mark.slow
def test_an_informant_begins_by_the_receipt_and_each_confirms(desk, opinion, press):  # noqa: F811
    receipt = desk.row(opinion)["receipt"]
    assert press("informant", "/entrusted", receipt=receipt, deputy="wang")[0] == 303
    assert press("wang", f"/entrusted/{opinion}/confirm")[0] == 303
    assert "王代表" in page(desk, "wang", f"/entrusted/{opinion}")[1]
    assert press("wang", f"/entrusted/{opinion}/relay", deputy="")[0] == 303
    assert opinion in page(desk, "supervisor")[1]
    assert press("supervisor", f"/entrusted/{opinion}/confirm")[0] == 303
    told = desk.client.get(f"/receipts/{receipt}").text
    assert told.count("已转递") == 3
    assert VOTER["name"] not in told


def test_the_station_asks_another_deputy_about_what_was_given_back(desk, opinion, press):  # noqa: F811
    tell(desk, opinion, "entrust", "station", deputy="wang")
    assert press("wang", f"/entrusted/{opinion}/pass", deputy="")[0] == 303
    assert "李代表" in page(desk, "station", f"/entrusted/{opinion}")[1]
    assert press("station", f"/entrusted/{opinion}/entrust", deputy="li")[0] == 303
    assert opinion in page(desk, "li")[1]


MISTAKES = [
    ("informant", "", {"receipt": "nothing", "deputy": "wang"}, 422, "本站没有此回执号"),
    ("strangers", "", {"receipt": "{receipt}", "deputy": "wang"}, 422, "本站没有此回执号"),
    ("informant", "", {"receipt": "{receipt}", "deputy": "gone"}, 422, "履职中的人大代表"),
    ("wang", "/{opinion}/take", {}, 409, "已无法办理"),
    ("wang", "/{opinion}/feedback", {"how": "visit"}, 409, "已无法办理"),
    ("wang", "/{opinion}/confirm", {}, 409, "已无法办理"),
]


@pytest.mark.parametrize(("who", "path", "form", "status", "words"), MISTAKES)
def test_a_mistake_is_said_on_the_page(desk, opinion, press, who, path, form, status, words):  # noqa: F811
    names = {"opinion": opinion, "receipt": desk.row(opinion)["receipt"]}
    answered, text = press(who, f"/entrusted{path}".format_map(names), **{k: v.format_map(names) for k, v in form.items()})
    assert (answered, words in text) == (status, True)


def test_nobody_but_holders_has_a_desk_and_a_way_back_leads_to_the_opinion(desk, opinion):  # noqa: F811
    assert [page(desk, who)[0] for who in ("water", "reviewer", "wang", "station", "informant", "supervisor")] == [
        403, 403, 200, 200, 200, 200,
    ]  # fmt: skip
    assert page(desk, "li", f"/entrusted/{opinion}")[0] == 404
    assert desk.client.get(f"/entrusted/{opinion}/take", headers={"Authorization": "Bearer li"}).status_code == 303


def test_a_desk_that_is_full_goes_on_at_the_next_page(desk, monkeypatch):  # noqa: F811
    monkeypatch.setattr("services.intake.pages.constituency.entrusted.A_DESK", 2)
    ids = [desk.submit(channel="station", station="central").id for _ in range(3)]
    for each in ids:
        tell(desk, each, "entrust", "reviewer", deputy="li")
    text, seen = page(desk, "li", "/entrusted")[1], ""
    for _ in range(9):
        seen += text
        following = re.search(r'href="(/entrusted\?duty=take&amp;cursor=[^"]+)"', text)
        if not following:
            break
        text = page(desk, "li", following[1].replace("&amp;", "&"))[1]
    assert all(each in seen for each in ids)
