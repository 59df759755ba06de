"""Lists of meetings over the whole product: entries worked off, a promise on the ladder, and rows that say what the API says."""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from services.contracts.messages.supervision import CardIssued, ReminderSent, SupervisionRaised
from tests.integration.whole.chiefs import Station
from tests.stores import Templates
from tests.stories import read

CAME = {"deputies": ["d-1", "d-2"], "visitors": 3}


def worked_off(text: Mapping[str, Any], templates: Templates, folder: Path, undone: int = 0) -> dict[str, int]:
    """Tasks and their parts are entered and done; returns the figures of the file."""
    house, year = Station(templates, folder, text["station"]), 2026
    due = (house.county.clock.now() + timedelta(days=30)).isoformat()

    def entered(**entry: Any) -> str:
        told = {"owner": text["owner"], "due": due, **entry}
        return str(house.do("/entries", {"station": text["station"], "year": year, "entry": told})["id"])

    tasks = [entered(list="task", text=f"任务{number}") for number in range(1, text["tasks"] + 1)]
    work = [entered(list="work", text=f"工作{n}", task=tasks[n % len(tasks)]) for n in range(1, text["work"] + 1)]
    for name in [*tasks, *work[undone:]]:
        house.do(f"/entries/{name}/done", {"result": "已完成。"})
    house.county.later(timedelta(days=40))
    path = f"/lists/{'work'}/{year}/{text['station']}"
    rows = house.get(path)["items"]
    client, token = house.county.client("notify"), {"Authorization": "Bearer supervisor"}
    files = [client.get(f"/api/v1{path}?format={form}", headers=token).data for form in ("xlsx", "docx")]
    sheet = openpyxl.load_workbook(io.BytesIO(files[0])).worksheets[0]
    table = docx.Document(io.BytesIO(files[1])).tables[0]
    frozen = house.do(f"/lists/{'work'}/publish", {"station": text["station"], "year": year})
    names = {row["id"] for row in rows}
    found = {
        "rows": len(rows), "tasks": len(names & set(tasks)), "work": len(names & set(work)),
        "done": sum(row["state"] == "done" and row["task"] is not None for row in rows),
        "late": sum(row["overdue"] for row in rows),
        "open": sum(row["state"] == "open" for row in rows), "in_the_workbook": sheet.max_row - 1,
        "in_the_document": len(table.rows) - 1, "published": frozen["rows"],
    }  # fmt: skip
    house.county.close()
    return found


def test_work_that_is_part_of_tasks_is_listed_and_struck_off(templates: Templates, tmp_path: Path) -> None:
    text = read("meetings/tasks.yml")
    assert worked_off(text, templates, tmp_path) == text["expect"]


def test_work_that_nobody_does_stays_on_the_list(templates: Templates, tmp_path: Path) -> None:
    text = read("meetings/tasks.yml")
    shown = worked_off(text, templates, tmp_path, text["broken"]["undone"])
    assert shown == text["broken"]["shows"]
    assert shown != text["expect"]


def promised(text: Mapping[str, Any], templates: Templates, folder: Path, *, keeps: bool) -> dict[str, Any]:
    """A promise is made on the spot, kept or not, and looked at when the next session opens."""
    house = Station(templates, folder, text["station"])
    session = house.session("reception", "代表接待日", text["came"])
    due = house.county.clock.now() + timedelta(days=text["promise"]["days"])
    question = {
        "text": "路灯都坏了。",
        "topic": text["topic"],
        "promise": {"what": text["promise"]["what"], "due": due.isoformat()},
    }
    (asked,) = house.ask(session, [question])
    case = house.get("/assignments", opinion=asked["id"])["items"][0]
    house.days(19)
    if keeps:
        house.county.command(case["department"], "keep", {"assignment": case["id"], "evidence": "已换好。"})
    house.days(text["days"] - 19)
    following = house.do("/sessions", {
        "kind": "reception", "title": "下一场", "at": (house.county.clock.now() + timedelta(days=10)).isoformat(),
        "station": text["station"], "deputies": text["came"]["deputies"],
    })  # fmt: skip
    rows = house.get(f"/sessions/{following['id']}/last")["items"]
    (problem,) = house.rows(session, "problem")
    climbed = [
        event.data for event in house.county.events() if isinstance(event.data, ReminderSent | CardIssued | SupervisionRaised)
    ]
    house.county.close()
    return {
        "rungs": [each.rung for each in climbed],
        "cards": [each.card for each in climbed if isinstance(each, CardIssued)],
        "last": [[row["number"], row["state"], problem["state"]] for row in rows],
    }


@pytest.mark.parametrize("is_broken", [False, True])
def test_a_promise_made_on_the_spot_climbs_the_ladder_and_stands_at_the_next_session(
    templates: Templates, tmp_path: Path, is_broken: bool
) -> None:
    text = read("meetings/ladder.yml")
    shown = promised(text, templates, tmp_path, keeps=text["broken"]["keeps"] if is_broken else text["keeps"])
    assert shown == (text["broken"]["shows"] if is_broken else text["expect"])


#: What departments and others do at random, with what it takes.
MOVES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("sign", {}), ("progress", {"content": "在办。"}), ("pause", {"reason": "等说明。"}), ("resume", {}),
    ("keep", {"evidence": "照片。"}), ("reply", {"content": "已办。", "outcome": "solved"}),
    ("reply", {"content": "列入计划。", "outcome": "planned"}), ("object", {"reason": "非本局职责。", "department": "petitions"}),
)  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_lists_say_what_the_api_says_of_the_cases_behind_them_at_any_instant(
    templates: Templates, tmp_path: Path, seed: int
) -> None:
    chance, house = random.Random(seed), Station(templates, tmp_path, "chengdong-1")
    session = house.session("reception", "代表接待日", CAME)
    promise = {"what": "修好", "due": (house.county.clock.now() + timedelta(days=6)).isoformat()}
    told: list[dict[str, Any]] = [{}, {"promise": promise}, {"answer": {"content": "已修。", "outcome": "solved"}}]
    told = [{"text": "路灯坏了。", "topic": "street-lights", **each} for each in told]
    asked = house.ask(session, told)
    seen: Counter[str] = Counter()
    for _ in range(40):
        step(house, chance, chance.choice(asked))
        compare(house, session, asked, seen)
    assert len(seen) >= 6, seen
    house.county.close()


def step(house: Station, chance: random.Random, about: Mapping[str, Any]) -> None:
    """Somebody does something, or time passes; what is not possible then is refused."""
    lead = lead_of(house, about["id"])
    act = chance.random()
    if act < 0.2:
        house.county.later(timedelta(days=chance.choice((1, 3, 8))))
    elif act < 0.35:
        rating = {"result": chance.choice(("satisfied", "dissatisfied")), "comment": "说明。"}
        house.county.post(f"/receipts/{about['receipt']}/evaluation", rating)
    elif act < 0.45:
        ruling = {"about": "objection", "granted": chance.random() < 0.5, "reason": "依职责清单。"}
        house.county.post(f"/assignments/{lead['id']}/rule", ruling, "supervisor")
    else:
        verb, body = chance.choice(MOVES)
        if body.get("outcome") == "planned":
            due = house.county.clock.now() + timedelta(days=4)
            body = body | {"promise": {"what": "再修", "due": due.isoformat()}}
        house.county.command(lead["department"], verb, {"assignment": lead["id"], **body})
    house.county.pump()


def compare(house: Station, session: str, asked: list[dict[str, Any]], seen: Counter[str]) -> None:
    """Every row beside what routing says of its case and its promises."""
    problems, promises = house.rows(session, "problem"), house.rows(session, "promise")
    for row, each in zip(problems, asked, strict=True):
        lead = lead_of(house, each["id"])
        names = ("state", "department", "outcome", "round")
        assert {name: row[name] for name in names} == {name: lead[name] for name in names}
        assert row["due"] == lead["deadlines"]["reply"]
        seen[row["state"]] += 1
        every = house.get("/assignments", opinion=each["id"])["items"]
        own = [promise for one in every for promise in house.get(f"/assignments/{one['id']}")["promises"]]
        kept = {promise["id"]: (promise["state"], promise["due"]) for promise in own}
        assert {row["id"]: (row["state"], row["due"]) for row in promises if row["opinion"] == each["id"]} == kept
        seen.update(state for state, _ in kept.values())


def lead_of(house: Station, opinion: str) -> dict[str, Any]:
    """The assignment of the department that has a case."""
    rows = house.get("/assignments", opinion=opinion)["items"]
    found: dict[str, Any] = next(row for row in rows if row["role"] == "lead" and row["state"] != "reassigned")
    return found
