"""Plays sessions with chiefs from a file, over HTTP and AMQP alone, by a moved clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.runtime.clock import ZONE, FixedClock
from tests.integration.whole.county import County
from tests.stores import Templates

CATALOGUE = Path(__file__).parents[3] / "deploy" / "catalogue.yml"
#: A Monday morning.
START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
VISITOR = {"kind": "citizen", "name": "王小明", "phone": "13912345678"}


class Station:
    """A station where sessions are held, in a county of its own."""

    def __init__(self, templates: Templates, folder: Path, station: str) -> None:
        self.county, self.station = County(templates, folder, CATALOGUE, FixedClock(START)), station

    def do(self, path: str, body: Any, who: str = "supervisor") -> Any:
        """What a POST made; raises when it was refused."""
        status, answer = self.county.post(path, body, who)
        assert status in (200, 201), (path, answer)
        return answer

    def get(self, path: str, **query: Any) -> Any:
        """What a GET answers to the office."""
        status, answer = self.county.get(path, "supervisor", **query)
        assert status == 200, (path, answer)
        return answer

    def days(self, many: int) -> None:
        """Days pass, one after another."""
        for _ in range(many):
            self.county.later(timedelta(days=1))

    def session(self, kind: str, title: str, came: Mapping[str, Any], **details: Any) -> str:
        """A session that is announced, and held ten days later."""
        return self.held(self.planned(kind, title, came, **details), came)

    def planned(self, kind: str, title: str, came: Mapping[str, Any], **details: Any) -> str:
        """A session ten days from now."""
        at = self.county.clock.now() + timedelta(days=10)
        told = {"kind": kind, "title": title, "at": at.isoformat(), "station": self.station, "deputies": came["deputies"]}
        name: str = self.do("/sessions", told | details)["id"]
        return name

    def held(self, name: str, came: Mapping[str, Any]) -> str:
        """A session that was planned is announced, and held."""
        self.do(f"/sessions/{name}/announce", {})
        self.days(10)
        self.do(f"/sessions/{name}/hold", dict(came))
        self.county.pump()
        return name

    def ask(self, session: str, questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Questions are written down while people talk."""
        asked: list[dict[str, Any]] = self.do(f"/sessions/{session}/questions", {"questions": questions})["questions"]
        self.county.pump()
        return asked

    def rows(self, session: str, name: str) -> list[dict[str, Any]]:
        """A list of a session as it stands."""
        found: list[dict[str, Any]] = self.get(f"/sessions/{session}/lists/{name}")["items"]
        return found


class Chiefs:
    """The sessions of a file, held one after the other."""

    def __init__(self, text: Mapping[str, Any], templates: Templates, folder: Path, unkept: list[list[int]]) -> None:
        self.text, self.unkept = text, {tuple(each) for each in unkept}
        self.house = Station(templates, folder, text["station"])
        self.sessions: list[str] = []
        self.to_choose_from: list[int] = []
        self.last: list[list[str]] = []
        self.reopened: set[str] = set()

    def play(self) -> dict[str, Any]:
        """Hold all of them; returns the figures that the file has, as the product shows them."""
        for number, candidates in enumerate(self.text["themes"], 1):
            self._hold(number, candidates)
        house, of_kind = self.house, self.house.get("/statistics/sessions", by="kind")["groups"]
        numbers = {group["key"]["kind"]: group["counts"] for group in of_kind}
        found = [house.get(f"/sessions/{each}") for each in self.sessions]
        return {
            "themes": {
                "to_choose_from": self.to_choose_from,
                "held": [each["theme"] for each in found if each["theme"] in self._themes("held")],
                "dropped": len(self._themes("dropped")),
            },
            "chief": {name: numbers[self.text["kind"]][name] for name in self.text["expect"]["chief"]},
            "inspections": numbers["inspection"]["held"],
            "problems": sum(len(house.rows(each, "problem")) for each in self.sessions),
            "promises": dict(Counter(row["state"] for each in self.sessions for row in house.rows(each, "promise"))),
            "last": self.last,
            "reopened": len(self.reopened),
            "irregular": {
                str(number): [broken["rule"] for broken in each["irregular"]]
                for number, each in enumerate(found, 1)
                if each["irregular"]
            },
            "closed": sum(each["state"] == "closed" for each in found),
        }  # fmt: skip

    def _chosen(self, session: str, candidates: Mapping[str, int]) -> None:
        """Of some themes the one that most spoke for becomes the session's; the others are dropped."""
        house, kind = self.house, self.text["kind"]
        month = house.get(f"/sessions/{session}")["at"][:7]
        for title, support in candidates.items():
            theme = {"title": title, "source": "words", "kind": kind, "support": support}
            suggested = house.do("/themes", theme)["id"]
            house.do(f"/themes/{suggested}/shortlist", {"month": month})
        status, seen = house.county.get("/themes", None, kind=kind, state="shortlisted")
        assert status == 200, seen
        self.to_choose_from.append(len(seen["items"]))
        first, *others = sorted(seen["items"], key=lambda each: -each["support"])
        house.do(f"/themes/{first['id']}/choose", {"session": session})
        for each in others:
            house.do(f"/themes/{each['id']}/drop", {})

    def _themes(self, state: str) -> set[str]:
        return {each["title"] for each in self.house.get("/themes", state=state, limit=100)["items"]}

    def _hold(self, number: int, candidates: Mapping[str, int]) -> None:
        house, text = self.house, self.text
        name = house.planned(text["kind"], "局长进站", text["came"], officials=text["came"]["officials"])
        self._chosen(name, candidates)
        house.held(name, text["came"])
        theme = house.get(f"/sessions/{name}")["theme"]
        self.sessions.append(name)
        self.last.append([row["state"] for row in house.get(f"/sessions/{name}/last")["items"]])
        asked = house.ask(name, [self._question(theme, each) for each in text["questions"]])
        house.do(f"/sessions/{name}/minutes", {"minutes": f"议题：{theme}。"})
        house.county.post(f"/receipts/{asked[0]['receipt']}/evaluation", {"result": "satisfied"})
        house.days(12)
        for row in house.rows(name, "promise"):
            if (number, row["number"]) not in self.unkept:
                assignment = house.get("/assignments", opinion=row["opinion"])["items"][0]["id"]
                evidence = {"assignment": assignment, "evidence": "现场照片。"}
                house.county.command(text["department"], "keep", evidence)
        house.county.pump()
        house.days(12)
        reopened = [row for row in house.rows(name, "problem") if row["state"] == "reopened"]
        for row in reopened:
            self.reopened.add(row["opinion"])
        if number == 1:
            house.session("inspection", "视察承诺落实情况", {**text["came"], "officials": []})
        followed = {"reason": "重新办理中，下一场通报。"} if reopened else {}
        house.do(f"/sessions/{name}/follow", followed)
        house.do(f"/sessions/{name}/evaluate", text["ratings"])
        house.do(f"/sessions/{name}/close", {})
        house.county.pump()

    def _question(self, theme: str, said: Mapping[str, Any]) -> dict[str, Any]:
        asked = {
            "text": f"{theme}，请局长说说怎么解决。",
            "topic": self.text["topic"],
            "submitter": VISITOR,
            "summary": said["summary"],
        }
        if "answer" in said:
            return {**asked, "answer": said["answer"]}
        due = self.house.county.clock.now() + timedelta(days=said["promise"]["days"])
        return {**asked, "promise": {"what": said["promise"]["what"], "due": due.isoformat()}}
