"""A metrics service on a real SQLite store, and its HTTP application."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import flask
import pytest

from services.contracts.envelope import Event, encode
from services.contracts.measures import PRODUCT
from services.metrics import __main__ as main
from services.metrics.domain.ledger.received import received
from services.metrics.handlers import recording
from services.metrics.handlers.service import PlaceParts, Service
from services.metrics.store.heads import Heads
from services.metrics.store.ledger import Ledger
from services.metrics.store.model import ReadModel
from services.runtime.clock import FixedClock
from services.runtime.process.catalogue import InUse
from services.runtime.process.signing import Ed25519Signer
from services.runtime.shared import SharedAnswers
from services.runtime.store.database import Database
from services.runtime.telemetry import Telemetry
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.access.tokens import tables as access_tables
from services.runtime.web.application import create_app
from services.runtime.web.routes import Routes
from tests.unit.metrics.events import COUNTY, START

SIGNER = Ed25519Signer(["a-key-of-the-ledger-as-long-as-a-key-has-to-be"])


@dataclass
class Running:
    """A service with its store, and short ways to make it hear and answer."""

    service: Service
    database: Database
    app: flask.Flask
    telemetry: Telemetry
    clock: FixedClock

    def consume(self, events: Sequence[Event]) -> None:
        with self.database.transaction() as work:
            recording.record(self.service, work, [received(encode(event)) for event in events])

    def live(self, events: Sequence[Event]) -> None:
        """Hear each event when it is said, and go back to the present."""
        clock, present = self.clock, self.clock.now()
        for at, together in groupby(sorted(events, key=attrgetter("time")), key=attrgetter("time")):
            clock.instant = at
            self.consume(list(together))
        clock.instant = present

    def get(self, path, **query):
        return self.app.test_client().get(path, query_string=query)

    def statistics(self, **query: str) -> dict[str, Any]:
        response = self.get("/api/v1/statistics", **query)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json
        return answer

    def exposed(self) -> str:
        return self.telemetry.expose().decode()

    def series(self) -> str:
        """The product's lines of what is exposed."""
        names = tuple(row.name.removesuffix("_total") for row in PRODUCT)
        told = (line.removeprefix("# HELP ").removeprefix("# TYPE ") for line in self.exposed().splitlines())
        both = zip(self.exposed().splitlines(keepends=True), told, strict=True)
        return "".join(line for line, name in both if name.startswith(names))


def running_on(database: Database, clock: FixedClock, tmp_path: Path) -> Running:
    clock.instant = START + timedelta(days=40)
    service = Service(
        InUse(COUNTY, PlaceParts.of),
        ReadModel(database),
        Ledger(database),
        clock,
        50,
        30,
        Heads(database),
        SharedAnswers(0),
        SIGNER,
    )
    telemetry = Telemetry()
    for collector in main.collectors(service):
        telemetry.registry.register(collector)
    access = Database(f"sqlite:///{tmp_path / 'access.db'}", "access", clock)
    access_tables.create_all(access.engine)
    app = create_app("metrics", service, Routes(main.ROUTES), TokenAuthenticator(access), telemetry)
    return Running(service, database, app, telemetry, clock)


@pytest.fixture
def running(sqlite_database, clock, tmp_path):
    return running_on(sqlite_database("metrics", main.ASSEMBLY.migrations), clock, tmp_path)
