"""Plays a scenario: a file that says what is submitted, what departments and submitters do, and which figures come out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from services.runtime.clock import SystemClock
from tests.system.mailbox import Mailbox
from tests.system.place import API, Place, eventually

PATIENCE = 60.0
#: So many cases are under way at a time: where deadlines are seconds, none passes while the others have their turn.
AT_A_TIME = 100
#: What a step sends to the department's own assignment.
VERBS = ("sign", "object", "extend", "pause", "resume", "progress", "reply", "keep")


@dataclass
class Case:
    """One opinion of a scenario, as those outside know it."""

    opinion: str
    receipt: str
    assignment: str = ""
    department: str = ""
    rounds: int = 1


@dataclass
class Scenario:
    """One file, played on a place through HTTP and AMQP only."""

    text: Mapping[str, Any]
    place: Place
    mail: Mailbox
    run: str = field(default_factory=lambda: uuid4().hex[:8])
    cases: list[Case] = field(default_factory=list)

    def play(self) -> None:
        """All groups, one after the other, each in parts."""
        for number, group in enumerate(self.text["cases"]):
            for start in range(0, group["many"], AT_A_TIME):
                self.play_part(number, group, range(start, min(start + AT_A_TIME, group["many"])))

    def play_part(self, number: int, group: Mapping[str, Any], part: range) -> None:
        """Some cases of a group, from their submission to the last step."""
        cases = self.submit(number, group, part)
        self.cases += cases
        accept = dict(self.text.get("accept", {})) | dict(group.get("accept", {}))
        if accept:
            self.accept(cases, accept)
        self.find_assignments(cases)
        for step in group["steps"]:
            ((name, facts),) = step.items()
            self.do(name, facts, cases)

    def submit(self, number: int, group: Mapping[str, Any], part: range) -> list[Case]:
        """A part of a group in one batch; every line has to be taken."""
        common = {name: value for name, value in self.text["submit"].items() if name != "topics"}
        topics = self.text["submit"]["topics"]
        lines = [
            {"title": f"{self.text['title']}（{number + 1}.{count + 1}）", "content": group.get("why", "请予办理。"),
             "topic": topics[count % len(topics)], "external_id": f"{self.run}-{number}-{count}", "area": self.text["area"],
             **common}
            for count in part
        ]  # fmt: skip
        answers = self.place.batch("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())
        assert [answer["status"] for answer in answers] == ["created"] * len(part), answers[:3]
        return [Case(answer["id"], answer["receipt"]) for answer in answers]

    def accept(self, cases: Sequence[Case], facts: Mapping[str, Any]) -> None:
        """集中交办: the review lets many in with one command."""
        ids = [case.opinion for case in cases]
        answer = self.place.post("/opinions/accept", {"opinions": ids, **facts}, token=self.place.admin_token)
        assert {item["state"] for item in answer["items"]} == {"accepted"}, answer["items"][:3]

    def find_assignments(self, cases: Sequence[Case]) -> None:
        """Wait until every opinion is in its lead department's queue."""
        wanted = {case.opinion: case for case in cases}

        def arrived() -> bool:
            self.mail.look(0.05)
            for letter in self.mail.letters:
                case = wanted.get(letter.event.get("subject", ""))
                if case is not None and letter.type == "assignment.created" and letter.data["role"] == "lead":
                    case.assignment, case.department = letter.data["assignment"], letter.data["department"]
            return all(case.assignment for case in cases)

        eventually(arrived, PATIENCE)

    def do(self, name: str, facts: Mapping[str, Any], cases: Sequence[Case]) -> None:
        """One step, for all cases of a group."""
        if name in VERBS:
            for case in cases:
                self.mail.command(f"{case.department}.{name}", {"assignment": case.assignment, **_with_dates(facts)})
            return
        steps: Mapping[str, Callable[[Case, Mapping[str, Any]], None]] = {
            "evaluate": self.evaluate, "mark": self.mark, "wait": self.wait, "meet": self.meet,
        }  # fmt: skip
        for case in cases:
            steps[name](case, facts)
        if facts.get("result") == "dissatisfied":
            self.wait_until_reopened(cases)

    def evaluate(self, case: Case, facts: Mapping[str, Any]) -> None:
        """Rate the reply of this round as soon as it is there."""
        path = f"{API}/receipts/{case.receipt}"

        def replied() -> bool:
            moments = [moment["what"] for moment in self.place.ask("GET", path).json()["timeline"]]
            return moments.count("assignment.replied") >= case.rounds

        def taken() -> bool:
            answer = self.place.ask("POST", f"{path}/evaluation", json=facts)
            assert answer.status_code in (201, 409), answer.text
            return answer.status_code == 201

        # Before the first reply there is nothing to rate; before the next ones a rating would be a revision of the last.
        if case.rounds > 1:
            eventually(replied, PATIENCE)
        eventually(taken, PATIENCE)

    def wait_until_reopened(self, cases: Sequence[Case]) -> None:
        """The department hears that it has to be done again."""
        for case in cases:
            case.rounds += 1
            self.mail.wait("assignment.reopened", PATIENCE, assignment=case.assignment, round=case.rounds)

    def mark(self, case: Case, facts: Mapping[str, Any]) -> None:
        """Put a case on the key list."""
        self.place.post(f"/assignments/{case.assignment}/mark", facts, token=self.place.admin_token)

    def wait(self, case: Case, facts: Mapping[str, Any]) -> None:
        """Until a rung of the ladder has fired."""

        def fired() -> bool:
            self.mail.look(0.1)
            return any(
                letter.data.get("rung") == facts["rung"] and letter.data["assignment"] == case.assignment
                for letter in self.mail.letters
            )

        eventually(fired, PATIENCE + 60)

    def meet(self, case: Case, facts: Mapping[str, Any]) -> None:
        """督政议事会: what is under supervision comes onto the agenda, and the result is recorded."""
        raised = [row for row in self.place.pages("/supervisions", opinion=case.opinion) if row["state"] == "open"]
        assert raised
        ids = [row["id"] for row in raised]
        at = SystemClock().now() + timedelta(days=1)
        meeting = {"title": facts["title"], "at": at.isoformat(), "supervisions": ids}
        self.place.post("/meetings", meeting, 201, token=self.place.admin_token)
        for each in ids:
            result = {"result": facts["result"], "note": facts["note"]}
            self.place.post(f"/supervisions/{each}/result", result, token=self.place.admin_token)
        self.mail.wait("supervision.resolved", PATIENCE, supervision=ids[0], result=facts["result"])

    def figures(self) -> Mapping[str, Any]:
        """The statistics of the scenario's area."""
        groups = self.place.get("/statistics", by="area")["groups"]
        return next((group for group in groups if group["key"]["area"] == self.text["area"]), {"counts": {}, "rates": {}})

    def differences(self) -> list[str]:
        """What the statistics say otherwise than the file."""
        found, expected = self.figures(), self.text["expect"]
        return [*_count_differences(found, expected.get("counts", {})), *_rate_differences(found, expected.get("rates", {}))]


def _with_dates(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a command; `days` of a promise become an instant."""
    body = dict(facts)
    if "promise" in body:
        promise = dict(body["promise"])
        due = SystemClock().now() + timedelta(days=promise.pop("days"))
        body["promise"] = promise | {"due": due.isoformat()}
    return body


def _count_differences(found: Mapping[str, Any], expected: Mapping[str, int]) -> Iterator[str]:
    for name, number in expected.items():
        if found["counts"].get(name) != number:
            yield f"{name}: {found['counts'].get(name)} instead of {number}"


def _rate_differences(found: Mapping[str, Any], expected: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    for path, wanted in expected.items():
        name, _, variant = path.partition(".")
        rate = found["rates"].get(name, {}).get(variant, {})
        shown = [rate.get(part) for part in ("numerator", "denominator", "text")]
        if shown != list(wanted):
            yield f"{path}: {shown} instead of {list(wanted)}"
