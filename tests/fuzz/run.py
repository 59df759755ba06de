"""`make fuzz`: schemathesis against every operation of the OpenAPI document, for nobody and for every role.

    python -m tests.fuzz.run [--roles ROLE …] [--examples N] [--seed N] [--phases PHASES]

An installation of its own is filled with opinions in all kinds of states first. A finding is an answer 5xx, a status, a content
type, a header or a body that the document does not declare. Exit status 1 when there is one.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.contracts.people.callers import RULES, Role
from services.runtime.clock import SystemClock
from services.runtime.settings import inherited
from tests.fuzz.hooks import KNOWN
from tests.system.installation import PASSED_ON, ROOT, Installation
from tests.system.opinions import opinions
from tests.system.place import API, Place, eventually

NOBODY = "nobody"
WHO = (NOBODY, *(role.value for role in Role))
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance",
)  # fmt: skip
PHASES = ("examples", "coverage", "fuzzing", "stateful")
OPINIONS, SIGNED, REPLIED = 40, 20, 10
STATION, DEPUTY = "chengdong", "d-1"
LISTS = {
    "opinion_id": "/opinions", "assignment_id": "/assignments", "deadline_id": "/deadlines", "lookback_id": "/lookbacks",
    "promise_id": "/promises", "supervision_id": "/supervisions", "meeting_id": "/meetings",
    "session_id": "/sessions", "theme": "/themes",
}  # fmt: skip
NEXT_SEASON = (SystemClock().now() + timedelta(days=90)).isoformat()
ANSWERS = (
    {"content": "已派人修好。", "outcome": "solved"},
    {"content": "列入计划。", "outcome": "planned", "promise": {"what": "更换井盖", "due": NEXT_SEASON}},
)
PATIENCE_SECONDS = 1800


@dataclass(frozen=True)
class Report:
    """What became of one role: how many requests were sent, what was found, how long it took (s)."""

    who: str
    requests: int
    findings: str
    seconds: float

    @property
    def line(self) -> str:
        """For a terminal."""
        return f"{self.who:12} {self.requests:6} requests {self.seconds:6.0f} s  {'FINDINGS' if self.findings else 'nothing found'}"


class Fuzz:
    """An installation with something in it, and schemathesis."""

    def __init__(self) -> None:
        self._installation = Installation("catalogue.fast.yml")

    def __enter__(self) -> Fuzz:
        """Everything up and filled."""
        try:
            self._place = self._installation.up()
            self.department = fill(self._place)
            self._known = self._installation.var / "known.json"
            self._known.write_text(json.dumps(known(self._place)))
        except BaseException:
            self._installation.remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._installation.remove()

    def run(self, who: str, examples: int, seed: int, phases: Sequence[str] = PHASES) -> Report:
        """All operations as one role."""
        began = time.monotonic()
        command = [
            sys.executable, "-m", "schemathesis.cli", "run", f"{self._place.url}{API}/openapi.json", "--checks", ",".join(CHECKS),
            "--phases", ",".join(phases), "--max-examples", str(examples), "--seed", str(seed), "--continue-on-failure",
            "--generation-database", "none", "--no-color", *self._headers(who),
        ]  # fmt: skip
        environment = inherited(*PASSED_ON) | {
            "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", "PYTHONPATH": str(ROOT), KNOWN: str(self._known),
            # Where Hypothesis keeps its tables of characters, which take seconds to make.
            "HYPOTHESIS_STORAGE_DIRECTORY": str(ROOT / ".hypothesis"),
        }  # fmt: skip
        done = subprocess.run(
            command, cwd=self._installation.var, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS,
            check=False,
        )  # fmt: skip
        sent = re.search(r"(\d+) generated", done.stdout)
        return Report(
            who, int(sent[1]) if sent else 0, "" if done.returncode == 0 and sent else done.stdout + done.stderr,
            time.monotonic() - began,
        )  # fmt: skip

    def _headers(self, who: str) -> list[str]:
        if who == NOBODY:
            return []
        of = RULES[Role(who)].of
        party = (f"--{of}", {"department": self.department, "station": STATION, "deputy": DEPUTY}[of]) if of else ()
        token = self._installation.token("--role", who, *party)["token"]
        return ["--header", f"Authorization: Bearer {token}"]


def fill(place: Place) -> str:
    """Opinions that wait, are signed, are answered, are overdue; returns the department that has most of them."""
    place.batch("\n".join(json.dumps(form) for form in opinions("fuzz", OPINIONS)).encode())
    made = eventually(lambda: found if len(found := list(place.pages("/assignments"))) >= OPINIONS else [], 60.0)
    for number, row in enumerate(made[:SIGNED]):
        # What a case of several departments does not allow any more is not done.
        path = f"{API}/assignments/{row['id']}"
        place.ask("POST", f"{path}/sign", place.admin_token, json={})
        if number < REPLIED:
            place.ask("POST", f"{path}/reply", place.admin_token, json=ANSWERS[number % len(ANSWERS)])
    for kind in ("reception", "chief", "inspection"):
        place.ask("POST", f"{API}/sessions", place.admin_token, json={"kind": kind, "title": "接待", "at": NEXT_SEASON})
        place.ask("POST", f"{API}/themes", place.admin_token, json={"title": "停车", "kind": kind})
    codes = [row["department"] for row in made]
    return str(max(sorted(set(codes)), key=codes.count))


def known(place: Place) -> Mapping[str, Sequence[str]]:
    """Ids that exist, by the names they have in paths; and receipts."""
    found = {name: [str(row["id"]) for row in place.get(path, limit=100)["items"]] for name, path in LISTS.items()}
    found["receipt"] = [str(place.submit()["receipt"]) for _ in range(5)]
    return {name: ids for name, ids in found.items() if ids}


def say(text: str) -> None:
    """Progress, and what was found."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Parse, run, report."""
    parser = argparse.ArgumentParser(prog="make fuzz ARGS=…", description=__doc__)
    parser.add_argument("--roles", nargs="+", choices=WHO, default=WHO, metavar="ROLE", help=f"of {', '.join(WHO)} (all)")
    parser.add_argument("--examples", type=int, default=25, help="examples of each operation (25)")
    parser.add_argument("--seed", type=int, default=1, help="decides what is made up (1)")
    parser.add_argument("--phases", nargs="+", choices=PHASES, default=PHASES, help="schemathesis' phases (all)")
    given = parser.parse_args()
    good = True
    with Fuzz() as fuzz:
        for who in given.roles:
            report = fuzz.run(who, given.examples, given.seed, given.phases)
            say(report.findings + report.line)
            good = good and not report.findings
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
