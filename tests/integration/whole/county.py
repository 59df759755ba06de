"""All four services in one process: real stores, real HTTP applications, a broker in memory, and a clock that a test moves.

Nothing runs by itself: `post` asks over HTTP, `command` over AMQP, and `pump` carries messages until there are none left.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from services.console.embedded.front.combined_app import CombinedApp, service_of
from services.console.embedded.front.includes import Includes
from services.contracts.catalogue.check import load_catalogue
from services.contracts.envelope import Event, decode
from services.contracts.people.callers import NOBODY, Caller, Role, somebody
from services.contracts.topology import COMMANDS, EVENTS, RETRIES, SERVICE_QUEUES, Queue, dead_queue, department_queue
from services.intake.__main__ import ASSEMBLY as INTAKE
from services.metrics.__main__ import ASSEMBLY as METRICS
from services.notify.__main__ import ASSEMBLY as NOTIFY
from services.routing.__main__ import ASSEMBLY as ROUTING
from services.runtime.clock import FixedClock, new_id
from services.runtime.messaging.broker import Outgoing
from services.runtime.messaging.dispatch import Dispatcher
from services.runtime.messaging.memory import MemoryBroker, Stored
from services.runtime.messaging.relay import Relay
from services.runtime.process.assembly import AnyAssembly
from services.runtime.settings import load
from services.runtime.store.database import Database
from services.runtime.store.migrate import ACCESS
from services.runtime.telemetry import Telemetry
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app
from tests.stores import Templates

ASSEMBLIES: Mapping[str, AnyAssembly] = {each.name: each for each in (INTAKE, ROUTING, NOTIFY, METRICS)}
EAR = "test.ear"
KEY = "a-key-for-tests-as-long-as-a-key-has-to-be"
#: Chores that act by the clock alone; letters, which go out of the house, stay in the drawer, and a training is a
#: process of its own.
LEFT_OUT = ("letters", "notes", "train")


class FakeAuthenticator(TokenAuthenticator):
    """Knows everybody by a name that tells the role: `supervisor`, `reviewer`, a department's code, or a role with
    what it acts for, as in `deputy:d-1`.
    Sessions are those of the store of access."""

    def caller(self, header: str | None) -> Caller:
        name = (header or "").removeprefix("Bearer ")
        if not name:
            return NOBODY
        if name in list(Role):
            return Caller(Role(name))
        role, colon, code = name.partition(":")
        return somebody("", "", role, code, None) if colon else Caller(Role.DEPARTMENT, name)


class County:
    """The four services and everybody who speaks with them."""

    def __init__(
        self,
        templates: Templates,
        folder: Path,
        catalogue: Path,
        clock: FixedClock,
        chance: random.Random | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.templates, self.clock, self.chance, self.folder = templates, clock, chance, folder
        self.more = dict(more or {})
        self.catalogue = load_catalogue(catalogue)
        self.broker = MemoryBroker(self.catalogue.departments)
        self.broker.add(Queue(EAR, EVENTS, ("#",)))
        self._databases: dict[str, Database] = {}
        self._apps: dict[str, Any] = {}
        self._periodic_jobs: list[Any] = []
        self._dispatchers: dict[str, Dispatcher[Any]] = {}
        self._relays: list[Relay] = []
        self.access = Database(templates.copy_file(folder / "access.db", "access", (ACCESS,)), "access", clock)
        for name, assembly in ASSEMBLIES.items():
            store = templates.copy_file(folder / f"{name}.db", name, (assembly.migrations,))
            self._open(name, assembly, store, catalogue)

    def _open(self, name: str, assembly: AnyAssembly, store: str, catalogue: Path) -> None:
        environ = {
            f"HUIYING_{name.upper()}_DATABASE_URL": store,
            "HUIYING_ACCESS_DATABASE_URL": f"sqlite:///{self.folder}/access.db",
            "HUIYING_BROKER_URL": "memory://", "HUIYING_CATALOGUE": str(catalogue),
            "HUIYING_CONTACT_KEYS": KEY, **self.more,
        }  # fmt: skip
        given = load(assembly.settings, name, environ)
        database = Database(given.database_url, name, self.clock)
        service, telemetry = assembly.build(given, database, self.clock), Telemetry()
        if hasattr(service, "depths"):
            service = replace(service, depths=self._depths)
        self._databases[name] = database
        self._apps[name] = create_app(name, service, assembly.routes, FakeAuthenticator(self.access), telemetry).test_client()
        self._periodic_jobs += [job for job in assembly.periodic_jobs(service) if job.name not in LEFT_OUT]
        self._relays.append(Relay(database, self.broker.publisher, telemetry, 200))
        for asked in assembly.subscriptions(service):
            # Batches are spaced in time to be larger under load; here nothing else comes in the meantime.
            subscription = replace(asked, patience=0.0)
            subscribe = lambda queue=subscription.queue: self.broker.consumer(queue, 1000)  # noqa: E731
            self._dispatchers[subscription.queue] = Dispatcher(
                subscription, database, subscribe, self.broker.publisher, telemetry, 50
            )

    def _depths(self, queues: Sequence[str]) -> dict[str, int]:
        return {queue: len(self.broker.waiting(queue)) for queue in queues}

    def post(self, path: str, body: Any, who: str | None = None, key: str | None = None) -> Any:
        """POST below the API, with the key of a form where it has one; returns (status, answer)."""
        return self._ask("post", path, who, key, json=body)

    def put(self, path: str, body: Any, who: str | None = None) -> Any:
        """PUT below the API; returns (status, answer)."""
        return self._ask("put", path, who, json=body)

    def batch(self, lines: str) -> list[dict[str, Any]]:
        """Send many opinions as the office; returns the answer to each line."""
        headers = {"Authorization": "Bearer admin", "Content-Type": "application/x-ndjson"}
        answer = self._apps["intake"].post("/api/v1/opinions/batch", data=lines.encode(), headers=headers)
        return [json.loads(line) for line in answer.get_data().splitlines()]

    def get(self, path: str, who: str | None = "admin", **query: Any) -> Any:
        """GET below the API; returns (status, answer)."""
        return self._ask("get", path, who, query_string=query)

    def _ask(self, method: str, path: str, who: str | None, key: str | None = None, **options: Any) -> Any:
        client = self._apps[service_of(f"/api/v1{path}")]
        headers = {name: value for name, value in (("Authorization", who and f"Bearer {who}"), ("Idempotency-Key", key)) if value}
        answer = getattr(client, method)(f"/api/v1{path}", headers=headers, **options)
        return answer.status_code, answer.get_json()

    def command(self, department: str, verb: str, data: Mapping[str, Any], times: int = 1) -> str:
        """A department sends a command, perhaps twice; returns its id."""
        command = new_id()
        body = json.dumps({"id": command, "data": data}).encode()
        for _ in range(times):
            self.broker.route(Outgoing(command, COMMANDS, f"{department}.{verb}", body), f"department-{department}")
        return command

    def consume(self, queue: str) -> None:
        """Let one queue be heard, and nobody anything else."""
        self._hear(queue)

    def relay(self) -> None:
        """Publish what services have to say; nobody hears it yet."""
        while self._relayed():
            pass

    def pump(self) -> None:
        """Carry every message to where it goes and let it have its effects, until nothing moves any more.

        With a `chance`, what waits is shuffled, and some of it doubled, before it is heard.
        """
        while self._relayed() + self._heard():
            pass

    def _relayed(self) -> int:
        publisher = self.broker.publisher()
        return sum(relay.turn(publisher) for relay in self._relays)

    def _heard(self) -> int:
        heard = sum(self._hear(queue) for queue in self._dispatchers)
        for delay in RETRIES:
            if self.broker.waiting(delay.exchange):
                heard += self.broker.release(delay.exchange)
        return heard

    def _hear(self, queue: str) -> int:
        heard = 0
        self._disturb(queue)
        consumer = self.broker.consumer(queue, 1000)
        while self.broker.waiting(queue):
            heard += self._dispatchers[queue].turn(consumer)
        consumer.close()
        return heard

    def _disturb(self, queue: str) -> None:
        chance = self.chance
        if chance is None:
            return

        def disturbed(waiting: list[Stored]) -> list[Stored]:
            line = [*waiting, *(one for one in waiting if chance.random() < 0.2)]
            # What a department sends stays in the order it was sent in, as on one channel.
            if queue != "routing.commands":
                chance.shuffle(line)
            return line

        self.broker.rearrange(queue, disturbed)

    def later(self, by: timedelta) -> None:
        """Time passes, and everything happens that happens by itself."""
        self.clock.instant += by
        self.work()

    def work(self) -> None:
        """Every chore until it has nothing more to do, and all the messages that follow."""
        self.pump()
        for job in self._periodic_jobs:
            while job.run():
                pass
        self.pump()

    def events(self) -> list[Event]:
        """Everything the services have said on the exchange for events, as it came."""
        return [decode(message.body) for message in self.broker.waiting(EAR)]

    def mail(self, department: str) -> list[Event]:
        """What lies in a department's queue."""
        return [decode(message.body) for message in self.broker.waiting(department_queue(department))]

    def dead(self) -> list[tuple[str, Any]]:
        """What could not be handled, by queue."""
        names = [queue.name for queue in SERVICE_QUEUES]
        return [(name, message.headers.get("x-error")) for name in names for message in self.broker.waiting(dead_queue(name))]

    @property
    def applications(self) -> dict[str, Any]:
        """The services' web applications by name."""
        return {name: client.application.wsgi_app for name, client in self._apps.items()}

    def whole(self, **instead: Any) -> Includes:
        """All of them at one origin, with the parts that they have on each other's pages; `instead` takes the place of some."""
        return Includes(CombinedApp({**self.applications, **instead}, {}))

    def client(self, name: str) -> Any:
        """What asks a service for its pages and files."""
        return self._apps[name]

    def database(self, name: str) -> Database:
        """The store of a service."""
        return self._databases[name]

    def close(self) -> None:
        """Let go of the stores."""
        for database in (*self._databases.values(), self.access):
            database.close()
