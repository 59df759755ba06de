"""Pages put together from all four services, for each role as it may see them, and with a service that is gone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from markupsafe import escape
from werkzeug.test import Client

from services.accounts import filters
from services.accounts.model import Invited, NewGrant
from services.console.embedded.front.combined_app import CombinedApp, service_of
from services.contracts.fragments import FRAGMENTS, parts_of
from services.contracts.lifecycle import State
from services.contracts.people.callers import STAFF, Role
from services.contracts.words.vocabulary import STATES
from services.runtime.clock import ZONE, FixedClock
from services.runtime.process.assembly import AnyAssembly
from services.runtime.store.vault import Vault
from services.runtime.web.access.sessions import NewSession, cookie_name, open_session
from services.runtime.web.lists.paging import cursor_of
from tests.integration.whole.county import ASSEMBLIES, County
from tests.integration.whole.test_every_move import TOWN
from tests.visitors import KEY, accounts_in

START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
INCLUDE = '<!--# include virtual="/fragments/notify/office?lang=zh" stub="case-notify" -->'
HOSTILE = f'{INCLUDE}<!--#include virtual="/healthz" --><script>x()</script>"\'--> {{{{7*7}}}}'
SUBMITTER = {"kind": "citizen", "name": "标记甲", "phone": "13700000001"}
LOST = "暂时无法显示"


@pytest.fixture(scope="module")
def scene(templates, tmp_path_factory):
    """A case whose every text is hostile, handled by a lead with a co-handler, the department of another case, and a session."""
    county = County(templates, tmp_path_factory.mktemp("pages"), TOWN, FixedClock(START))
    body = {"title": HOSTILE[:120], "content": HOSTILE, "submitter": SUBMITTER, "topic": "street-lights", "visibility": "congress"}
    for each in (body, {"title": "河边有垃圾", "content": "东街桥下。", "topic": "rivers"}):
        status, _ = county.post("/opinions", each, "reviewer")
        assert status == 201
    county.pump()
    found = {each["title"]: each for each in county.get("/assignments")[1]["items"]}
    mine, other = found[HOSTILE[:120]], found["河边有垃圾"]
    assert mine["department"] != other["department"]
    later = (datetime.fromisoformat(mine["deadlines"]["reply"]) + timedelta(days=2)).isoformat()
    for verb, data in (("sign", {}), ("progress", {"content": HOSTILE}), ("extend", {"until": later, "reason": HOSTILE})):
        county.command(mine["department"], verb, {"assignment": mine["id"], **data})
    session = {"kind": "reception", "title": "周二代表有约", "at": (START + timedelta(days=9)).isoformat(), "slots": 6}
    _, planned = county.post("/sessions", session, "supervisor")
    county.work()
    subjects = {
        "case": mine["opinion"],
        "session": planned["id"],
        "office": "",
        "list": "cases",
        "letters": "",
        "catalogue": "none",
    }
    yield SimpleNamespace(
        county=county, case=mine["opinion"], own=mine["department"], others=other["department"], subjects=subjects
    )
    county.close()


def client(county, **instead):
    return Client(county.whole(**instead), use_cookies=False)


def read(scene, path, who, **instead):
    answer = client(scene.county, **instead).get(path, headers={"Authorization": f"Bearer {who}", "Accept-Language": "zh"})
    return answer.status_code, answer.text, answer.headers


def headings(text):
    return [re.sub("<[^>]+>", "", each).strip() for each in re.findall("<h2[^>]*>(.*?)</h2>", text, re.DOTALL)]


@pytest.mark.parametrize("who", ["reviewer", "supervisor", "admin", "own", "head"])
def test_a_case_is_one_page_for_those_who_may_read_it(scene, who):
    own = {"own": scene.own, "head": f"head:{scene.own}"}
    status, text, headers = read(scene, f"/cases/{scene.case}", own.get(who, who))
    assert status == 200
    assert LOST not in text
    assert {part.name.zh for part in parts_of("case", Role.ADMIN)} <= set(headings(text))
    assert "申请延期至" in text
    assert "条记录" in text
    assert headers["Cache-Control"] == "no-store"
    assert text.count("<h1") == 1
    # Who told it is for the office alone, as the submitter chose.
    assert ("标记甲" in text) == (who not in own)


def test_another_department_sees_nothing_of_it(scene):
    assert read(scene, f"/cases/{scene.case}", scene.others)[0] == 404
    part = Client(CombinedApp(scene.county.applications, {})).get(
        f"/fragments/routing/case/{scene.case}?lang=zh", headers={"Authorization": f"Bearer {scene.others}"}
    )
    assert (part.status_code, "include" in part.text) == (200, False)


def test_nobody_reads_a_case_without_signing_in_nor_one_that_there_is_not(scene):
    assert client(scene.county).get(f"/cases/{scene.case}").status_code == 401
    assert read(scene, "/cases/nothing", "admin")[0] == 404
    assert read(scene, f"/cases/{escape(HOSTILE)}".replace("/", ""), "admin")[0] == 404


def test_what_people_write_is_text_in_every_part(scene):
    _, text, _ = read(scene, f"/cases/{scene.case}", "admin")
    assert "<!--#" not in text
    assert "<script>x()" not in text
    assert "healthz" in text
    # As the page's own text, in what the department has told, and in what routing tells of it.
    assert text.count(escape(HOSTILE)) >= 3


def test_the_language_of_the_address_is_that_of_the_parts(scene):
    _, text, _ = read(scene, f"/cases/{scene.case}?lang=en", "admin")
    assert {part.name.en for part in parts_of("case", Role.ADMIN)} <= set(headings(text))


@pytest.mark.parametrize("gone", ["routing", "notify", "metrics"])
def test_a_service_that_is_gone_leaves_a_link(scene, gone):
    def away(environ, start_response):
        start_response("502 Bad Gateway", [("Content-Type", "text/html")])
        return [b"<p>nginx</p>"]

    status, text, _ = read(scene, f"/cases/{scene.case}", "supervisor", **{gone: away})
    assert status == 200
    assert text.count(LOST) == 1
    assert f'<a href="/cases/{scene.case}">' in text
    assert "nginx" not in text


def test_the_desk_counts_what_waits_for_whom(scene):
    desks = {who: read(scene, "/office", who)[1] for who in ("supervisor", scene.own, "reviewer", f"head:{scene.own}")}
    assert all(LOST not in text for text in desks.values())
    numbers = {who: dict(map(reversed, re.findall(r"<strong>(\d+)</strong>\s*([^<\n]+)", text))) for who, text in desks.items()}
    assert numbers["supervisor"]["件延期申请待审批"] == "1"
    assert numbers[scene.own]["件正在办理"] == "1"
    assert numbers[f"head:{scene.own}"]["件待签收"] == "0"
    assert numbers["reviewer"]["件待审核"] == "0"
    assert "件待审核" not in numbers["supervisor"]


@pytest.mark.parametrize("each", FRAGMENTS, ids=lambda each: each.key)
def test_every_part_is_served_by_its_service_for_its_readers_as_a_section(scene, each):
    assembly: AnyAssembly = ASSEMBLIES[each.service]
    (route,) = [route for route in assembly.routes if route.path == each.path]
    assert (route.method, route.access, service_of(each.path)) == ("GET", each.roles, each.service)
    whole = Client(CombinedApp(scene.county.applications, {}))
    known = {Role.DEPARTMENT: scene.own, Role.HEAD: f"head:{scene.own}"}
    readers = [{"Authorization": f"Bearer {known.get(role, role)}"} for role in each.roles]
    for headers in readers or [{}]:
        answer = whole.get(each.address(scene.subjects[each.page], "zh"), headers=headers)
        assert answer.status_code == 200
        text = answer.text.strip()
        if each.page in ("list", "letters"):
            # A token has no account, and so keeps nothing and gets no letter.
            assert text == ""
            continue
        assert text.startswith(f'<section class="card" aria-labelledby="{each.key}">')
        assert text.endswith("</section>")
        assert f'<h2 id="{each.key}">{each.name.zh}</h2>' in text


def test_a_case_is_read_by_those_who_read_opinions():
    assert {role for part in FRAGMENTS if part.page == "case" for role in part.roles} == STAFF


def titles(text):
    return [unescape(re.sub("<[^>]+>", "", each)).strip() for each in re.findall("data-row>(.*?)</a>", text, re.DOTALL)]


def test_the_list_of_cases_is_searched_and_narrowed_and_leads_to_each(scene):
    everything = read(scene, "/cases?q=&state=&topic=&area=&department=&channel=&since=&until=", "reviewer")[1]
    assert titles(everything) == ["河边有垃圾", HOSTILE[:120]]
    assert f'href="/cases/{scene.case}"' in everything
    assert titles(read(scene, "/cases?q=桥下", "reviewer")[1]) == ["河边有垃圾"]
    assert titles(read(scene, f"/cases?department={scene.own}&since=2026-03-01", "supervisor")[1]) == [HOSTILE[:120]]
    assert titles(read(scene, "/cases?q=桥下&topic=street-lights", "admin")[1]) == []
    assert titles(read(scene, "/cases", scene.others)[1]) == ["河边有垃圾"]
    assert titles(read(scene, "/cases?q=script", scene.others)[1]) == []


@pytest.mark.parametrize("query", ["state=nothing", "topic=nothing", "since=gestern", "cursor=x", "q=" + "x" * 200])
def test_a_list_that_cannot_be_is_said_to_be_wrong(scene, query):
    status, text, _ = read(scene, f"/cases?{query}", "reviewer")
    assert (status, "<h1>" in text) == (422, True)


def test_hostile_words_are_looked_for_as_words(scene):
    for q in (HOSTILE[:100], '"><script>x()</script>', "' OR 1=1 --", "*", "<!--#include -->"):
        status, text, _ = read(scene, f"/cases?{urlencode({'q': q})}", "reviewer")
        assert status == 200
        assert escape(q) in text
        assert "<script>x" not in text


def test_what_somebody_keeps_stands_above_each_list_that_it_is_of(scene):
    accounts = accounts_in(scene.county.access, Vault([KEY]))

    def unit(work, people):
        person = people.add(Invited("zhao.min", "赵敏", NewGrant("department", department=scene.own)))
        people.change(person, state="active")
        day = timedelta(days=1)
        return person, open_session(work, NewSession(person, people.get(person).grants[0].id, "Chrome", day, day))

    person, session = accounts.change(unit)
    for name, address in ((HOSTILE[:60], "/cases?q=<script>"), ("逾期的", "/desk?due=overdue")):
        filters.save(accounts, person, name, address)
    headers = {"Cookie": f"{cookie_name(False)}={session}", "Accept-Language": "zh"}
    cases, desk = (client(scene.county).get(path, headers=headers).text for path in ("/cases?topic=rivers", "/desk"))
    for text, mine, other in ((cases, "/cases?q=%3Cscript%3E", "/desk?due"), (desk, "/desk?due=overdue", "/cases?q=")):
        assert f'<li><a href="{mine}">' in text
        assert f'<li><a href="{other}' not in text
        assert "<!--#" not in text
        assert "<script>x" not in text
    assert 'name="address" value="/cases?topic=rivers"' in cases
    assert 'action="/account/filters"' not in desk, "nothing to save while all is shown"


def acts(text):
    return {unescape(each) for each in re.findall(r'<a href="([^"]+)" data-act>', text)}


def test_what_somebody_can_do_stands_on_the_page_and_leads_where_it_is_done(scene):
    county, own = scene.county, scene.own
    form = {"title": "渠道堵了", "content": "村口渠道堵了。", "visibility": "public", "channel": "campaign"}
    _, waiting = county.post("/opinions", form, "reviewer")
    county.work()
    mine = next(each for each in county.get("/assignments")[1]["items"] if each["opinion"] == scene.case)
    verbs = {f"/desk/{mine['id']}#{verb}" for verb in ("reply", "progress", "extend", "pause", "object")}
    wanted = {
        (scene.case, own): verbs - {f"/desk/{mine['id']}#extend"}, (scene.case, f"head:{own}"): {f"/desk/{mine['id']}"},
        (scene.case, "supervisor"): {f"/rulings?cursor={cursor_of(mine['id'][:-1])}#asked-{mine['id']}-extension"},
        (scene.case, "reviewer"): set(),
        (waiting["id"], "reviewer"): {f"/reviews/{waiting['id']}"}, (waiting["id"], "supervisor"): set(),
    }  # fmt: skip
    for (case, who), expected in wanted.items():
        found = acts(read(scene, f"/cases/{case}", who)[1])
        assert expected <= found <= expected | verbs | {f"/publications/{case}"}, who
        for each in found:
            path, _, part = each.partition("#")
            status, text, _ = read(scene, path, who)
            assert (status, part == "" or f'id="{part}"' in text) == (200, True), (who, each)


def test_a_case_s_page_has_its_clock_explained_its_promises_and_its_letters(scene):
    county = scene.county
    other = next(each for each in county.get("/assignments")[1]["items"] if each["department"] == scene.others)
    promise = {"what": "清理河道 <b>", "due": "2026-06-18T17:30:00+08:00"}
    for verb, data in (("sign", {}), ("reply", {"content": "已安排。", "outcome": "in_progress", "promise": promise})):
        county.command(scene.others, verb, {"assignment": other["id"], **data})
    county.work()
    for who in (scene.others, "supervisor"):
        text = read(scene, f"/cases/{other['opinion']}", who)[1]
        assert "<li>清理河道 &lt;b&gt; " in text
        assert "期限计算说明" in text
        assert "待兑现" in text
    mine = read(scene, f"/cases/{scene.case}", "supervisor")[1]
    assert re.search("个工作日：截止 2026-", mine)
    assert "（不计）" in mine, "a day that is no working day"
    assert (SUBMITTER["phone"] in mine, "短信" in mine) == (True, True)
    assert "短信" not in read(scene, f"/cases/{scene.case}", scene.own)[1], "what is written to people is for those who supervise"


def test_two_who_have_one_case_open_are_each_told_what_the_other_did(scene):
    county = scene.county
    status, made = county.post("/opinions", {"title": "桥栏松动", "content": "东街。", "topic": "street-lights"}, "reviewer")
    assert status == 201
    county.pump()
    each = next(one for one in county.get("/assignments")[1]["items"] if one["opinion"] == made["id"])
    path = next(one for one in acts(read(scene, f"/cases/{made['id']}", scene.own)[1]) if one.endswith("#object")).partition("#")[0]
    opened = [read(scene, path, scene.own)[1] for _ in range(2)]
    hidden = [dict(re.findall(r'<input type="hidden" name="(version|key)" value="([^"]+)">', text)) for text in opened]
    headers = {"Authorization": f"Bearer {scene.own}", "Accept-Language": "zh"}
    county.clock.instant += timedelta(minutes=1)
    first = client(county).post(f"{path}/sign", data=hidden[0], headers=headers)
    assert first.status_code == 303
    reason = {"object-reason": "不归我们 <i>", "object-department": scene.others}
    late = client(county).post(f"{path}/object", data=hidden[1] | reason, headers=headers)
    assert (late.status_code, escape(reason["object-reason"]) in late.text, 'class="notice warn"' in late.text) == (409, True, True)
    again = dict(re.findall(r'<input type="hidden" name="(version|key)" value="([^"]+)">', late.text))
    county.work()
    assert each["state"] == "assigned"
    assert read(scene, f"/cases/{made['id']}", "supervisor")[1].count(STATES[State.SIGNED].zh) >= 1
    assert again["version"] != hidden[1]["version"]
