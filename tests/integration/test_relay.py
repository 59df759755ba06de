"""One turn of the relay after another: nothing lost, an opinion's messages in order, nobody harmed by another's trouble."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from services.contracts.messages.opinions import OpinionDeclined
from services.contracts.messages.supervision import ReminderSent
from services.contracts.topology import DEPARTMENTS as DEPARTMENTS_EXCHANGE
from services.contracts.topology import Queue
from services.runtime.clock import ZONE, FixedClock
from services.runtime.messaging.memory import MemoryBroker
from services.runtime.messaging.relay import Relay, waves
from services.runtime.store.database import Database
from services.runtime.store.outgoing.outbox import Pending, outbox_table
from services.runtime.telemetry import Telemetry
from tests.conftest import DEPARTMENTS
from tests.integration.relaying import DEADLINE, publish, rungs, waiting
from tests.stores import MakeDatabase


@pytest.fixture
def memory() -> MemoryBroker:
    return MemoryBroker(DEPARTMENTS)


class RefusingQueue:
    """A queue that can refuse in two ways."""

    def __init__(self, broker: MemoryBroker, name: str) -> None:
        self._broker, self._name, self._trouble = broker, name, ""

    def refuse(self, trouble: str) -> None:
        self._trouble = trouble
        if trouble == "full":
            self._broker.full.add(self._name)
        else:
            self._broker.remove(self._name)

    def recover(self) -> None:
        if self._trouble == "full":
            self._broker.full.clear()
        else:
            self._broker.add(Queue(self._name, DEPARTMENTS_EXCHANGE, (self._name,)))


class TestTurn:
    """One turn after another on SQLite and PostgreSQL, with a clock that stands still."""

    @pytest.fixture
    def database(self, any_database: MakeDatabase) -> Database:
        return any_database()

    def turns(self, database: Database, memory: MemoryBroker, batch: int = 200) -> int:
        relay, count = Relay(database, memory.publisher, Telemetry(), batch), 0
        while relay.turn(memory.publisher()):
            count += 1
            assert count < 1000
        return count

    def test_a_message_reaches_its_destinations_and_is_forgotten(self, database: Database, memory: MemoryBroker) -> None:
        message_id = publish(database, "o-1", "water", "reminder")
        self.turns(database, memory)
        assert [one.message_id for one in memory.waiting("department.water")] == [message_id]
        assert [one.message_id for one in memory.waiting("metrics.events")] == [message_id]
        assert waiting(database) == 0

    def test_many_messages_leave_in_order_over_several_batches(self, database: Database, memory: MemoryBroker) -> None:
        for number in range(25):
            publish(database, f"o-{number % 3}", "water", str(number))
        assert self.turns(database, memory, batch=10) == 5
        for subject in range(3):
            own = [rung for rung in rungs(memory, "department.water") if int(rung) % 3 == subject]
            assert own == [str(number) for number in range(25) if number % 3 == subject]

    @pytest.mark.parametrize("trouble", ["full", "missing"])
    def test_one_refusing_destination_keeps_order_and_harms_nobody_else(
        self, database: Database, memory: MemoryBroker, clock: FixedClock, trouble: str
    ) -> None:
        roads = RefusingQueue(memory, "department.roads")
        roads.refuse(trouble)
        for number in range(6):
            publish(database, "o-bad", "roads", f"bad-{number}")
            publish(database, f"o-{number}", "water", f"good-{number}")
        self.turns(database, memory, batch=4)
        assert rungs(memory, "department.water") == [f"good-{number}" for number in range(6)]
        assert waiting(database) == 6
        assert [rung for rung in rungs(memory, "metrics.events") if rung.startswith("bad")] == [
            f"bad-{number}" for number in range(6)
        ]
        publish(database, "o-bad", "water", "bad-6")  # another destination, the same opinion
        clock.instant += timedelta(seconds=0.6)
        self.turns(database, memory, batch=4)
        assert waiting(database) == 6
        assert rungs(memory, "department.water")[-1] == "bad-6"
        publish(database, "o-bad", "roads", "bad-7")
        roads.recover()
        clock.instant += timedelta(seconds=30)
        self.turns(database, memory, batch=4)
        assert waiting(database) == 0
        heard = [rung for rung in rungs(memory, "metrics.events") if rung.startswith("bad")]
        assert heard == [f"bad-{number}" for number in range(8)]
        assert rungs(memory, "department.roads") == ["bad-0", "bad-1", "bad-2", "bad-3", "bad-4", "bad-5", "bad-7"]

    def test_only_the_destination_that_refused_is_tried_again(
        self, database: Database, memory: MemoryBroker, clock: FixedClock
    ) -> None:
        memory.full.add("department.roads")
        publish(database, "o-1", "roads", "reminder")
        for _ in range(3):
            self.turns(database, memory)
            clock.instant += timedelta(seconds=31)
        assert len(memory.waiting("metrics.events")) == 1
        with database.reading() as connection:
            row = connection.execute(sa.select(outbox_table)).one()
        assert (row.attempts, row.last_error) == (3, "refused by the broker")
        assert row.destinations == '[["huiying.departments","department.roads"]]'
        memory.full.clear()
        self.turns(database, memory)
        assert len(memory.waiting("metrics.events")) == len(memory.waiting("department.roads")) == 1

    def test_a_refused_message_rests_longer_every_time_up_to_thirty_seconds(
        self, database: Database, memory: MemoryBroker, clock: FixedClock
    ) -> None:
        memory.full.add("department.roads")
        publish(database, "o-1", "roads", "reminder")
        rests = []
        for _ in range(9):
            assert self.turns(database, memory) == 1
            with database.reading() as connection:
                due = connection.execute(sa.select(outbox_table.c.due)).scalar_one()
            rests.append(round(due - clock.now().timestamp(), 3))
            clock.instant = datetime.fromtimestamp(due + 0.001, ZONE)
        assert rests == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]

    def test_what_a_clock_that_was_ahead_put_off_does_not_wait_for_it(
        self, database: Database, memory: MemoryBroker, clock: FixedClock
    ) -> None:
        right = clock.instant
        memory.full.add("department.roads")
        publish(database, "o-1", "roads", "first")
        clock.instant = right + timedelta(hours=1)
        assert self.turns(database, memory) == 1
        memory.full.clear()
        clock.instant = right
        publish(database, "o-1", "roads", "second")
        while waiting(database):
            assert self.turns(database, memory)
        assert rungs(memory, "department.roads") == ["first", "second"]

    def test_a_thousand_held_messages_do_not_slow_the_others(
        self, database: Database, memory: MemoryBroker, clock: FixedClock
    ) -> None:
        memory.full.add("department.roads")
        with database.transaction() as work:
            for number in range(200):
                work.publish(ReminderSent("a", "roads", "x", "reply", DEADLINE), subject=f"bad-{number}", sequence=1)
        self.turns(database, memory)
        clock.instant += timedelta(seconds=60)
        publish(database, "good", "water", "now")
        Relay(database, memory.publisher, Telemetry(), 40).turn(memory.publisher())
        assert rungs(memory, "department.water") == ["now"]
        assert waiting(database) == 200

    def test_what_was_rolled_back_is_never_sent(self, database: Database, memory: MemoryBroker) -> None:
        def decline() -> None:
            with database.transaction() as work:
                work.publish(OpinionDeclined("spam", "none"), subject="o-1", sequence=1)
                raise RuntimeError("no")

        with pytest.raises(RuntimeError, match="no"):
            decline()
        assert self.turns(database, memory) == 0
        assert memory.waiting("metrics.events") == []

    def test_a_broken_connection_leaves_everything_for_the_next(self, database: Database, memory: MemoryBroker) -> None:
        publish(database, "o-1", "water", "reminder")
        publisher = memory.publisher()
        memory.down = True
        with pytest.raises(ConnectionError):
            Relay(database, memory.publisher, Telemetry(), 10).turn(publisher)
        memory.down = False
        assert waiting(database) == 2
        self.turns(database, memory)
        assert rungs(memory, "department.water") == ["reminder"]


def test_no_wave_has_two_messages_of_one_subject() -> None:
    rows = [Pending(str(number), subject, (), b"", id=number) for number, subject in enumerate("aabacb")]
    assert [[row.id for row in wave] for wave in waves(rows)] == [[0, 2, 4], [1, 5], [3]]
    assert list(waves([])) == []
