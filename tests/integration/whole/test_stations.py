"""The nets of stations that real places have, each from a file; the broken variant of each shows another figure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.runtime.clock import ZONE, FixedClock
from tests.integration.whole.county import County
from tests.stores import Templates
from tests.stories import names_in, read

BASE = Path(__file__).parents[3] / "deploy" / "catalogue.yml"
START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
DAY_OF_RECEPTION = datetime(2026, 3, 12, 11, 30, tzinfo=ZONE)
CHECKED = {"met_since": "2026-03-01", "checked_by": "人大常委会代表工委"}
NETS = ("chaonan.yml", "jinping.yml", "wuxing-tree.yml")


@dataclass
class Net:
    """A net of stations as a file says it; `broken` leaves out of it what the broken variant leaves out."""

    text: Mapping[str, Any]
    broken: bool
    stations: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tree, unhung = self.text["tree"], self.text["broken"].get("unhung", 0) if self.broken else 0
        towns, villages = tree["towns"], tree["villages"]
        if tree["centre"]:
            self.stations["centre"] = {"name": "代表联络总站", "area": "yunlan"}
        top = {"parent": "centre"} if tree["centre"] else {}
        for number in range(towns):
            self.stations[f"t{number}"] = {"name": f"第{number + 1}镇站", "area": "yunlan", **top}
        for number in range(villages):
            above = {} if number < unhung else {"parent": f"t{number % towns}"}
            self.stations[f"v{number}"] = {"name": f"第{number + 1}村站", "area": "yunlan", **above}

    def catalogue(self, folder: Path) -> Path:
        """The shipped catalogue with these stations and checklists in place of its own."""
        place = yaml.safe_load(BASE.read_text())
        lists = [(name, many, False) for name, many in self.text.get("checklists", {}).items()]
        lists += [(name, many, True) for name, many in self.text.get("central_checklists", {}).items()]
        place["stations"] = self.stations
        place["checklists"] = {
            f"l{number}": {
                "name": name, "name_en": name, "central": central,
                "items": {f"i{item}": {"name": f"第{item + 1}项", "name_en": f"Item {item + 1}"} for item in range(many)},
            }
            for number, (name, many, central) in enumerate(lists)
        }  # fmt: skip
        path = folder / "net.yml"
        path.write_text(yaml.safe_dump(place, allow_unicode=True))
        return path


def listed(county: County) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        _, page = county.get("/stations", who=None, limit=40, **cursor)
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def check_off(county: County, missing: Mapping[str, Any]) -> None:
    """Every item of every checklist at every station is checked, but the last one of the list that is `missing` somewhere."""
    left_out = missing.get("stations", 0)
    for station in reversed(listed(county)):
        for checklist in station["checklists"]:
            items = checklist["of"]
            if left_out and checklist["name"] == missing["checklist"]:
                left_out, items = left_out - 1, items - 1
            for item in range(items):
                status, _ = county.put(f"/stations/{station['code']}/checklists/{checklist['checklist']}/i{item}", CHECKED, "admin")
                assert status == 200


def submit(county: County, stations: list[str], many: int) -> None:
    lines = [
        {"title": f"第{number + 1}件", "content": "请予办理。", "channel": "station", "station": stations[number % len(stations)],
         "external_id": f"n-{number}"}
        for number in range(many)
    ]  # fmt: skip
    body = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    answers = county.batch(body)
    assert Counter(answer["status"] for answer in answers) == {"created": many}
    county.pump()


def receive(county: County, stations: list[str], figures: Mapping[str, int], unrated: int) -> None:
    """One reception at each station: deputies come, people ask, departments answer what they have solved, and who asked agrees."""
    shares = {name: shared_out(number, len(stations)) for name, number in figures.items()}
    day = {"kind": "reception", "title": "代表接待日", "at": "2026-03-12T09:00:00+08:00", "ends": "2026-03-12T11:00:00+08:00"}
    sessions = []
    for station in stations:
        status, answer = county.post("/sessions", day | {"station": station}, "admin")
        assert status == 201, answer
        sessions.append(answer["id"])
        assert county.post(f"/sessions/{answer['id']}/announce", {}, "admin")[0] == 200
    county.pump()
    county.clock.instant = DAY_OF_RECEPTION
    agreeing: list[str] = []
    for session, deputies, asked, solved in zip(sessions, *shares.values(), strict=True):
        came = {"deputies": [f"d-{number}" for number in range(deputies)]}
        assert county.post(f"/sessions/{session}/hold", came, "admin")[0] == 200
        questions = [
            {"text": f"第{number + 1}个问题：路灯不亮。", "topic": "street-lights"}
            | ({"answer": {"content": "已换灯。", "outcome": "solved"}} if number < solved else {})
            for number in range(asked)
        ]  # fmt: skip
        status, answer = county.post(f"/sessions/{session}/questions", {"questions": questions}, "admin")
        assert status == 201, answer
        agreeing += [each["receipt"] for each in answer["questions"][:solved]]
    county.pump()
    for receipt in agreeing[unrated:]:
        status, answer = county.post(f"/receipts/{receipt}/evaluation", {"result": "satisfied"})
        assert status == 201, answer
    county.pump()


def shared_out(number: int, among: int) -> list[int]:
    """A number in as many parts that differ by one at most."""
    return [number // among + (place < number % among) for place in range(among)]


def outcome(county: County, text: Mapping[str, Any]) -> dict[str, Any]:
    """What can be read of the net from outside."""
    stations = listed(county)
    found: dict[str, Any] = {"stations": len(stations)}
    if "checklists" in text:
        complete = Counter(each["name"] for station in stations for each in station["checklists"] if each["complete"])
        found |= {"complete": dict(complete), "central": sum(station["below"] > 0 for station in stations)}
    if "sessions" in text:
        total = county.get("/statistics/sessions")[1]["total"]
        rate = total["rates"]["solved"]
        found |= {"sessions": {name: total["counts"][name] for name in text["expect"]["sessions"]}}
        found |= {"rate": [rate["numerator"], rate["denominator"], rate["text"]]}
    if "opinions" in text:
        figures = [
            {group["key"]["station"]: group["counts"]["submitted"] for group in answer["groups"]}
            for _, answer in (county.get("/statistics", by="station", roll_up=roll_up) for roll_up in ("false", "true"))
        ]
        own, rolled = figures
        check_the_tree(stations, own, rolled)
        found |= {"county": rolled["centre"], "sum_of_stations": sum(own.values())}
    return found


def check_the_tree(stations: list[dict[str, Any]], own: Mapping[str, int], rolled: Mapping[str, int]) -> None:
    """The figure of each station is its own and those of the stations right below it."""
    for station in stations:
        code = station["code"]
        below = sum(rolled.get(each["code"], 0) for each in stations if each["parent"] == code)
        assert rolled.get(code, 0) == own.get(code, 0) + below, code


def test_there_is_a_file_for_each_net() -> None:
    assert {name for name in names_in("constituency") if "tree" in read(f"constituency/{name}")} == set(NETS)


@pytest.mark.parametrize("broken", [False, True], ids=["whole", "broken"])
@pytest.mark.parametrize("name", NETS)
def test_a_net_of_stations_shows_its_figures_and_the_broken_one_others(
    name: str, broken: bool, templates: Templates, tmp_path: Path
) -> None:
    text = read(f"constituency/{name}")
    net = Net(text, broken)
    county = County(templates, tmp_path, net.catalogue(tmp_path), FixedClock(START))
    try:
        if "checklists" in text:
            check_off(county, text["broken"]["missing"] if broken else {})
        if "sessions" in text:
            receive(county, list(net.stations), text["sessions"], text["broken"]["unrated"] if broken else 0)
        if "opinions" in text:
            submit(county, list(net.stations), text["opinions"])
        found, expected = outcome(county, text), text["expect"]
    finally:
        county.close()
    if not broken:
        assert found == expected
        return
    told = {name: text["broken"][name] for name in ("county", "complete", "sessions", "rate") if name in text["broken"]}
    assert told
    assert found == expected | told
    assert found != expected
