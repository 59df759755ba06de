"""Plays what people do with opinions that are entrusted to them, from a file, over HTTP and AMQP alone, by a moved clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import yaml

from services.contracts.messages.duties import DutyEnded, DutySet
from services.contracts.time.durations import parse_duration
from services.runtime.clock import ZONE, FixedClock
from tests.integration.whole.county import County
from tests.stores import Templates

DEPLOY = Path(__file__).parents[3] / "deploy"
START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
TEXT = {"title": "路灯不亮", "content": "巷口的路灯坏了两周。", "topic": "street-lights", "channel": "station"}
VOTER = {"kind": "citizen", "name": "张三", "phone": "13800000000"}


class Institution:
    """One place with its stations, deputies and opinions. `without` names a step that is left out, for the first `but` opinions
    or for all."""

    def __init__(self, text: Mapping[str, Any], templates: Templates, folder: Path, without: str = "", but: int = 0) -> None:
        self.text, self.without, self.but = text, without, but
        self.stations = self._made_stations()
        areas = {"longhu": {"name": "辖区", "name_en": "The place"}}
        places = {code: {"name": name, "area": "longhu"} for code, name in self.stations.items()}
        catalogue = folder / "catalogue.yml"
        extended = {"extends": str(DEPLOY / "catalogue.yml"), "areas": areas, "stations": places}
        catalogue.write_text(yaml.safe_dump(extended, allow_unicode=True), encoding="utf-8")
        self.county = County(templates, folder, catalogue, FixedClock(START))
        self.deputy_of: dict[str, str] = {}
        self._enter_deputies()
        self.opinions = [self._submit(station) for station, _ in zip(cycle(self.stations), range(text["opinions"]), strict=False)]
        self.county.work()

    def play(self) -> dict[str, Any]:
        """Play the story; returns the figures that the file has, as the product shows them."""
        for step in self.text["story"]:
            self._step(step)
        return {name: getattr(self, f"_{name}")() for name in self.text["expect"]}

    def _step(self, step: Mapping[str, Any]) -> None:
        if "passes" in step:
            length = parse_duration(step["passes"])
            for _ in range(length.amount):
                self.county.later(timedelta(days=1))
            return
        left_out = 0 if step["step"] != self.without else self.but or len(self.opinions)
        for opinion, receipt, station in self.opinions[left_out:]:
            who, _, named = step["who"].partition(" ")
            if who == "department":
                self._command(step["does"], opinion, step.get("with", {}))
                continue
            deputy = named or self.deputy_of.get(station, "")
            caller = {
                "informant": f"informant:{station}", "station": f"station:{station}", "deputy": f"deputy:{deputy}",
                "presidium": "supervisor",
            }[who]  # fmt: skip
            body = step.get("with", {"deputy": deputy} if step["does"] == "entrust" else {})
            status, answer = self.county.post(f"/opinions/{opinion}/{step['does']}", body, caller)
            # Once a step was left out, what comes after it is refused.
            assert self.without or status == 200, (step["step"], receipt, answer)
        self.county.pump()
        self.county.clock.instant += timedelta(minutes=5)

    def _command(self, verb: str, opinion: str, data: Mapping[str, Any]) -> None:
        assignment = self.county.get(f"/opinions/{opinion}")[1]
        self.county.command(assignment["department"], verb, {"assignment": assignment["assignment"], **data})

    def _submit(self, station: str) -> tuple[str, str, str]:
        body = {**TEXT, "station": station, "submitter": VOTER}
        status, answer = self.county.post("/opinions", body, f"station:{station}")
        assert status == 201, answer
        return answer["id"], answer["receipt"].replace("-", ""), station

    def _made_stations(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for kind in self.text["stations"]:
            many = kind.get("many", 1)
            found |= {f"{kind['code']}-{n}" if many > 1 else kind["code"]: f"{kind['name']}{n}" for n in range(1, many + 1)}
        return found

    def _enter_deputies(self) -> None:
        named = dict(self.text.get("deputies", {}))
        if self.text.get("deputies_of_each_station"):
            self.deputy_of = {station: f"d-{station}" for station in self.stations}
            named |= {code: f"{self.stations[station]}代表" for station, code in self.deputy_of.items()}
        for code, name in named.items():
            status, answer = self.county.put(f"/deputies/{code}", {"name": name, "level": "county", "term": "第十七届"}, "admin")
            assert status == 200, answer

    def _told(self, what: str) -> list[Mapping[str, Any]]:
        """The facts of what the holders of the receipts read of this kind, in order."""
        told = [self.county.get(f"/receipts/{receipt}", None)[1]["timeline"] for _, receipt, _ in self.opinions]
        return [line["facts"] for lines in told for line in lines if line["what"] == what]

    def _hops(self) -> list[str]:
        return [facts["holder"] for facts in self._told("opinion.relayed")]

    def _late(self) -> list[str]:
        return [facts["holder"] for facts in self._told("opinion.relayed") if not facts["on_time"]]

    def _reminded(self) -> int:
        return len(self._told("reminder.given"))

    def _missed(self) -> int:
        ended = {event.data.duty for event in self.county.events() if isinstance(event.data, DutyEnded) and not event.data.done}
        set_ = {event.data.duty for event in self.county.events() if isinstance(event.data, DutySet)}
        return len(ended & set_)

    def _counts(self) -> dict[str, int]:
        counts = self.county.get("/statistics")[1]["total"]["counts"]
        return {name: counts[name] for name in self.text["expect"]["counts"]}

    def _stations(self) -> int:
        return len({station for _, _, station in self.opinions})
