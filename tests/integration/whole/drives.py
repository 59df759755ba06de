"""Plays drives for opinions from a file: codes that are made, printed and scanned, and mobile stations without a network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import yaml

from services.runtime.clock import ZONE, FixedClock
from tests.integration.whole.county import County
from tests.stores import Templates

DEPLOY = Path(__file__).parents[3] / "deploy"
START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
TEXT = {"title": "村口路灯不亮", "content": "村口的路灯坏了两周，请派人看看。", "topic": "street-lights"}
ROOT = {"changan": {"name": "长安镇", "name_en": "Changan"}}
HOUSEHOLD = "household"
ADMIN = {"Authorization": "Bearer admin"}
#: How a page of a PDF file begins.
PAGE = re.compile(rb"/Type\s*/Page\b")


def opened(templates: Templates, folder: Path, **sections: Mapping[str, Any]) -> County:
    """A county with these places beside those of the shipped catalogue."""
    catalogue = folder / "catalogue.yml"
    extended = {"extends": str(DEPLOY / "catalogue.yml"), **sections}
    catalogue.write_text(yaml.safe_dump(extended, allow_unicode=True), encoding="utf-8")
    return County(templates, folder, catalogue, FixedClock(START))


class Codes:
    """一码听民情: a code for every household, and what comes by them."""

    def __init__(self, text: Mapping[str, Any], templates: Templates, folder: Path) -> None:
        self.text = text
        named = {
            f"{kind}-{n}": {"name": f"{n}{about['name']}", "name_en": f"{kind} {n}", "parent": "changan"}
            for kind, about in text["places"].items()
            for n in range(1, about["many"] + 1)
        }
        self.places = list(named)
        self.county = opened(templates, folder, areas=ROOT | named)
        self.codes: dict[str, list[str]] = {}
        self.batches: dict[str, str] = {}

    def play(self, retired_before: int = 0) -> dict[str, Any]:
        """Play it; returns the figures that the file has."""
        body = json.loads(json.dumps(self.text["campaign"], default=str))
        assert self.county.put("/campaigns/minqing", body, "admin")[0] == 200
        for place, households in zip(self.places, self._households(), strict=True):
            self._make(place, households)
        doors = list(islice(self._doors(), self.text["opinions"]))
        for door in doors[:retired_before]:
            assert self._move(door, "retire")[0] == 200
        taken = sum(self._scan(door)[0] == 201 for door in doors)
        spare, worn, unused, *_ = (self.codes[place][-1] for place in self.places)
        unknown, _ = self._scan(spare[:-2] + ("00" if spare[-2:] != "00" else "11"))
        self._move(unused, "retire")
        retired, _ = self._scan(unused)
        figures = {
            "places": len(self.codes), "codes": sum(map(len, self.codes.values())), "pages": sum(map(self._printed, self.places)),
            "campaign": self._campaign(), "households": self._by_kind(),
            "unknown": "refused" if unknown == 422 else unknown, "retired": "refused" if retired == 422 else retired,
        }  # fmt: skip
        self._move(worn, "replace")
        figures["replaced"] = "counted" if self._scan(worn)[0] == 201 and self._campaign() == taken + 1 else "lost"
        self.county.clock.instant += timedelta(days=60)
        status, note = self._scan(worn)
        figures["late"] = "taken, not counted" if status == 201 and note == {"counts": False} else note
        assert self._campaign() == taken + 1
        return figures

    def _households(self) -> Iterator[int]:
        for kind, about in self.text["places"].items():
            yield from islice(cycle(self.text["households"][kind]), about["many"])

    def _make(self, place: str, many: int) -> None:
        order = {"kind": HOUSEHOLD, "area": place, "many": many, "campaign": "minqing"}
        answer = self.county.client("intake").post("/api/v1/codes", json=order, headers=ADMIN)
        first, *made, last = map(json.loads, answer.get_data().splitlines())
        assert (last["made"], len(made)) == (many, many)
        self.batches[place], self.codes[place] = first["batch"], [each["code"] for each in made]

    def _doors(self) -> Iterator[str]:
        """One household of each place after the other, but for the last one of each."""
        for row in zip(*(codes[:-1] for codes in self.codes.values()), strict=False):
            yield from row

    def _scan(self, code: str) -> tuple[int, Any]:
        status, answer = self.county.post("/opinions", TEXT | {"code": code})
        note = answer.get("campaign")
        return status, {"counts": note["counts"]} if note else None

    def _move(self, code: str, move: str) -> Any:
        return self.county.post(f"/codes/{code}/{move}", {}, "admin")

    def _printed(self, place: str) -> int:
        """How many pages of stickers the codes of a place fill."""
        path = f"/api/v1/codes/batches/{self.batches[place]}/sheets"
        sheets = self.county.client("intake").get(path, headers=ADMIN).get_data()
        assert sheets.startswith(b"%PDF-")
        return len(PAGE.findall(sheets))

    def _campaign(self) -> int:
        return int(self.county.get("/campaigns/minqing", None)[1]["opinions"])

    def _by_kind(self) -> int:
        self.county.pump()
        groups = self.county.get("/statistics", by="code_kind")[1]["groups"]
        return sum(group["counts"]["submitted"] for group in groups if group["key"]["code_kind"] == HOUSEHOLD)


class MobileStations:
    """流动站: somebody takes opinions down on a phone without a network, which sends each form again until it is answered."""

    def __init__(self, text: Mapping[str, Any], templates: Templates, folder: Path) -> None:
        self.text = text
        self.stations = [f"boat-{n}" for n in range(1, text["stations"] + 1)]
        places = {code: {"name": f"流动站{code}", "area": "changan"} for code in self.stations}
        self.county = opened(templates, folder, areas=ROOT, stations=places)

    def play(self, without: str = "") -> dict[str, Any]:
        """Play it; returns the figures that the file has."""
        receipts = {
            title: self._take_down(station, number, title, without)
            for number, (station, title) in enumerate(zip(cycle(self.stations), self._titles(), strict=False))
        }
        self.county.pump()
        cases = {row["title"]: row for row in self._cases()}
        for title in self._titles()[: self.text["solved"]]:
            self._solve(cases[title], receipts[title])
        self.county.work()
        groups = self.county.get("/statistics", by="channel,station")[1]["groups"]
        own = [group for group in groups if group["key"]["channel"] == "mobile_station"]
        counted = {name: sum(group["counts"][name] for group in own) for name in self.text["expect"] if name != "stations"}
        return counted | {"stations": len({group["key"]["station"] for group in own})}

    def _titles(self) -> list[str]:
        return [f"渡口没有护栏（{number}）" for number in range(self.text["opinions"])]

    def _take_down(self, station: str, number: int, title: str, without: str) -> str:
        """Send a form as often as the file says; gives the receipt that the last answer shows."""
        form = {**TEXT, "title": title, "channel": "mobile_station", "name": "林阿伯", "key": f"{number:022}"}
        form.pop(without, None)
        for _ in range(self.text["sent"]):
            answer = self.county.client("intake").post(
                "/station", data=form, headers={"Authorization": f"Bearer station:{station}"}
            )
            assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"].split("/")[2])

    def _cases(self) -> Iterator[Mapping[str, Any]]:
        """All opinions, the oldest first, so that of two with one title the later one is remembered."""
        found: list[Mapping[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.county.get("/opinions", limit=500, **cursor)[1]
            found += page["items"]
            if page["next"] is None:
                return iter(found[::-1])
            cursor = {"cursor": page["next"]}

    def _solve(self, case: Mapping[str, Any], receipt: str) -> None:
        """The department answers that it is done, and who told it agrees."""
        reply = {"assignment": case["assignment"], "content": "护栏已装好。", "outcome": "solved"}
        self.county.command(case["department"], "reply", reply)
        self.county.pump()
        status, answer = self.county.post(f"/receipts/{receipt}/evaluation", {"result": "satisfied"})
        assert status == 201, answer
