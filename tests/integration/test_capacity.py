"""Intake without a relay takes what its limit allows, tells how much is left, refuses the rest, and goes on once that is sent."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from wsgiref.simple_server import make_server

import orjson
import pytest
from werkzeug.test import Client

from services.console.client.http import Client as Importing
from services.console.client.http import Later
from services.console.client.records import NDJSON
from services.console.doctor import processes
from services.console.embedded.starting.processes import free_port
from services.console.settings import Addresses
from services.contracts.errors import CAPACITY, AtCapacity
from services.contracts.measures import INTAKE
from services.contracts.people.callers import Role
from services.intake.__main__ import ASSEMBLY
from services.intake.domain.submission.capacity import MESSAGES_PER_OPINION
from services.intake.gateway import capacity
from services.intake.settings import Settings
from services.runtime.clock import SystemClock
from services.runtime.messaging.memory import MemoryBroker
from services.runtime.process import assembly
from services.runtime.process.assembly import build_app
from services.runtime.store.database import Database
from services.runtime.store.migrate import migrate_access
from services.runtime.web.access.tokens import create
from tests.integration.relaying import Running, until, waiting
from tests.stores import MakeDatabase
from tests.unit.intake.harness import KEY, MIGRATIONS
from tests.unit.intake.opinions import FORM

LIMIT = 60


@pytest.fixture
def database(any_database: MakeDatabase) -> Database:
    return any_database("intake", MIGRATIONS)


@pytest.fixture
def access(tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/access.db"
    migrate_access(url)
    made = Database(url, "access", SystemClock())
    yield made
    made.close()


@pytest.fixture
def client(database: Database, access: Database, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(assembly, "open_database", lambda *_: database)
    given = Settings(
        database_url=database.url.render_as_string(hide_password=False), access_database_url=access.url.render_as_string(),
        broker_url=f"amqp://127.0.0.1:{free_port()}/huiying", contact_keys=(KEY,), outbox_limit=LIMIT, disk_reserve_mb=0,
    )  # fmt: skip
    return Client(build_app(ASSEMBLY, given).wsgi_app)


def submit(client: Client) -> int:
    return client.post("/api/v1/opinions", json=FORM).status_code


def told(client: Client) -> int:
    """The room that `/readyz` tells."""
    answer = client.get("/readyz")
    assert (answer.status_code, {name: answer.get_json()[name] for name in ("broker", "store")}) == (
        503, {"broker": "does not answer", "store": "ok"},
    )  # fmt: skip
    return int(answer.get_json()["room"])


def told_elsewhere(client: Client) -> set[str]:
    """The room that the series and `huiying doctor` tell."""
    finding = processes.capacity(client.get("/readyz").get_json()["room"])
    assert (finding.good, "HUIYING_INTAKE_OUTBOX_LIMIT" in finding.advice) == (False, True)
    return {*re.findall(rf"^{INTAKE[0].name} (\d+)\.0$", client.get("/metrics").text, re.MULTILINE), finding.found.split()[0]}


def test_it_takes_what_fits_tells_what_is_left_and_goes_on_once_that_is_sent(client: Client, database: Database) -> None:
    before, capacities, statuses = LIMIT // MESSAGES_PER_OPINION, [told(client)], []
    assert capacities == [before]
    assert told_elsewhere(client) == {str(before)}
    while 503 not in statuses:
        statuses.append(submit(client))
        capacities.append(told(client))
        # An opinion of nobody who can be reached is two messages only, so a look finds a little more room now and then.
        until(lambda: told(client) > 0 or waiting(database) > LIMIT - MESSAGES_PER_OPINION, 5)
    assert statuses[:-1] == [201] * (len(statuses) - 1)
    assert before <= len(statuses) - 1 <= LIMIT // 2
    # Each is taken off as the messages that it may be; a look that came in between has counted those that it was.
    assert all(before - sent <= capacities[sent] <= (LIMIT - 2 * sent) // MESSAGES_PER_OPINION for sent in (1, 2, 3))
    assert told(client) == 0
    assert told_elsewhere(client) == {"0"}
    assert LIMIT - MESSAGES_PER_OPINION < waiting(database) <= LIMIT

    with Running(database.url.render_as_string(hide_password=False), MemoryBroker().publisher):
        until(lambda: told(client) == before, 10)
    assert submit(client) == 201


@contextmanager
def serving(application: Client) -> Iterator[str]:
    """The application on a port of its own, one request after another."""
    with make_server("127.0.0.1", 0, application.application) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(10)


def batch(first: int, last: int) -> bytes:
    return b"".join(orjson.dumps(FORM | {"external_id": f"x-{number}"}) + b"\n" for number in range(first, last))


def test_an_import_is_told_which_lines_have_to_come_again_later(
    client: Client, access: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capacity, "LOOK_SECONDS", 3600.0)
    _, token = create(access, Role.ADMIN, None)
    fit = LIMIT // MESSAGES_PER_OPINION
    with serving(client) as url:
        importing = Importing(Addresses(url, "", None, token))
        answers = [orjson.loads(line) for line in importing.stream("/opinions/batch", batch(0, 500), NDJSON)]
        assert [answer["status"] for answer in answers] == ["created"] * fit + ["refused"] * (500 - fit)
        assert all(list(answer["errors"]) == [CAPACITY] for answer in answers[fit:])
        with pytest.raises(Later, match="nothing was stored") as caught:
            list(importing.stream("/opinions/batch", batch(500, 1000), NDJSON))
        assert caught.value.seconds == AtCapacity.seconds
        importing.session.close()
