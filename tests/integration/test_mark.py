"""What a relay leaves in the broker when it ends: an older store in place of its own is recognised at once."""

from __future__ import annotations

import threading

from services.runtime.messaging.memory import MemoryBroker
from services.runtime.messaging.reconcile import PublishingSide
from services.runtime.messaging.relay import Relay
from services.runtime.store import journal
from services.runtime.telemetry import Telemetry
from tests.conftest import DEPARTMENTS
from tests.integration.relaying import publish, waiting
from tests.stores import MakeDatabase


def test_an_older_store_in_place_of_one_that_has_ended_cleanly_is_recognised(any_database: MakeDatabase) -> None:
    broker, source, older = MemoryBroker(DEPARTMENTS), any_database("notify"), any_database("older")
    older.source = source.source
    PublishingSide(source).greet(broker.publisher())
    for number in range(3):
        publish(source, f"o-{number}", "water", "x")
    stop, relay = threading.Event(), Relay(source, broker.publisher, Telemetry(), 50)
    running = threading.Thread(target=relay.run, args=(stop,))
    running.start()
    while waiting(source):
        stop.wait(0.05)
    stop.set()
    source.wake_up.signal()
    running.join()
    PublishingSide(older).greet(broker.publisher())
    with older.reading() as connection:
        # Each message has two places.
        assert journal.behind(connection) == 6
