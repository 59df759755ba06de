"""Whatever requests, other processes, refusals, crashes and time do: nothing is lost, and each lane keeps its order."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.runtime.clock import ZONE, FixedClock
from services.runtime.messaging.memory import MemoryBroker
from services.runtime.messaging.relay import Relay
from services.runtime.store.database import Database
from services.runtime.telemetry import Telemetry
from tests.conftest import DEPARTMENTS
from tests.integration.couriers import QUEUE, Driven, say
from tests.integration.relaying import publish, rungs, waiting
from tests.stores import Templates

MOVES = st.sampled_from(
    ("say", "say", "say elsewhere", "send", "settle", "relay", "refuse", "recover", "crash", "hand back", "wait")
)


class Town:
    """One store, a process with a courier, another one with a relay, and a broker."""

    def __init__(self, folder: Path, templates: Templates) -> None:
        self.clock = FixedClock(datetime(2026, 11, 23, 9, tzinfo=ZONE))
        url = templates.copy_file(folder, "test", ())
        self.database, self.other = Database(url, "test", self.clock), Database(url, "test", self.clock)
        self.broker = MemoryBroker(DEPARTMENTS)
        self.relay = Relay(self.other, self.broker.publisher, Telemetry(), 5)
        self.courier = self.started()
        self.said: dict[str, list[str]] = {"a": [], "b": []}

    def started(self) -> Driven:
        """A courier that knows nothing of what was before."""
        self.database.carrier = made = Driven(self.database, self.broker)
        return made

    def do(self, move: str, lane: str) -> None:
        text = f"{lane}{len(self.said[lane])}"
        match move:
            case "say":
                say(self.database, lane, text)
                self.said[lane].append(text)
            case "say elsewhere":
                publish(self.other, lane, "water", text)
                self.said[lane].append(text)
            case "send":
                self.courier.turn(self.broker.publisher(), 0.0)
            case "settle":
                self.courier.settle()
            case "relay":
                self.relay.turn(self.broker.publisher())
            case "refuse":
                self.broker.full.add(QUEUE)
            case "recover":
                self.broker.full.clear()
            case "crash":
                self.courier = self.started()
            case "hand back":
                self.courier.hand_back()
                self.courier.settle()
            case "wait":
                self.clock.instant += timedelta(seconds=2)

    def finish(self) -> None:
        """All trouble is over: everything leaves."""
        self.broker.full.clear()
        for _ in range(100):
            self.courier.send()
            self.courier.settle()
            while self.relay.turn(self.broker.publisher()):
                pass
            if not waiting(self.database):
                return
            self.clock.instant += timedelta(seconds=2)
        raise AssertionError(f"{waiting(self.database)} messages are stuck")

    def close(self) -> None:
        self.database.close()
        self.other.close()


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(MOVES, st.sampled_from("ab")), max_size=40))
def test_each_lane_keeps_its_order_and_nothing_is_lost(tmp_path: Path, templates: Templates, moves: list[tuple[str, str]]) -> None:
    file = tmp_path / "town.db"
    for path in (file, *(Path(f"{file}{end}") for end in ("-wal", "-shm"))):
        path.unlink(missing_ok=True)
    town = Town(file, templates)
    try:
        for move, lane in moves:
            town.do(move, lane)
        town.finish()
        for queue in (QUEUE, "metrics.events"):
            for lane, said in town.said.items():
                arrived = [text for text in rungs(town.broker, queue) if text.startswith(lane)]
                assert list(dict.fromkeys(arrived)) == said, queue
    finally:
        town.close()
