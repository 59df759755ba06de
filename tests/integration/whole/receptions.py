"""Plays a year of receptions from a file, over HTTP alone: sessions are announced and held, what is asked there is written down."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from services.contracts.messages.sessions import AttendanceRecorded
from services.contracts.time.durations import parse_duration
from services.runtime.clock import FixedClock, new_id
from tests.integration.whole.county import County
from tests.stores import Templates

DEPLOY = Path(__file__).parents[3] / "deploy"
DEPUTIES = ("d-1", "d-2")
OFFICIAL = {"department": "city-management", "title": "局长"}
VISITOR = {"kind": "citizen", "name": "林阿伯", "phone": "13800138000"}
ANSWER = {"content": "现场答复：已经办好。", "outcome": "solved"}
API = "/api/v1"


class Receptions:
    """A place with its stations. `broken` says what is done otherwise for the kind of session that it names."""

    def __init__(
        self, text: Mapping[str, Any], templates: Templates, folder: Path, broken: Mapping[str, Any] | None = None
    ) -> None:
        self.text, self.broken = text, dict(broken or {})
        self.county = County(templates, folder, DEPLOY / "catalogue.yml", FixedClock(datetime.fromisoformat(str(text["begins"]))))
        self.stations = list(islice(self.county.catalogue.stations, text["stations"]))
        self.topics = cycle(text["topics"])
        self.apart = parse_duration(text["every"]).amount if "every" in text else 0
        for code in (*DEPUTIES, "secretary"):
            body = {"name": f"代表{code}", "level": "county", "term": "第十七届"}
            assert self.county.put(f"/deputies/{code}", body, "admin")[0] == 200
        self.county.pump()

    def play(self, kinds: list[str]) -> dict[str, Any]:
        """Play the rows of these kinds; returns the figures that the file has, by kind, as the product shows them."""
        figures = {}
        for row in self.text["rows"]:
            if row["kind"] in kinds:
                figures[row["kind"]] = self._play(row)
        return figures

    def _play(self, row: Mapping[str, Any]) -> dict[str, Any]:
        twist = self.broken if self.broken.get("kind") == row["kind"] else {}
        sessions = self._planned(row, twist)
        self.county.pump()
        for session in sessions:
            self._ask(f"/sessions/{session}/announce", {})
        self.county.clock.instant += timedelta(days=9 + self.apart * len(sessions))
        self.county.pump()
        numbers = self._led(row, sessions, twist)
        asked = self._asked(row, len(sessions))
        for place, session in enumerate(sessions):
            came = {"deputies": DEPUTIES, "officials": [OFFICIAL], "visitors": 3}
            self._ask(f"/sessions/{session}/hold", came)
            questions = next(asked)
            if not questions:
                continue
            if place < twist.get("elsewhere", 0):
                for question in questions:
                    told = {"title": question["text"], "content": question["text"], "topic": question["topic"]}
                    self._ask("/opinions", told | {"channel": "meeting"})
                continue
            numbers += self._write_down(session, questions, twist)
        self.county.pump()
        # Whoever asked is satisfied and says nothing more, so that what was solved is concluded by itself.
        self.county.later(timedelta(days=60))
        return self._figures(row, numbers)

    def _planned(self, row: Mapping[str, Any], twist: Mapping[str, Any]) -> list[str]:
        begins, found = self.county.clock.now() + timedelta(days=8), []
        themes = row.get("themes", [])
        for number, station in zip(range(row["sessions"]), cycle(self.stations), strict=False):
            theme = themes[number] if number < len(themes) and number >= twist.get("themeless", 0) else None
            at = begins + timedelta(days=self.apart * number)
            body = {
                "kind": row["kind"], "title": row["title"], "at": at.isoformat(), "station": station, "theme": theme,
                "departments": [OFFICIAL["department"]],
            }  # fmt: skip
            found.append(self._ask("/sessions", body)["id"])
        return found

    def _led(self, row: Mapping[str, Any], sessions: list[str], twist: Mapping[str, Any]) -> list[int]:
        """The sessions at which somebody has scanned the code, on the day itself or, in `late` of them, a day after."""
        if "led" not in row:
            return []
        late = twist.get("late", 0)
        codes = [self._code(session) for session in sessions[: row["led"]]]
        for place, code in enumerate(codes):
            # The sessions began a day ago by the clock.
            self.county.clock.instant -= timedelta(days=0 if place < late else 1)
            answer = self.county.client("intake").post(
                f"{API}/attendance", json={"code": code}, headers={"Authorization": "Bearer deputy:secretary"}
            )
            assert answer.status_code == (409 if place < late else 200), answer.text
            self.county.clock.instant += timedelta(days=0 if place < late else 1)
        return []

    def _code(self, session: str) -> str:
        order = {"kind": "activity", "label": "双进站", "session": session}
        answer = self.county.client("intake").post(f"{API}/codes", json=order, headers={"Authorization": "Bearer admin"})
        return str(json.loads(answer.get_data().splitlines()[1])["code"])

    def _asked(self, row: Mapping[str, Any], sessions: int) -> Iterator[list[dict[str, Any]]]:
        """What is asked at each session: spread evenly, the first `solved` of all with an answer on the spot."""
        left, solved = row["questions"], row["solved"]
        for remaining in range(sessions, 0, -1):
            many = -(-left // remaining)
            questions = []
            for _ in range(many):
                question: dict[str, Any] = {"text": "巷口有一件事请办一办。", "topic": next(self.topics)}
                if row.get("left_a_number", True):
                    question["submitter"] = VISITOR
                if solved:
                    question["answer"], solved = ANSWER, solved - 1
                elif "otherwise" in row:
                    question["answer"] = row["otherwise"]
                questions.append(question)
            left -= many
            yield questions

    def _write_down(self, session: str, questions: list[dict[str, Any]], twist: Mapping[str, Any]) -> list[int]:
        path, times = f"/sessions/{session}/questions", 2 if self.text.get("sent_twice") else 1
        portions = [[question] for question in questions] if times == 2 else [questions]
        for portion in portions:
            key = new_id()
            for _ in range(times):
                self._ask(path, {"questions": portion}, new_id() if twist.get("without_keys") else key)
        return [each["number"] for each in self._get(path, limit=500)["items"]]

    def _figures(self, row: Mapping[str, Any], numbers: list[int]) -> dict[str, Any]:
        kind = row["kind"]
        groups = self._get("/statistics/sessions", by="kind")["groups"]
        counts = next(group["counts"] for group in groups if group["key"]["kind"] == kind)
        told = self._get("/statistics", by="session_kind")["groups"]
        cases = next(group["counts"] for group in told if group["key"]["session_kind"] == kind)
        figures = {
            "held": counts["held"], "questions": cases["submitted"], "solved": cases["concluded_solved"],
            "share": f"{cases['concluded_solved'] / cases['submitted']:.2%}",
        }  # fmt: skip
        wanted = self.text["expect"][kind]
        if "themes" in wanted:
            by_theme = self._get("/statistics", by="theme")["groups"]
            figures["themes"] = sum(bool(group["key"]["theme"]) for group in by_theme)
        if "led" in wanted:
            came = [event.data for event in self.county.events() if isinstance(event.data, AttendanceRecorded)]
            figures["led"] = sum(each.deputy == row["leader"] for each in came)
        if "numbers" in wanted:
            figures["numbers"] = numbers
        return figures

    def _ask(self, path: str, body: Mapping[str, Any], key: str | None = None) -> Any:
        status, answer = self.county.post(path, body, "admin", key)
        assert status in (200, 201), (path, answer)
        return answer

    def _get(self, path: str, **query: Any) -> Any:
        status, answer = self.county.get(path, **query)
        assert status == 200, answer
        return answer
