"""The load, a program of its own: `python -m tests.faults.load PLAN JOURNAL`, told by lines on its standard input.

    quota N     submit N more opinions
    pace R      at most R opinions a second
    slow S      departments think so long (s) about each letter
    close       departments stop and the program ends

PLAN is a JSON file: url, admin_token, run, threads, topics, departments {code: AMQP address of its own user}.
It uses the contract alone. Every answer that it relies on is on the disk before it goes on: see `journal.py`.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
import time
from pathlib import Path
from typing import Any

import requests

from services.contracts.lifecycle import WITH_DEPARTMENT, State
from tests.faults.departments import Department, command_id
from tests.faults.journal import Journal

API = "/api/v1"
PATIENCE, REST_SECONDS = 30.0, 0.3


class Pace:
    """Hands out numbers from 1, as many as the quota and as fast as the pace allow."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._given, self._quota, self._per_second, self._next_at = 0, 0, 50.0, 0.0

    def allow(self, more: int) -> None:
        """So many more."""
        with self._lock:
            self._quota += more
            self._lock.notify_all()

    def hold(self, per_second: float) -> None:
        """So many a second at most."""
        with self._lock:
            self._per_second = per_second

    def take(self) -> int:
        """The next number, when it is its turn."""
        with self._lock:
            while self._given >= self._quota:
                self._lock.wait()
            self._given += 1
            number, now = self._given, time.monotonic()
            self._next_at = max(now, self._next_at + 1 / self._per_second)
            rest = self._next_at - now
        time.sleep(rest)
        return number


class Submitters:
    """Citizens: each submits and does not rest until it has a receipt."""

    def __init__(self, plan: dict[str, Any], journal: Journal) -> None:
        self._plan, self._journal = plan, journal
        self.pace = Pace()
        self.receipts: dict[str, str] = {}

    def start(self) -> None:
        """As many threads as the plan says."""
        for _ in range(self._plan["threads"]):
            threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        session = requests.Session()
        session.trust_env = False
        while True:
            self._submit(session, self.pace.take())

    def _submit(self, session: requests.Session, number: int) -> None:
        topics = self._plan["topics"]
        external = f"{self._plan['run']}-{number}"
        form = {"title": f"第{number}件", "content": f"编号{external}，请处理。", "topic": topics[number % len(topics)],
                "external_id": external}  # fmt: skip
        headers = {"Authorization": f"Bearer {self._plan['admin_token']}"}
        headers |= {"Idempotency-Key": command_id(external, "key")} if number % 2 else {}
        while True:
            started, status, answer = time.monotonic(), 0, ""
            try:
                got = session.post(f"{self._plan['url']}{API}/opinions", json=form, headers=headers, timeout=PATIENCE)
                status, answer = got.status_code, got.text
            except requests.RequestException as error:
                answer = error.__class__.__name__
            seconds = round(time.monotonic() - started, 3)
            self._journal.keep("attempt", durable=False, number=number, status=status, seconds=seconds,
                               words="" if status == 201 else answer[:200])  # fmt: skip
            if status in (200, 201):
                given = json.loads(answer)
                self._journal.keep("submitted", number=number, id=given["id"], receipt=given["receipt"])
                self.receipts[given["id"]] = given["receipt"]
                return
            time.sleep(REST_SECONDS)


class Office:
    """The supervisor who rules on objections, and the submitters who rate replies: one queue of things to do, some threads."""

    def __init__(self, plan: dict[str, Any], journal: Journal, receipts: dict[str, str]) -> None:
        self._plan, self._journal, self._receipts = plan, journal, receipts
        self._todo: queue.Queue[tuple[float, str, str, str]] = queue.Queue()
        self._displeased: set[str] = set()

    def start(self) -> None:
        """Two people."""
        for _ in range(2):
            threading.Thread(target=self._run, daemon=True).start()

    def told(self, verb: str, assignment: str, opinion: str) -> None:
        """A department has sent a command."""
        if verb == "object" or (verb == "reply" and int(opinion.replace("-", "")[-4:], 16) % 5 == 0):
            self._todo.put((time.monotonic() + 1.0, verb, assignment, opinion))

    def _run(self) -> None:
        session = requests.Session()
        session.trust_env = False
        work = {"object": self._rule, "reply": self._rate}
        while True:
            due, verb, assignment, opinion = self._todo.get()
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                done = work[verb](session, assignment, opinion)
            except (requests.RequestException, ValueError):
                done = False
            if not done:
                self._todo.put((time.monotonic() + 1.0, verb, assignment, opinion))

    def _ask(self, session: requests.Session, method: str, path: str, *, staff: bool, body: Any = None) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._plan['admin_token']}"} if staff else {}
        return session.request(method, f"{self._plan['url']}{API}{path}", json=body, headers=headers, timeout=PATIENCE)

    def _rule(self, session: requests.Session, assignment: str, _: str) -> bool:
        seen = self._ask(session, "GET", f"/assignments/{assignment}", staff=True)
        if seen.status_code != 200:
            return False
        state = seen.json()["state"]
        if state != State.OBJECTED:
            return state not in WITH_DEPARTMENT
        body = {"about": "objection", "granted": True, "reason": "情况属实"}
        answer = self._ask(session, "POST", f"/assignments/{assignment}/rule", staff=True, body=body)
        if answer.status_code == 200:
            self._journal.keep("ruled", assignment=assignment)
        return answer.status_code == 200

    def _rate(self, session: requests.Session, assignment: str, opinion: str) -> bool:
        receipt = self._receipts.get(opinion)
        if receipt is None:
            return True
        answer = self._ask(session, "GET", f"/receipts/{receipt}", staff=False)
        if answer.status_code != 200:
            return False
        state = State(answer.json()["state"])
        if state is not State.REPLIED:
            return state.is_closed or state is State.REOPENED
        displeased = int(opinion[-1], 16) % 4 == 0 and opinion not in self._displeased
        self._displeased.add(opinion)
        result = "dissatisfied" if displeased else "satisfied"
        body = {"result": result, "comment": "还没有修好。"}
        answer = self._ask(session, "POST", f"/receipts/{receipt}/evaluation", staff=False, body=body)
        if answer.status_code == 201:
            self._journal.keep("rated", opinion=opinion, assignment=assignment, result=result)
        return answer.status_code == 201


def main(plan_file: str, journal_file: str) -> int:
    """Run until `close` or the end of the input."""
    plan, journal = json.loads(Path(plan_file).read_text()), Journal(Path(journal_file))
    submitters = Submitters(plan, journal)
    office = Office(plan, journal, submitters.receipts)
    codes = list(plan["departments"])
    others = dict(zip(codes, [*codes[1:], codes[0]], strict=True))
    departments = [Department(code, url, others[code], journal, office.told) for code, url in plan["departments"].items()]
    submitters.start()
    office.start()
    for each in departments:
        each.start()
    for line in sys.stdin:
        word, _, value = line.strip().partition(" ")
        if word == "close":
            break
        if word == "slow":
            for department in departments:
                department.slow = float(value)
        elif word == "quota":
            submitters.pace.allow(int(value))
        else:
            submitters.pace.hold(float(value))
    for department in departments:
        department.stop()
    for department in departments:
        department.join(15)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
