"""What a service hands to the runtime, and the four things the runtime does with it: web, worker, migrate, settings."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import flask
import structlog
from prometheus_client.registry import Collector
from sqlalchemy.engine import Connection

from services.contracts.catalogue.against import Use
from services.contracts.catalogue.model import Catalogue
from services.contracts.topology import PUBLISHES, looked_after, undeliverable, watched
from services.runtime import settings
from services.runtime.clock import Clock, SystemClock
from services.runtime.messaging.broker import RabbitPublisher
from services.runtime.messaging.courier import CONFIRM_SECONDS, Courier
from services.runtime.messaging.depths import QueueWatch
from services.runtime.messaging.dispatch import Dispatcher
from services.runtime.messaging.probe import BrokerProbe
from services.runtime.messaging.relay import Relay
from services.runtime.messaging.subscription import Subscription
from services.runtime.messaging.turns import consumer_of
from services.runtime.process.backlog import OutboxCollector, backlog_of
from services.runtime.process.catalogue import InUse, LackingCodes
from services.runtime.process.health import Checks, Facts, health_routes, status_application
from services.runtime.process.logs import set_up_logs
from services.runtime.process.worker import Loop, PeriodicJob, run_worker
from services.runtime.settings import ProcessSettings, SettingsInvalid
from services.runtime.store.condition import StoreCheck, remember
from services.runtime.store.database import Database
from services.runtime.store.idempotency import prune
from services.runtime.store.migrate import STORE, migrate
from services.runtime.store.outgoing.post import Carrier
from services.runtime.telemetry import Telemetry
from services.runtime.tls import identity, trusting
from services.runtime.web.access.audit import AuditLog
from services.runtime.web.access.throttle import Allowance, Limit, Throttle
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app
from services.runtime.web.routes import Routes, body_limits
from services.runtime.web.serving.server import WebServer

log = structlog.get_logger()
DEPTHS_SECONDS, CATALOGUE_SECONDS = 15.0, 5.0
PRUNE_SECONDS = 600.0
USAGE = "usage: python -m services.{name} {commands}"


G = TypeVar("G", bound=ProcessSettings)
S = TypeVar("S")


@dataclasses.dataclass(frozen=True, slots=True)
class Assembly(Generic[G, S]):
    """The parts of one service. `build` makes its context (what handlers work with) from settings, store and clock.

    `readiness_facts` are numbers that the web process adds to its `/readyz`. `place` is where the context has the catalogue in use,
    `uses` asks the store which of its codes open cases use. `limits` are the limits of its own, by the settings.
    `commands` are further commands of its own, by name.
    """

    name: str
    settings: type[G]
    build: Callable[[G, Database, Clock], S]
    routes: Routes
    subscriptions: Callable[[S], Sequence[Subscription[Any]]]
    migrations: Path
    periodic_jobs: Callable[[S], Sequence[PeriodicJob]] = lambda _: ()
    collectors: Callable[[S], Sequence[Collector]] = lambda _: ()
    readiness_facts: Callable[[S], Facts] = lambda _: {}
    place: Callable[[S], InUse[Any]] | None = None
    uses: Callable[[Connection], Sequence[Use]] = lambda _: ()
    limits: Callable[[G], Mapping[Limit, int]] = lambda _: {}
    commands: Mapping[str, Callable[[S], None]] = dataclasses.field(default_factory=dict)


#: Where the services are handled alike.
AnyAssembly = Assembly[Any, Any]


def load_settings(assembly: Assembly[G, S]) -> G:
    """The service's settings from the environment, the broker's address with its trust; raises `SettingsInvalid`."""
    given = settings.load(assembly.settings, assembly.name)
    trust = (given.broker_ca, given.broker_certificate, given.broker_key)
    return dataclasses.replace(given, broker_url=trusting(f"HUIYING_{assembly.name.upper()}_BROKER_URL", given.broker_url, *trust))


def open_database(assembly: Assembly[G, S], given: G, clock: Clock) -> Database:
    """The service's own store."""
    return Database(given.database_url, assembly.name, clock)


def checks_of(assembly: Assembly[G, S], given: G, database: Database) -> Checks:
    """What `/readyz` of every process of a service looks at."""
    store = StoreCheck(database, {"runtime": STORE, assembly.name: assembly.migrations})
    return {"broker": BrokerProbe(given.broker_url).check, "store": remember(store.check)}


def build_app(assembly: Assembly[G, S], given: G, clock: Clock | None = None) -> flask.Flask:
    """The service's HTTP application. Opens stores lazily, so it may be built before a fork."""
    clock = clock or SystemClock()
    database, telemetry = open_database(assembly, given, clock), Telemetry()
    service = assembly.build(given, database, clock)
    database.carrier = carrier_of(assembly, given, database, service, telemetry)
    telemetry.registry.register(OutboxCollector(database))
    for collector in assembly.collectors(service):
        telemetry.registry.register(collector)
    access = Database(given.access_database_url, "access", clock)
    throttle, readiness_facts = (
        Throttle(Allowance.of(given, assembly.limits(given))),
        {**_readiness_facts(assembly, database, service), **backlog_of(database)},
    )
    health = health_routes(assembly.name, checks_of(assembly, given, database), telemetry.expose, readiness_facts)
    routes = Routes([*assembly.routes, *health])
    return create_app(
        assembly.name,
        service,
        routes,
        TokenAuthenticator(access),
        telemetry,
        throttle=throttle,
        audit_log=AuditLog(access),
        origins=given.cors_origins,
    )


def carrier_of(assembly: Assembly[G, S], given: G, database: Database, service: S, telemetry: Telemetry) -> Carrier | None:
    """What sends from memory what a process publishes, where its service publishes anything."""

    def connect() -> RabbitPublisher:
        return RabbitPublisher(given.broker_url, f"huiying-{assembly.name}-courier", CONFIRM_SECONDS)

    return Courier(database, connect, telemetry, _nowhere(assembly, service)) if PUBLISHES[assembly.name] else None


def worker_loops(assembly: Assembly[G, S], given: G, database: Database, service: S, telemetry: Telemetry) -> dict[str, Loop]:
    """The relay when the service publishes anything, a dispatcher for each queue it consumes, its periodic jobs."""
    label = f"huiying-{assembly.name}"

    def connect() -> RabbitPublisher:
        return RabbitPublisher(given.broker_url, f"{label}-publisher")

    loops: dict[str, Loop] = {job.name: counted(job, telemetry).loop for job in assembly.periodic_jobs(service)}
    if PUBLISHES[assembly.name]:
        loops["relay"] = Relay(database, connect, telemetry, given.relay_batch, _nowhere(assembly, service)).run
    for subscription in assembly.subscriptions(service):
        batch = given.batch * subscription.batches
        subscribe = partial(consumer_of, given.broker_url, subscription, batch, label)
        loops[subscription.queue] = Dispatcher(subscription, database, subscribe, connect, telemetry, batch).run
    loops["answers"] = PeriodicJob("answers", PRUNE_SECONDS, lambda: prune(database)).loop
    loops["depths"] = _depths(assembly, given, telemetry, database.clock).loop
    if assembly.place is not None:
        loops["catalogue"] = _catalogue(assembly, assembly.place(service), database, telemetry).loop
    return loops


def _nowhere(assembly: Assembly[G, S], service: S) -> Callable[[], Collection[tuple[str, str]]]:
    """The places without a queue, by the catalogue as it is when that is asked."""
    if assembly.place is None:
        return frozenset
    place = assembly.place(service)
    return lambda: undeliverable(place.catalogue.unqueued)


def counted(job: PeriodicJob, telemetry: Telemetry) -> PeriodicJob:
    """The job, with the number of rows that failed shown as a metric."""
    failed = job.failed
    if failed is None:
        return job

    def run() -> bool:
        try:
            return job.run()
        finally:
            telemetry.show("huiying_job_failed_rows", failed(), job=job.name)

    return dataclasses.replace(job, run=run)


def _depths(assembly: Assembly[G, S], given: G, telemetry: Telemetry, clock: Clock) -> PeriodicJob:
    """Counts what waits in queues and what could not be handled, for the metrics."""

    def queues(catalogue: Catalogue) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return watched(assembly.name, catalogue.queued), looked_after(assembly.name, catalogue.queued)

    place = InUse.of(given, queues)
    watch = QueueWatch(BrokerProbe(given.broker_url).depths, lambda: place.now, telemetry, clock)
    return PeriodicJob("depths", DEPTHS_SECONDS, watch.look)


def _open_codes(assembly: Assembly[G, S], place: InUse[Any], database: Database) -> LackingCodes:
    return LackingCodes(database, lambda: place.catalogue, assembly.uses)


def _readiness_facts(assembly: Assembly[G, S], database: Database, service: S) -> Facts:
    """What the service tells, and what is wrong with its catalogue while something is."""
    if assembly.place is None:
        return assembly.readiness_facts(service)
    place = assembly.place(service)
    codes = _open_codes(assembly, place, database)
    return {
        **assembly.readiness_facts(service), "catalogue_lacking": lambda: len(codes.lacking()) or None,
        "catalogue_refused": lambda: int(place.is_refused()) or None,
    }  # fmt: skip


def _catalogue(assembly: Assembly[G, S], place: InUse[Any], database: Database, telemetry: Telemetry) -> PeriodicJob:
    """Compares the catalogue in use with the open cases, for the metrics and the log."""
    codes, told = _open_codes(assembly, place, database), list[Use]()

    def compare() -> bool:
        found = list(codes.lacking())
        telemetry.show("huiying_catalogue_lacking", len(found), service=assembly.name)
        telemetry.show("huiying_catalogue_refused", int(place.is_refused()), service=assembly.name)
        if found != told and found:
            named = [f"{use.kind} {use.code}: {use.cases}" for use in found]
            log.warning("catalogue_lacks_codes", codes=named, advice="huiying catalogue check FILE --against")
        told[:] = found
        return False

    return PeriodicJob("catalogue", CATALOGUE_SECONDS, compare)


def _web(assembly: Assembly[G, S], given: G) -> int:
    shown = identity(given.tls_certificate, given.tls_key)
    limits = body_limits(assembly.routes)
    WebServer(lambda: build_app(assembly, given), given.host, given.port, given.threads, shown, limits=limits).run()
    return 0


def _worker(assembly: Assembly[G, S], given: G) -> int:
    clock, telemetry = SystemClock(), Telemetry(process="worker")
    database = open_database(assembly, given, clock)
    service = assembly.build(given, database, clock)
    database.carrier = carrier_of(assembly, given, database, service, telemetry)
    telemetry.registry.register(OutboxCollector(database))
    loops = worker_loops(assembly, given, database, service, telemetry)
    checks, readiness_facts = checks_of(assembly, given, database), backlog_of(database)
    status = status_application(assembly.name, checks, telemetry.expose, readiness_facts)
    ended = run_worker(assembly.name, loops, status, given.host, given.worker_port)
    database.close()  # What was committed leaves, and what has left is taken out of the outbox.
    return ended


def _migrate(assembly: Assembly[G, S], given: G) -> int:
    database = open_database(assembly, given, SystemClock())
    migrate(database, STORE, "runtime")
    migrate(database, assembly.migrations, assembly.name)
    return 0


def _settings(assembly: Assembly[G, S], given: G) -> int:
    for name, value, meaning in settings.table(given, assembly.name):
        sys.stdout.write(f"{name:34} {value:50} {meaning}\n")
    return 0


def _own(command: Callable[[S], None], assembly: Assembly[G, S], given: G) -> int:
    clock = SystemClock()
    database = open_database(assembly, given, clock)
    command(assembly.build(given, database, clock))
    database.close()
    return 0


COMMANDS: dict[str, Callable[[AnyAssembly, Any], int]] = {
    "web": _web, "worker": _worker, "migrate": _migrate, "settings": _settings,
}  # fmt: skip


def run(assembly: Assembly[G, S], arguments: Sequence[str]) -> int:
    """The command line of one service; returns the exit status."""
    own = {name: partial(_own, command) for name, command in assembly.commands.items()}
    known: Mapping[str, Callable[[Any, Any], int]] = {**COMMANDS, **own}
    command = known.get(arguments[0]) if len(arguments) == 1 else None
    if command is None:
        sys.stderr.write(USAGE.format(name=assembly.name, commands="|".join((*COMMANDS, *assembly.commands))) + "\n")
        return 2
    try:
        given = load_settings(assembly)
        set_up_logs(given.log_level)
        return command(assembly, given)
    except SettingsInvalid as error:
        sys.stderr.write(f"{error}\n")
        return 2
