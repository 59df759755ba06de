"""Plays sessions with people from a file, over HTTP and AMQP alone, by a moved clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.contracts.time.durations import parse_duration
from services.runtime.clock import FixedClock
from tests.integration.whole.county import County
from tests.stores import Templates

DEPLOY = Path(__file__).parents[3] / "deploy"
PLAN = "meetings"
VISITOR = {"kind": "citizen", "name": "张三", "phone": "13800000000"}


@dataclass(frozen=True, order=True)
class Act:
    """Something that happens with one of the sessions; `number` counts them from 0."""

    at: datetime
    order: int
    number: int


class Meetings:
    """A place with its sessions. What is done with each stands in `story`; `change` says what is done otherwise."""

    def __init__(
        self, text: Mapping[str, Any], templates: Templates, folder: Path, change: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        self.text = text
        self.story = [{**step, **(change or {}).get(step["does"], {})} for step in text["story"]]
        self.station, self.who = text["station"], f"station:{text['station']}"
        begins = datetime.fromisoformat(str(text["begins"]))
        self.county = County(templates, folder, DEPLOY / "catalogue.yml", FixedClock(begins))
        self.refused = 0
        for code in text["deputies"]:
            body = {"name": f"代表{code}", "level": "county", "term": "第十七届"}
            assert self.county.put(f"/deputies/{code}", body, "admin")[0] == 200
        self.county.work()
        plan = {**text["plan"], "station": self.station, "deputies": text["deputies"]}
        status, answer = self.county.put(f"/plans/{PLAN}", plan, self.who)
        assert status == 200, answer
        self.county.work()
        self.sessions = self._listed()[: text["sessions"]]

    def play(self) -> dict[str, Any]:
        """Play the story; returns the figures that the file has, as the product shows them."""
        acts = sorted(
            Act(self._at(session, step), order, number)
            for number, session in enumerate(self.sessions)
            for order, step in enumerate(self.story)
        )
        for act in acts:
            while self.county.clock.now() < act.at:
                self.county.later(min(timedelta(days=1), act.at - self.county.clock.now()))
            self._do(self.story[act.order], self.sessions[act.number], act.number)
            self.county.work()
        return {name: getattr(self, f"_{name}")() for name in self.text["expect"]}

    def _at(self, session: Mapping[str, Any], step: Mapping[str, Any]) -> datetime:
        at = datetime.fromisoformat(session["at"])
        for name, sign in (("before", -1), ("after", 1)):
            if name in step:
                length = parse_duration(step[name])
                at += sign * (length.elapsed or timedelta(days=length.amount))
        return at

    def _do(self, step: Mapping[str, Any], session: Mapping[str, Any], number: int) -> None:
        if step["does"] == "ask":
            many = step["many"]
            count = many[number] if isinstance(many, list) else many
            questions = [{**step["question"], "submitter": VISITOR}] * count
            self._post(f"/sessions/{session['id']}/questions", {"questions": questions}, 201)
        elif step["does"] == "keep":
            self._keep(session, step)
        else:
            body = {name: value[number] if isinstance(value, list) and name == "visitors" else value
                    for name, value in step.items() if name not in ("does", "before", "after", "step")}  # fmt: skip
            path = f"/sessions/{session['id']}/{step['does']}"
            status, answer = self.county.post(path, body, self.who)
            if status == 422 and "reason" in answer["errors"]:
                # The rule is told; who goes on all the same says why.
                self.refused += 1
                self._post(path, {**body, "reason": "按实际情况举行。"}, 200)
            else:
                assert status == 200, answer

    def _keep(self, session: Mapping[str, Any], step: Mapping[str, Any]) -> None:
        """The departments keep what they promised; `but` of them do not."""
        asked = self.county.get(f"/sessions/{session['id']}/questions", self.who)[1]["items"]
        for question in asked[: len(asked) - step.get("but", 0)]:
            case = self.county.get(f"/opinions/{question['id']}")[1]
            self.county.command(case["department"], "keep", {"assignment": case["assignment"], "evidence": step["evidence"]})

    def _post(self, path: str, body: Mapping[str, Any], expected: int) -> None:
        status, answer = self.county.post(path, body, self.who)
        assert status == expected, (path, answer)

    def _listed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.county.get("/sessions", self.who, plan=PLAN, sort="at", limit=500)[1]["items"]
        return found

    def _counts(self) -> dict[str, int]:
        counts = self.county.get("/statistics/sessions", None)[1]["total"]["counts"]
        return {name: counts[name] for name in self.text["expect"]["counts"]}

    def _lists(self) -> dict[str, int]:
        """How many rows the lists of the sessions have together."""
        return {
            name: sum(len(self.county.get(f"/sessions/{each['id']}/lists/{name}", self.who)[1]["items"]) for each in self.sessions)
            for name in self.text["expect"]["lists"]
        }

    def _summary(self) -> dict[str, int]:
        """The month of the station."""
        counts = self.county.get(f"/lists/summary/{self.station}/{self.text['month']}", self.who)[1]["counts"]
        return {name: counts[name] for name in self.text["expect"]["summary"]}

    def _days(self) -> list[str]:
        return [each["at"][:10] for each in self._listed()[: len(self.sessions)]]

    def _moved(self) -> list[str]:
        """The days that a holiday has moved."""
        return [f"{each['nominal']} → {each['at'][:10]}" for each in self.sessions if each["nominal"] != each["at"][:10]]

    def _themes(self) -> list[str]:
        return [each["theme"] for each in self.sessions]

    def _fixed(self) -> int:
        """四定: how many sessions have a theme, a host, people to come and a time that the public knows."""
        public = self.county.get("/sessions", None, plan=PLAN, limit=500)[1]["items"]
        return sum(bool(each["theme"] and each["station"] and each["deputies"] and each["at"]) for each in public)

    def _refused(self) -> int:
        return self.refused

    def _irregular(self) -> list[str]:
        """The rules that the public reads were broken, each once."""
        public = self.county.get("/sessions", None, plan=PLAN, limit=500)[1]["items"]
        return sorted({broken["rule"] for each in public for broken in each["irregular"]})

    def _states(self) -> list[str]:
        return sorted({each["state"] for each in self._listed()[: len(self.sessions)]})
