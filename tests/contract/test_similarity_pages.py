"""The office's pages on what says the same, tells of one thing, or rises: on both kinds of store, press by press."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from services.intake.app.similarity import similar
from services.intake.store.similarity.rising import words
from services.intake.store.tables import opinions
from services.runtime.web.lists.paging import cursor_of
from tests.contract.test_incidents import BRIDGE, told
from tests.contract.test_rising import STREETS, tell
from tests.contract.test_wordings import AGAIN, BUS, LAMPS, desk, read, rows

__all__ = ["told"]
HOSTILE = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)> {{7*7}} <!--#include virtual="/x" -->'


def page(harness, path, status=200, who="reviewer"):
    answer = harness.client.get(path, headers={"Authorization": f"Bearer {who}", "Accept-Language": "zh"})
    assert answer.status_code == status, (path, answer.text)
    return answer.text


def press(harness, path, status=303, **form):
    """Send a form; gives where it leads, or the page with what is wrong."""
    headers = {"Authorization": "Bearer reviewer", "Accept-Language": "zh"}
    answer = harness.client.post(path, data=form, headers=headers, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == status, (path, answer.text)
    return answer.headers["Location"] if status == 303 else answer.text


def states(harness, ids):
    found = dict(map(tuple, rows(harness, sa.select(opinions.c.id, opinions.c.state))))
    return [str(found[each]) for each in ids]


@pytest.fixture
def queue(any_database, clock):
    """A wave of four, and one that says something else, all unreviewed."""
    harness = desk(any_database, clock)
    wave = [harness.submit(**form).id for form in (LAMPS, AGAIN, AGAIN, LAMPS)]
    bus = harness.submit(**BUS).id
    read(harness)
    return harness, wave, bus


def test_a_wave_is_one_line_and_is_accepted_by_one_press(queue):
    harness, wave, bus = queue
    text = page(harness, "/reviews")
    assert [each for each in (*wave, bus) if f'href="/reviews/{each}"' in text] == [wave[0], bus]
    assert "4 件内容相同" in text
    assert "全部受理（4 件）" in text
    back = press(harness, f"/reviews/{wave[0]}/accept")
    assert back == f"/reviews?about={wave[0]}&did=accept&number=4&refused=0"
    assert states(harness, [*wave, bus]) == ["accepted"] * 4 + ["submitted"]
    assert "已受理 4 件" in page(harness, back)


def test_a_wave_is_opened_declined_or_merged_at_once(queue):
    harness, wave, bus = queue
    text = page(harness, f"/reviews/{wave[1]}")
    assert [f'href="/reviews/{each}"' in text for each in (*wave, bus)] == [True, False, True, True, True]
    assert f'href="/reviews/{bus}" rel="next"' in text
    assert "请选择" in press(harness, f"/reviews/{wave[1]}/decline", 422)
    reason = next(iter(harness.catalogue.decline_reasons))
    press(harness, f"/reviews/{wave[1]}/decline", reason=reason)
    assert states(harness, [*wave, bus]) == ["declined"] * 4 + ["submitted"]
    assert "不在待审核" in page(harness, f"/reviews/{wave[1]}")
    case, more = harness.submit(**BUS).id, harness.submit(**BUS).id
    harness.post(f"/opinions/{case}/accept", {"topic": "lamps"}, "reviewer")
    read(harness)
    assert f'value="{case}" checked' in page(harness, f"/reviews/{bus}")
    assert "请选择" in press(harness, f"/reviews/{bus}/merge", 422)
    press(harness, f"/reviews/{bus}/merge", into=case)
    assert states(harness, [bus, more]) == ["merged", "merged"]
    assert "topic" in press(harness, f"/reviews/{harness.submit(**LAMPS).id}/accept", 422, topic="nothing")
    page(harness, "/reviews/nowhere", 404)
    page(harness, "/reviews", 403, "water")


def test_a_wave_is_returned_with_one_question_from_the_list(queue):
    harness, wave, bus = queue
    assert page(harness, "/reviews").count('name="question"') == 2
    assert "请填写需要补充的内容" in press(harness, f"/reviews/{wave[0]}/return", 422)
    back = press(harness, f"/reviews/{wave[0]}/return", question="是哪一盏灯？")
    assert "已退回补充 4 件" in page(harness, back)
    assert states(harness, [*wave, bus]) == ["returned"] * 4 + ["submitted"]
    assert "其他人" in page(harness, press(harness, f"/reviews/{wave[0]}/return", question="是哪一盏灯？"))
    assert "<script>alert" not in press(harness, f"/reviews/{bus}/return", 422, question=HOSTILE * 30)


def test_what_is_chosen_is_accepted_on_the_same_terms_and_what_is_left_out_is_named(queue):
    harness, wave, bus = queue
    text = page(harness, "/reviews")
    every = unescape(re.search(r'name="all" value="([^"]+)"', text)[1])
    assert every.split(",") == [wave[0], bus]
    assert re.findall(r'name="opinion" value="([^"]+)"', text) == [wave[0], bus]
    text = page(harness, f"/reviews/together?all={every}")
    assert "同一条件受理 5 件" in text
    form = dict(re.findall(r'name="(key|opinions)" value="([^"]+)"', text))
    chosen = {**form, "topic": "lamps", "level": "town", "leader": "王县长", "is_key": "yes"}
    assert "请选择" in press(harness, "/reviews/together", 422, **{**chosen, "level": "moon", "topic": "moon"})
    press(harness, f"/reviews/{bus}/decline", reason=next(iter(harness.catalogue.decline_reasons)))
    back = press(harness, "/reviews/together", **chosen)
    assert press(harness, "/reviews/together", **chosen) == back
    assert states(harness, [*wave, bus]) == ["accepted"] * 4 + ["declined"]
    text = page(harness, back)
    assert "已受理 4 件" in text
    assert re.search(rf'href="/cases/{bus}">{BUS["title"]}</a>', text)
    kept = [harness.get(f"/opinions/{each}", "reviewer").get_json() for each in wave]
    assert {(each["topic"], each["level"], each["key"], each["leader"]) for each in kept} == {("lamps", "town", True, "王县长")}
    assert press(harness, "/reviews/together", opinions="") == "/reviews?did=accept&number=0"
    none = harness.client.get("/reviews/together?opinion=nothing", headers={"Authorization": "Bearer reviewer"})
    assert "没有选择" in page(harness, none.headers["Location"])
    page(harness, f"/reviews/together?opinion={bus}", 403, "supervisor")


def test_of_more_than_is_decided_at_once_it_is_said_that_others_wait_and_a_key_counts_for_what_was_chosen(queue, monkeypatch):
    harness, wave, bus = queue
    monkeypatch.setattr(similar, "MOST_TOGETHER", 2)
    form = {"key": "k" * 24, "topic": "lamps", "level": "town"}
    back = press(harness, "/reviews/together", **form, opinions=wave[0])
    assert "还有内容相同的意见待处理" in page(harness, back)
    assert press(harness, "/reviews/together", **form, opinions=bus) == "/reviews?did=accept&number=1"
    assert states(harness, [*wave, bus]).count("accepted") == 3


def test_a_second_press_has_the_answer_of_the_first_and_an_old_page_decides_on_nothing(queue):
    harness, wave, bus = queue
    form = dict(re.findall(r'name="(key|version)" value="([^"]+)"', page(harness, f"/reviews/{bus}").split("/accept")[1]))
    harness.clock.instant += timedelta(minutes=1)
    harness.post(f"/opinions/{bus}/return", {"question": "哪一路？"}, "reviewer")
    assert "其他人" in press(harness, f"/reviews/{bus}/accept", 409, **form)
    assert states(harness, [bus]) == ["returned"]
    form = dict(re.findall(r'name="(key|version)" value="([^"]+)"', page(harness, f"/reviews/{wave[0]}").split("/decline")[0]))
    first = press(harness, f"/reviews/{wave[0]}/accept", leader="王县长", **form)
    assert first == f"/reviews?about={wave[0]}&did=accept&number=4&refused=0"
    assert press(harness, f"/reviews/{wave[0]}/accept", leader="王县长", **form) == first


def test_two_opinions_stand_side_by_side_are_merged_by_one_press_and_parted_by_another(queue):
    harness, _, bus = queue
    case = harness.submit(**{**BUS, "title": HOSTILE[:120], "content": f"{BUS['content']}还有{HOSTILE}"}).id
    harness.post(f"/opinions/{case}/accept", {"topic": "lamps"}, "reviewer")
    for other in (case, f" https://x.example/cases/{case}?lang=zh "):
        text = page(harness, f"/reviews/{bus}/beside?{urlencode({'with': other})}")
        assert f'action="/reviews/{bus}/beside" method="post"' in text
        assert f'action="/reviews/{case}/beside" method="post"' not in text
        assert "不同" in text
    assert "<script>alert" not in text
    assert "<!--#" not in text
    assert re.search("<mark>[^<]*alert", text)
    assert f"<mark>{BUS['content'][:4]}" not in text
    form = dict(re.findall(r'name="(key|version|into)" value="([^"]+)"', text))
    harness.clock.instant += timedelta(minutes=1)
    for _ in range(2):
        assert press(harness, f"/reviews/{bus}/beside", **form) == f"/reviews?about={bus}&did=merge&number=1"
    assert states(harness, [bus]) == ["merged"]
    assert f'/reviews/{bus}/beside?with={case}"' in page(harness, f"/cases/{bus}")
    text = page(harness, f"/reviews/{bus}/beside?with={case}")
    form = dict(re.findall(r'name="(key|version|into)" value="([^"]+)"', text))
    harness.clock.instant += timedelta(minutes=1)
    for _ in range(2):
        back = press(harness, f"/reviews/{bus}/unmerge", **form)
    assert "重新待审核 1 件" in page(harness, back)
    assert states(harness, [bus]) == ["submitted"]


def test_of_two_that_wait_one_press_accepts_one_and_merges_the_other_into_it_or_does_neither(queue):
    harness, wave, bus = queue
    text = page(harness, f"/reviews/{bus}/beside?with={wave[0]}")
    forms = [text.split(f'action="/reviews/{one}/beside/accept"')[1].partition("</form>")[0] for one in (bus, wave[0])]
    given = [dict(re.findall(r'name="(key|version|into|into-version)" value="([^"]+)"', form)) for form in forms]
    assert [(each["into"], each["version"]) for each in given] == [
        (wave[0], given[1]["into-version"]), (bus, given[0]["into-version"]),
    ]  # fmt: skip
    harness.clock.instant += timedelta(minutes=1)
    path = f"/reviews/{bus}/beside/accept"
    assert "其他人" in press(harness, path, 409, **given[0] | {"into-version": "0"})
    assert states(harness, [bus, wave[0]]) == ["submitted", "submitted"]
    for _ in "pressed", "twice":
        assert press(harness, path, **given[0]) == f"/reviews?about={bus}&did=merge&number=1"
    assert states(harness, [bus, wave[0]]) == ["merged", "accepted"]
    assert "其他人" in press(harness, f"/reviews/{wave[0]}/beside/accept", 409, **given[1])


def test_what_cannot_be_merged_is_told_with_both_beside_each_other(queue):
    harness, wave, bus = queue
    form = dict(re.findall(r'name="(key|version)" value="([^"]+)"', page(harness, f"/reviews/{bus}").split("/decline")[0]))
    assert "请选择" in press(harness, f"/reviews/{bus}/beside", 422, into=wave[0], **form)
    harness.clock.instant += timedelta(minutes=1)
    harness.post(f"/opinions/{bus}/return", {"question": "哪一路？"}, "reviewer")
    harness.post(f"/opinions/{wave[0]}/accept", {"topic": "lamps"}, "reviewer")
    assert "其他人" in press(harness, f"/reviews/{bus}/beside", 409, into=wave[0], **form)
    assert "须先受理其中一件" in page(harness, f"/reviews/{bus}/beside?with={wave[1]}")
    assert "没有这个编号" in page(harness, f"/reviews/{bus}/beside?{urlencode({'with': HOSTILE})}", 422)
    assert "没有这个编号" in page(harness, f"/reviews/{bus}/beside?with={bus}", 422)
    page(harness, f"/reviews/{bus}/beside")
    page(harness, "/reviews/nothing/beside", 404)
    page(harness, f"/reviews/{bus}/beside", 403, "supervisor")


def test_an_incident_is_confirmed_by_one_press_and_decided_on_at_once(told):
    harness, ids = told
    text = page(harness, "/incidents")
    (address,) = re.findall(r'href="(/incidents/\d+)" data-row>[^<]*东街桥', text)
    assert "增多" in text
    opened = page(harness, address)
    assert [each["title"] in opened for each in BRIDGE] == [True] * 3
    assert f'action="{address}/accept"' not in opened
    assert press(harness, f"{address}/confirm") == address
    assert f'action="{address}/accept"' in page(harness, address)
    assert "请选择" in press(harness, f"{address}/split", 422)
    assert press(harness, f"{address}/split", opinions=[ids[2]]) == address
    back = press(harness, f"{address}/accept", topic="rivers")
    assert "已受理 2 件" in page(harness, back)
    assert states(harness, ids) == ["accepted", "accepted", "submitted"]
    assert press(harness, f"{address}/split", opinions=ids[:1]) == "/incidents"
    page(harness, address, 404)
    page(harness, "/incidents/x", 404)
    page(harness, "/incidents", 403, "supervisor")


def test_every_act_on_an_incident_leads_back_to_the_page_of_the_list_that_it_was_opened_from(told):
    harness, ids = told
    number = int(re.search(r'href="/incidents/(\d+)" data-row>[^<]*东街桥', page(harness, "/incidents"))[1])
    second = "/incidents?" + urlencode({"cursor": cursor_of(number + 1)})
    text = page(harness, second)
    assert 'href="/incidents">回到第一页' in text
    (address,) = re.findall(r'href="([^"]*)" data-row>[^<]*东街桥', text)
    assert address == second.replace("?", f"/{number}?")
    opened = page(harness, address)
    assert f'href="{second}"' in opened
    acts = re.findall(r'action="(/incidents[^"]*)" method="post"', opened)
    assert acts == [second.replace("?", f"/{number}/{verb}?") for verb in ("confirm", "split")]
    assert press(harness, second.replace("?", f"/{number}/confirm?")) == address
    assert press(harness, second.replace("?", f"/{number}/accept?"), topic="rivers").startswith(f"{address}&did=accept")
    assert press(harness, second.replace("?", f"/{number}/split?"), opinions=ids) == second
    emptied = "/incidents?" + urlencode({"cursor": cursor_of(0)})
    assert harness.client.get(emptied, headers={"Authorization": "Bearer reviewer"}).headers["Location"] == "/incidents"


def test_all_of_an_incident_is_declined_or_merged_at_once(told):
    harness, ids = told
    (address,) = re.findall(r'href="(/incidents/\d+)" data-row>[^<]*东街桥', page(harness, "/incidents"))
    reason = next(iter(harness.catalogue.decline_reasons))
    assert "其他人" in press(harness, f"{address}/decline", 409, reason=reason)
    press(harness, f"{address}/confirm")
    harness.post(f"/opinions/{ids[0]}/accept", {"topic": "rivers"}, "reviewer")
    press(harness, f"{address}/merge", into=ids[0])
    assert states(harness, ids) == ["accepted", "merged", "merged"]
    again = harness.submit(**BRIDGE[2], channel="campaign").id
    read(harness)
    press(harness, f"{address}/return", question="是哪一座桥？")
    assert states(harness, [again]) == ["returned"]
    again = harness.submit(**BRIDGE[1], channel="campaign").id
    read(harness)
    press(harness, f"{address}/decline", reason=reason)
    assert states(harness, [again]) == ["declined"]


def test_rising_words_are_shown_with_their_weeks_by_county_area_and_topic(any_database, clock):
    harness = desk(any_database, clock)
    tell(harness, "路灯", STREETS, channel="campaign", area="east")
    read(harness)
    clock.instant += timedelta(days=7)
    tell(harness, "电梯", STREETS[:12], channel="campaign", area="east")
    read(harness)
    text = page(harness, "/rising", who="supervisor")
    assert 'aria-label="电梯: 0, 0, 0, 0, 12"' in text.replace("：", ": ")
    assert re.search(r'href="/rising\?area=east&amp;day=[0-9-]+" data-row', text)
    assert "电梯" in page(harness, "/rising?area=east")
    themes = harness.get("/rising", "supervisor").get_json()["themes"]
    assert [(each["area"], each["topic"], each["items"][0]["word"]) for each in themes] == [("east", None, "电梯")]
    assert "没有" in page(harness, "/rising?topic=rivers")
    earlier = unescape(re.search(r'href="([^"]+)" rel="prev"', text)[1])
    assert "没有" in page(harness, earlier)
    for day, status in {"gestern": 422, "2026-02-30": 422, "2999-01-01": 200, "0001-01-01": 422}.items():
        page(harness, f"/rising?day={day}", status)
    page(harness, "/rising", 403, "water")


def test_what_people_wrote_is_text_on_all_of_these_pages(queue):
    harness, wave, _ = queue
    harness.change(wave[0], title=HOSTILE, content=HOSTILE)
    harness.change(wave[1], title=HOSTILE, content=HOSTILE)
    with harness.database.transaction() as work:
        work.execute(words.insert().values(scope="county", week=0, word="x", opinions=1, titled=1))
    for path in ("/reviews", f"/reviews/{wave[0]}", "/reviews?did=<script>&number=9999999999", "/incidents?cursor=", "/rising"):
        text = page(harness, path)
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<!--#include" not in text
