"""What a fault has to work with: the installation, the load that runs meanwhile, and eyes on what clients and departments see."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pika
import requests

from benchmarks.cluster import PrivateCluster
from services.console.settings import HOME
from services.contracts.topology import RETRIES, SERVICE_QUEUES
from tests.faults.journal import Follower, Journal
from tests.faults.system import SILENT, System
from tests.patience import FOR_SURE, patient

AUDIT = "faults.audit"
TOPICS = {"power": "lights", "roads": "potholes", "post": "parcels", "water": "taps", SILENT: "records"}
LOOK_SECONDS, PROBE_SECONDS = 0.05, 120.0
TAKEN = (200, 201)


class NotShown(AssertionError):
    """A fault could not be brought about, or what must hold during it did not."""


@dataclass(frozen=True)
class Attempt:
    """One try of a client: when it ended, the status (0: no answer), how long it took (s)."""

    at: float
    status: int
    seconds: float


class Watch:
    """Follows the load's journal on a thread: who got what, and how clients fared."""

    def __init__(self, path: Path) -> None:
        self._follower = Follower(path)
        self._lock = threading.Lock()
        self._assigned: set[str] = set()
        self._attempts: list[Attempt] = []
        self.counts: Counter[str] = Counter()
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        while True:
            for fact in self._follower.new():
                with self._lock:
                    self.counts[fact["what"]] += 1
                    if fact["what"] == "attempt":
                        self._attempts.append(Attempt(fact["at"], fact["status"], fact["seconds"]))
                    elif fact["what"] == "letter" and fact["type"] == "assignment.created":
                        self._assigned.add(fact["subject"])
            time.sleep(LOOK_SECONDS)

    def has(self, opinion: str) -> bool:
        """Whether a department has got an opinion."""
        with self._lock:
            return opinion in self._assigned

    def attempts(self, since: float, until: float) -> list[Attempt]:
        """What clients tried between two instants."""
        with self._lock:
            return [each for each in self._attempts if since <= each.at <= until]


class Load:
    """The load in a process of its own."""

    def __init__(self, system: System, run: str, threads: int) -> None:
        answering = [code for code in TOPICS if code != SILENT]
        plan = system.write("load.json", {
            "url": system.at.url, "admin_token": system.at.admin_token, "run": run, "threads": threads,
            "topics": list(TOPICS.values()), "departments": {code: system.department_url(code) for code in answering},
        })  # fmt: skip
        self.journal = system.var / "load.jsonl"
        self._errors = (system.var / "load.err").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.load", str(plan), str(self.journal)], cwd=HOME, stdin=subprocess.PIPE,
            stderr=self._errors, text=True,
        )  # fmt: skip
        self.watch = Watch(self.journal)

    def tell(self, word: str, value: float | str = "") -> None:
        """One line of `load.py`'s language."""
        if self._process.poll() is not None:
            raise NotShown(f"the load ended by itself with {self._process.returncode}")
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word} {value}\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """Departments stop, the program ends."""
        if self._process.poll() is None:
            self.tell("close")
            try:
                self._process.wait(FOR_SURE * 30)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait(FOR_SURE * 5)
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._errors.close()


class Scene:
    """One installation under load. `patience` scales how long faults last: 1 in the long run, less in the short one."""

    def __init__(self, system: System, load: Load, patience: float, cluster: PrivateCluster | None = None) -> None:
        self.system, self.load, self.patience, self.cluster = system, load, patience, cluster
        self.path = system.var / "faults.jsonl"
        self.journal = Journal(self.path)
        self._probes = 0

    def last(self, seconds: float) -> None:
        """Let a fault last: so long (s) in the long run."""
        time.sleep(seconds * self.patience)

    def until(self, what: str, look: Callable[[], Any], seconds: float = 30.0) -> Any:
        """Ask until the answer is true, for as many seconds of an idle machine; raises `NotShown` with `what` when it never is."""
        end = time.monotonic() + FOR_SURE * seconds
        while not (seen := look()):
            if time.monotonic() > end:
                raise NotShown(f"not within {FOR_SURE * seconds:.0f} s: {what}")
            time.sleep(LOOK_SECONDS)
        return seen

    def probe(self) -> float:
        """Submit one opinion and wait until its department has it; returns how long that took (s)."""
        started = time.monotonic()
        opinion = self.submit()
        self.until("a department gets an opinion", lambda: self.load.watch.has(opinion), PROBE_SECONDS)
        return time.monotonic() - started

    def submit(self) -> str:
        """Submit one opinion as a client that does not rest until it has a receipt; returns its id."""
        self._probes += 1
        external = f"{self.system.var.name}-probe-{self._probes}"
        form = {"title": "通了吗", "content": external, "topic": TOPICS["power"], "external_id": external}
        given = self.until("the system takes an opinion", lambda: self._submit(form), PROBE_SECONDS)
        self.journal.keep("submitted", number=-self._probes, id=given["id"], receipt=given["receipt"])
        return str(given["id"])

    def _office(self) -> dict[str, str]:
        # An external id needs a token, whose numbering it is in.
        return {"Authorization": f"Bearer {self.system.at.admin_token}"}

    def _submit(self, form: dict[str, str]) -> Any:
        try:
            answer = requests.post(f"{self.system.at.url}/api/v1/opinions", json=form, headers=self._office(), timeout=60)
        except requests.RequestException:
            return None
        return answer.json() if answer.status_code in TAKEN else None

    def waiting_in_routing(self) -> float:
        """What routing itself says of its outbox."""
        text = requests.get(f"{self.system.at.url}/routing/metrics", timeout=60).text
        return max(float(line.split()[-1]) for line in text.splitlines() if line.startswith("huiying_outbox_pending"))

    def waiting_at_the_broker(self) -> int:
        """How many messages a service has not heard yet, or will hear again after a rest."""
        queues = [*(queue.name for queue in SERVICE_QUEUES), *(delay.exchange for delay in RETRIES)]
        with self.broker() as connection:
            channel = connection.channel()
            return sum(channel.queue_declare(queue, passive=True).method.message_count for queue in queues)

    def broker(self, url: str | None = None) -> Any:
        """A connection to the broker, the administrator's unless another address is given; to be closed."""
        return pika.BlockingConnection(patient(url or self.system.at.broker_url))

    def planted(self, named: str, kind: str, dead_letters_in: list[str], *, refused: bool = False) -> None:
        """Remember a message that must not be handled, and what has to become of it."""
        self.journal.keep("poison", id=named, kind=kind, dead_letters_in=dead_letters_in, refused=refused)


def listen_to_everything(scene_url: str) -> None:
    """Declare the queue that hears all events and letters from the beginning."""
    connection = pika.BlockingConnection(patient(scene_url))
    channel = connection.channel()
    channel.queue_declare(AUDIT, durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_bind(AUDIT, "huiying.events", "#")
    channel.queue_bind(AUDIT, "huiying.letters", "notify.letters")
    connection.close()


def words(attempts: list[Attempt]) -> str:
    """What clients saw, in short."""
    taken = sum(each.status in TAKEN for each in attempts)
    refused = Counter(each.status for each in attempts if each.status not in TAKEN)
    parts = [f"{taken} taken"]
    parts += [f"{number} {'cut off' if status == 0 else f'told {status}'}" for status, number in sorted(refused.items())]
    slowest = max((each.seconds for each in attempts), default=0.0)
    return ", ".join(parts) + f"; slowest {slowest:.1f} s"


def disturbed(attempts: list[Attempt], slowest: float) -> list[dict[str, Any]]:
    """The attempts that a client of an undisturbed service would not have seen."""
    return [json.loads(json.dumps(vars(each))) for each in attempts if each.status not in TAKEN or each.seconds > slowest]
