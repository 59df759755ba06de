"""How much each desk asks of the stores: a fixed number of queries, however many rows a page has and however much hangs on them."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from werkzeug.test import Client

from services.routing.gateway import learning
from services.runtime.clock import ZONE, FixedClock
from tests.contract.test_list_plans import overheard
from tests.integration.whole.county import County
from tests.integration.whole.test_every_move import TOWN
from tests.stores import Templates

START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
FEW, MANY = 1, 30
PLACES, CHANCE = itertools.count(1), random.Random(7)
#: A topic of one department, one with a co-handler, one whose department's head approves.
ALONE, JOINT, APPROVED = "street-lights", "drains", "urban-construction"


class Asked(NamedTuple):
    """A page as somebody opens it, how many queries it takes at most with its parts of other services, and what is in each row."""

    path: str
    who: str
    most: int
    row: str = ""


PAGES: Mapping[str, Asked] = {
    "desk": Asked("/desk", "{joint}", 2, "data-row"),
    "desk searched": Asked("/desk?q=雨&state=assigned,signed,paused&due=week,overdue", "{joint}", 2),
    "desk file": Asked("/desk/list.xlsx", "{joint}", 1),
    "desk one": Asked("/desk/{case}", "{joint}", 8),
    "desk answered": Asked("/desk/{answered}", "{alone}", 8),
    "rulings": Asked("/rulings", "supervisor", 1, "data-row"),
    "approval": Asked("/approvals/{draft}", "head:{approved}", 1),
    "agenda": Asked("/agenda", "supervisor", 1, "<tr>"),
    "reviews": Asked("/reviews", "reviewer", 4, "data-row"),
    "cases": Asked("/cases", "supervisor", 2, "data-row"),
    "cases of a department": Asked("/cases?q=雨", "{joint}", 3, "data-row"),
    "case": Asked("/cases/{opinion}", "supervisor", 21),
    "notices": Asked("/notices", "{joint}", 4, "data-row"),
    "office of a department": Asked("/office", "{joint}", 9),
    "office of a reviewer": Asked("/office", "reviewer", 9),
    "office of a supervisor": Asked("/office", "supervisor", 11),
}


def submitted(county: County, topic: str, number: int) -> list[Mapping[str, Any]]:
    """Opinions about a topic, one after another; gives their lead assignments."""
    known = {each["id"] for each in leads(county, topic)}
    about = {"channel": "hotline", "topic": topic}
    lines = [
        {"title": f"下雨后第 {place} 号路口积水", "content": f"第 {place} 号路口一下雨就积水。", "external_id": str(place), **about}
        for place in (next(PLACES) for _ in range(number))
    ]
    answers = county.batch("\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
    assert all("id" in each for each in answers), answers
    county.pump()
    return [each for each in leads(county, topic) if each["id"] not in known]


def leads(county: County, topic: str) -> list[Mapping[str, Any]]:
    return [each for each in county.get("/assignments", topic=topic, limit=500)[1]["items"] if each["role"] == "lead"]


def fill(county: County, number: int) -> dict[str, str]:
    """So many of each: answered with a promise, overdue and under supervision, with a co-handler, objected, asking for more time,
    drafted, waiting for review. Gives what stands in addresses."""
    late = submitted(county, ALONE, number)
    county.later(timedelta(days=70))
    answered = submitted(county, ALONE, 1)[0]
    due = (county.clock.now() + timedelta(days=40)).isoformat()
    planned = {"content": "已列入计划。", "outcome": "planned"}
    items = [
        {"demand": f"诉求 {place}", "promise": {"what": f"第 {place} 项", "due": due}, **planned}
        for place in range(min(number, 10))
    ]
    reply = {"content": "分步办。", "outcome": "planned", "promise": {"what": "修", "due": due}, "items": items}
    county.command(answered["department"], "reply", {"assignment": answered["id"], **reply})
    joint = submitted(county, JOINT, number)
    asking = submitted(county, JOINT, 2 * number)
    for place, each in enumerate(asking):
        later = (datetime.fromisoformat(each["deadlines"]["reply"]) + timedelta(days=2)).isoformat()
        objection, extension = {"reason": "不归我们。", "department": "petitions"}, {"until": later, "reason": "等材料。"}
        verb, data = ("extend", extension) if place % 2 else ("object", objection)
        county.command(each["department"], verb, {"assignment": each["id"], **data})
    ruled = submitted(county, JOINT, 1)[0]
    county.command(ruled["department"], "object", {"assignment": ruled["id"], "reason": "不归我们。", "department": "petitions"})
    county.work()
    ruling = {"about": "objection", "granted": False, "reason": "依职责清单。"}
    assert county.post(f"/assignments/{ruled['id']}/rule", ruling, "supervisor")[0] == 200
    drafted = submitted(county, APPROVED, number)
    for each in drafted:
        county.command(each["department"], "reply", {"assignment": each["id"], "content": "拟答复。", "outcome": "solved"})
    for _ in range(number):
        # Nothing that says the same, which would be one line.
        words = "".join(chr(CHANCE.randrange(0x4E00, 0x9000)) for _ in range(40))
        text = {"title": words[:10], "content": words, "channel": "campaign"}
        assert county.post("/opinions", text, "reviewer")[0] == 201
    county.work()
    return {
        "joint": joint[0]["department"], "alone": late[0]["department"], "approved": drafted[0]["department"],
        "case": joint[0]["id"], "opinion": joint[0]["opinion"], "answered": answered["id"], "draft": drafted[0]["id"],
    }  # fmt: skip


def looked_at(county: County, names: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """How many queries each page takes and how many rows it has, once everything that is read only once has been read."""
    client, found = Client(county.whole(), use_cookies=False), {}
    with overheard() as asked:
        for name, page in PAGES.items():
            headers = {"Authorization": f"Bearer {page.who.format_map(names)}"}
            for _ in range(2):
                asked.clear()
                answer = client.get(page.path.format_map(names), headers=headers)
                assert answer.status_code == 200, (name, answer.text)
            queries = [each for each in asked if each.text.lstrip().startswith(("SELECT", "WITH"))]
            found[name] = (len(queries), answer.text.count(page.row) if page.row else 0)
    return found


@pytest.fixture(scope="module")
def found(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[int, Mapping[str, tuple[int, int]]]]:
    """The queries and rows of each page with one of each kind, and with many."""
    county = County(templates, tmp_path_factory.mktemp("queries"), TOWN, FixedClock(START))
    with pytest.MonkeyPatch.context() as patch:
        # Else what was learned is looked for every second of the machine's clock.
        patch.setattr(learning, "LOOK_SECONDS", 1e9)
        yield {number: looked_at(county, fill(county, number)) for number in (FEW, MANY)}
    county.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_a_fixed_number_of_queries_however_much_is_on_it(
    found: Mapping[int, Mapping[str, tuple[int, int]]], name: str
) -> None:
    (few, row), (many, rows) = found[FEW][name], found[MANY][name]
    assert few == many <= PAGES[name].most
    assert not PAGES[name].row or (row >= 1 and rows >= 20)
