"""What the pages of the browser's tests show: cases in several states, somebody who is signed in, something public."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime, timedelta

from services.accounts import filters
from services.accounts.credentials import once
from services.accounts.credentials.once import Purpose
from services.accounts.model import Invited, NewGrant
from services.accounts.people import ChangingPeople
from services.contracts.ledger import subject_of
from services.contracts.messages.assignments import AssignmentPaused
from services.contracts.messages.opinions import OpinionAccepted
from services.contracts.messages.values import Learned, Likely, OpinionText
from services.intake.domain.similarity.rising import monday
from services.intake.store.similarity.incidents import incidents
from services.intake.store.similarity.rising import ALL, COUNTY, scope_of, words
from services.intake.store.similarity.wordings import wordings
from services.routing.store.learning.doubts import DoubtStore
from services.routing.store.learning.models import models
from services.runtime.clock import ZONE
from services.runtime.store.database import Transaction
from services.runtime.store.vault import Vault
from services.runtime.web.access.sessions import NewSession, open_session
from tests.browser.viewing import A_DEPUTY, SIGNED_ON, SOMEBODY
from tests.integration.whole.county import County
from tests.unit.intake.whole_case import after_the_reply, answer, before_the_reply
from tests.visitors import KEY, Visit, accounts_in, created, replied, signed

DUE = datetime(2026, 4, 14, 23, 59, 59, tzinfo=ZONE)
DEPUTY = "wx-017"
PROMISE = {"what": "更换东街的线路", "due": "2026-06-18T17:30:00+08:00"}


def signed_in(county: County) -> dict[str, str]:
    """Somebody with two roles who is signed in, links for them, somebody who came by single sign-on long ago, and a deputy."""
    accounts = accounts_in(county.access, Vault([KEY]))
    invited = Invited("wang.lei", "王磊", NewGrant("admin"), "wang.lei@example.org")

    def unit(work: Transaction, people: ChangingPeople) -> dict[str, str]:
        person = people.add(invited)
        people.grant(person, NewGrant("supervisor"))
        people.change(person, state="active")
        day = timedelta(days=1)
        opening = NewSession(person, people.get(person).grants[0].id, "Chrome · Windows", day, day)
        links = {"invitation": Purpose.INVITATION, "signing": Purpose.SIGN_IN}
        open_session(work, opening)
        made = {name: once.make(work, purpose, person) for name, purpose in links.items()}
        other = people.add(Invited("li.na", "李娜", NewGrant("reviewer"), external="li.na@county"))
        people.change(other, state="active")
        by_sign_on = NewSession(other, people.get(other).grants[0].id, "Firefox · Linux", day, day)
        third = people.add(Invited("zhao.min", "赵敏", NewGrant("deputy", deputy=DEPUTY)))
        people.change(third, state="active")
        as_deputy = NewSession(third, people.get(third).grants[0].id, "Safari · iPhone", day, day)
        opened = {SOMEBODY: opening, SIGNED_ON: by_sign_on, A_DEPUTY: as_deputy}
        return {**made, "person": person, **{name: open_session(work, each) for name, each in opened.items()}}

    made = accounts.change(unit)
    for name, query in (("路灯：要盯紧的", "topic=street-lights&state=accepted%2Creplied"), ("河道", "topic=rivers")):
        filters.save(accounts, made["person"], name, f"/cases?{query}")
    return made


def release(county: County, opinion: str) -> str:
    """Make an opinion public with all its parts; gives its id."""
    status, made = county.get(f"/publications/{opinion}", "reviewer")
    assert status == 200, made
    parts = [{"entry": part["entry"], "content": part["masked"]} for part in made["parts"]]
    copy = {"title": made["masked_title"], "content": made["masked_content"], "parts": parts, "place": True}
    status, answer = county.post(f"/publications/{opinion}/release", copy, "reviewer")
    assert status == 200, answer
    return opinion


def enter(county: County) -> None:
    """Enter a group, a deputy and what is said of a station."""
    shows = {
        "identity": "县人大代表，东门社区医生。",
        "duties": "联系东门社区选民。",
        "promise": "三天内反馈。",
        "results": "加装电梯 6 部。",
    }
    deputy = {"name": "周敏", "level": "county", "term": "第十七届", "areas": ["chengdong"], "stations": ["chengdong"], **shows}
    for path, body in (
        ("/groups/building", {"name": "城建环保代表小组", "kind": "professional", "counterpart": "城建环资工委"}),
        (f"/deputies/{DEPUTY}", {**deputy, "groups": ["building"]}),
        ("/stations/chengdong", {"opening": "每周二 14:00 至 17:00", "brand": "周二代表有约"}),
        ("/stations/chengdong-1", {"mobile": True, "position": {"address": "东门码头"}}),
        ("/stations/chengdong/checklists/eight/room", {"met_since": "2026-03-01", "checked_by": "县人大常委会代表工委"}),
    ):
        status, answer = county.put(path, body, "admin")
        assert status == 200, answer


def live(county: County) -> Mapping[str, str]:
    """Three opinions: one is answered and rated, one is overdue until a meeting deals with it, one is new.

    Gives the meeting, one that is public, its department, and one that waits for the office's decision.
    """
    for topic in ("street-lights", "", "street-lights"):
        text = {"title": "路灯不亮", "content": "东街的路灯坏了，联系人：王小明。", "visibility": "public"}
        status, _ = county.post("/opinions", {**text, **({"topic": topic} if topic else {})}, "reviewer")
        assert status == 201
    drive = {"title": "我为民生实事提建议", "about": "最想办成哪件事？", "begins": "2026-03-01", "ends": "2026-05-31", "target": 4}
    assert county.put("/campaigns/spring", drive, "admin")[0] == 200
    county.pump()
    first = county.get("/assignments")[1]["items"][0]
    for verb, data in (("sign", {}), ("reply", {"content": "已修好。", "outcome": "in_progress", "promise": PROMISE})):
        county.command(first["department"], verb, {"assignment": first["id"], **data})
    for _ in range(30):
        county.later(timedelta(days=2))
    raised = [item["id"] for item in county.get("/supervisions")[1]["items"]]
    assert raised
    meeting = {"title": "二季度督政议事会", "at": "2026-06-01T09:00:00+08:00", "supervisions": raised[:1]}
    status, made = county.post("/meetings", meeting, "supervisor")
    assert status == 201, made
    _, new = county.post("/opinions", {"title": "河边有垃圾", "content": "东街桥下。"}, "reviewer")
    enter(county)
    for opinion in (new["id"], first["opinion"]):
        status, answer = county.post(f"/opinions/{opinion}/entrust", {"deputy": DEPUTY}, "reviewer")
        assert status == 200, answer
    county.work()
    public = release(county, first["opinion"])
    (waiting, *_) = county.get("/publications", "reviewer")[1]["items"]
    fresh, *in_hand = [each for each in county.get("/assignments")[1]["items"] if each["state"] == "assigned"]
    objection = {"assignment": fresh["id"], "reason": "河道保洁归乡镇，请改派。", "department": "petitions"}
    county.command(fresh["department"], "object", objection)
    mark = {"key": True, "leader": "王县长", "reason": "群众反映强烈。"}
    assert county.post(f"/assignments/{fresh['id']}/mark", mark, "supervisor")[0] == 200
    text = {"title": "已列入计划", "content": "您反映的“{标题}”已列入年度计划，预计{月份}完成。{承办单位}，{日期}"}
    status, template = county.post(f"/departments/{first['department']}/templates", text, first["department"])
    assert status == 201, template
    return {
        "in_hand_case": in_hand[-1]["opinion"], "in_hand": in_hand[-1]["id"], "template": template["id"],
        "fresh": fresh["id"],
        "meeting": str(made["id"]), "public": public, "department": first["department"], "undecided": waiting["id"],
        "deputy": DEPUTY, "counted": subject_of(first["opinion"]),
        "entrusted": str(new["id"]),
    }  # fmt: skip


def alike(county: County) -> Mapping[str, str]:
    """A wave of three that waits for review, and another three that tell of one thing; words that rise. Gives one of each."""
    forms = [{"title": "三号楼前的路灯坏了", "content": "坏了两周，老人晚上出门不便，希望尽快修好。" * 3}] * 3
    forms += [
        {"title": f"{where}河堤塌了", "content": f"{where}的河堤昨夜塌了三米。"} for where in ("东街桥下", "桥头", "小学旁边")
    ]
    ids = []
    for form in forms:
        status, made = county.post("/opinions", {**form, "channel": "campaign"}, "reviewer")
        assert status == 201, made
        ids.append(made["id"])
    county.work()
    database, now = county.database("intake"), county.clock.now()
    with database.transaction() as work:
        work.execute(incidents.insert().values(number=1, standing="found", found=now))
        work.execute(wordings.update().where(wordings.c.opinion.in_(ids[3:])).values(incident=1))
        week, scopes = monday(now.astimezone(ZONE).date()).toordinal(), (COUNTY, scope_of(None, "street-lights"))
        risen = ("河堤", 12, 1), ("施工路面围挡安全防护设施", 7, 0), (ALL, 40, 60)
        for scope, (word, opinions, before) in itertools.product(scopes, risen):
            for at, count in ((week, opinions), (week - 7, before)):
                there = (words.c.scope == scope) & (words.c.week == at) & (words.c.word == word)
                work.execute(words.delete().where(there))
                work.execute(words.insert().values(scope=scope, week=at, word=word, opinions=count, titled=count))
    return {"wave": ids[0], "incident": "1"}


def looked_back(county: County) -> Mapping[str, str]:
    """A sample of what is concluded, of which nothing was looked at yet."""
    status, made = county.post("/lookbacks", {"size": 3}, "supervisor")
    assert status == 201, made
    return {"lookback": made["id"]}


def drafted(county: County) -> Mapping[str, str]:
    """A case whose reply waits for the head of its department. Gives the case, the assignment, and who the head is."""
    text = {"title": "小区外墙脱落", "content": "三号楼的外墙掉了一块，请尽快修。", "topic": "urban-construction"}
    status, made = county.post("/opinions", text, "reviewer")
    assert status == 201, made
    county.pump()
    (found,) = county.get("/assignments", opinion=made["id"])[1]["items"]
    reply = {"content": "已安排维修，本月完成。", "outcome": "planned", "promise": PROMISE | {"due": "2026-07-18T17:30:00+08:00"}}
    county.command(found["department"], "reply", {"assignment": found["id"], **reply})
    county.work()
    return {"drafted": made["id"], "draft": found["id"]}


def learned(county: County) -> None:
    """An opinion that routing was not sure of, and three versions of its model."""
    text = OpinionText(
        "01a21b77-6c25-7e52-8f21-dcb805a5c796", "桥下的护栏和路灯都坏了", "东街桥下的护栏断了，路灯也不亮，夜里很危险。" * 4
    )
    likely = tuple(map(Likely, ("water", "urban-management", "transport"), (0.41, 0.32, 0.12)))
    report = {"cases": 1200, "labels": 14, "f1": 0.91, "rules_f1": 0.79, "right": 0.93, "coverage": 0.9, "accuracy": 0.96}
    database, now = county.database("routing"), county.clock.now()
    with database.transaction() as work:
        DoubtStore(work).hold(OpinionAccepted(text, "web", "automatic"), 0.41, Learned(2, likely, ("护栏", "桥")))
        for version, standing in ((1, "retired"), (2, "in_use"), (3, "rejected")):
            work.execute(models.insert().values(version=version, at=now, standing=standing, report=report))


def cases(visit: Visit) -> dict[str, str]:
    """The pages of receipts in several states."""
    new = visit.receipt(title="河堤塌了一段")
    asked = visit.receipt()
    visit.consume(created(DUE), signed(DUE), AssignmentPaused("a", "environment", "请说明是哪一段河道。", DUE))
    answered = visit.receipt(title="垃圾桶太少")
    visit.consume(created(DUE), signed(DUE), replied(DUE))
    whole = visit.receipt(title="东街桥下的河堤")
    visit.consume(*before_the_reply(), answer(), *after_the_reply())
    visit.receipt(title="东街的树挡住了路灯", visibility="public")
    visit.consume(created(DUE), signed(DUE))
    opinion = visit.opinions()[0]["id"]
    visit.make_public(opinion)
    supported = visit.client.post(f"/public/opinions/{opinion}/support", data={"contact": "13800000000"}).headers["Location"]
    pages = {"new": new, "asked": asked, "answered": answered, "whole": whole}
    return {**pages, "supported": supported, "supportable": f"/public/opinions/{opinion}"}
