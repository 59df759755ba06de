"""Starts and stops the embedded system; processes that run as they should are left alone."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import requests

from services.console.client.http import DISTRUST
from services.console.embedded.administrator import way_in
from services.console.embedded.assemblies import revisions_of
from services.console.embedded.broker import choose_broker
from services.console.embedded.front.certificate import name_for
from services.console.embedded.installation import Installation, Launched, exclusive
from services.console.embedded.node import NodeFailed, PrivateNode
from services.console.embedded.starting.launch import KEEPER, PROGRAMS, WEB, Program, keeper, programs
from services.console.embedded.starting.nursery import Nursery
from services.console.embedded.starting.processes import listens, stop_all
from services.console.settings import EXAMPLE, OWN_CATALOGUE, TRUST, Addresses, ConsoleSettings
from services.console.terminal import fail, step
from services.contracts.catalogue.check import CatalogueInvalid, load_catalogue
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import NotSignedIn
from services.contracts.people.callers import Role
from services.contracts.topology import SERVICES
from services.runtime.clock import SystemClock
from services.runtime.process.catalogue import LOOK_SECONDS
from services.runtime.store.database import Database
from services.runtime.store.migrate import STORE, migrate, migrate_access
from services.runtime.tls import bare, identity, read_address, reason
from services.runtime.web.access import tokens as access
from services.runtime.web.access.tokens import TokenAuthenticator

READY_SECONDS, STOP_SECONDS, PORT_SECONDS = 180.0, 9.5, 12.0
STEP_SECONDS = 0.1


class Supervisor:
    """One installation on this machine."""

    def __init__(self, settings: ConsoleSettings) -> None:
        self.settings = settings
        self.installation = Installation(settings.var)
        self.node = PrivateNode(self.installation.broker, settings.broker_port)
        self._nursery: Nursery | None = None

    def up(self) -> Addresses:
        """Start what is not running, wait until all of it is ready, and write the address book; returns the addresses."""
        self.installation.prepare()
        with exclusive(self.installation.run / "lock"):
            try:
                return self._up()
            except NodeFailed as error:
                fail(str(error))
            finally:
                if self._nursery is not None:
                    self._nursery.close()
                    self._nursery = None

    def down(self) -> list[str]:
        """Stop everything that was started here; returns the names of those that had to be killed."""
        if not self.installation.var.exists():
            return []
        self.installation.prepare()
        with exclusive(self.installation.run / "lock"):
            self.installation.write_list({})
            killed = stop_all([self.installation.slot(name) for name in (KEEPER, *PROGRAMS)], STOP_SECONDS)
            for name in (KEEPER, *PROGRAMS):
                self.installation.slot(name).path.unlink(missing_ok=True)
            self.node.stop()
            return killed

    def running(self) -> dict[str, int | None]:
        """The pid of every program, None for those that do not run."""
        return {name: self.installation.slot(name).pid() for name in PROGRAMS}

    def absent(self) -> list[str]:
        """Programs that should run and do not, the private broker included."""
        missing = [name for name, pid in self.running().items() if pid is None]
        return [*missing, "broker"] if self.node.ever_started() and not self.node.running() else missing

    def _up(self) -> Addresses:
        place = self._catalogue()
        broker = choose_broker(self.settings, self.installation, place.queued)
        if self.installation.slot(WEB).pid() is None:
            self._await_free_port()
        # Migrations run before anything is stopped: they only add, so the running processes can go on.
        self._migrate()
        token = self._admin_token()
        read = replace(self.settings, catalogue=self.installation.var / OWN_CATALOGUE)
        wanted = programs(read, self.installation, broker.service_urls())
        if broker.begin():
            # The services load their code while the broker boots.
            self._replace(wanted)
        if broker.wait():
            step("消息队列已就绪 The broker is ready")
        self._replace(wanted)
        self._keep(wanted)
        ca = str(self.settings.tls_ca.absolute()) if self.settings.tls_ca else None
        addresses = Addresses(self._url(), broker.url, broker.management_url, token, ca)
        self._write_down(addresses)
        self._await_ready(addresses)
        return replace(addresses, way_in=way_in(addresses))

    def _url(self) -> str:
        # Only compared, to find an address for a server that listens on all.
        host = "127.0.0.1" if self.settings.host in ("0.0.0.0", "::") else self.settings.host  # nosec
        shown = identity(self.settings.tls_certificate, self.settings.tls_key)
        if shown is None:
            return f"http://{host}:{self.settings.port}"
        return f"https://{name_for(shown.certificate, host)}:{self.settings.port}"

    def _catalogue(self) -> Catalogue:
        try:
            return load_catalogue(self._named())
        except CatalogueInvalid as error:
            fail(f"The catalogue {self.settings.catalogue} cannot be used: {error}", "huiying catalogue check FILE")

    def _migrate(self) -> None:
        clock = SystemClock()
        for name in SERVICES:
            database = Database(self.installation.database_url(name), name, clock)
            try:
                migrate(database, STORE, "runtime")
                migrate(database, revisions_of(name), name)
            except Exception as error:
                fail(f"The store of {name} was left as it is: {error}", "what ran before runs on; mend it, then huiying up")
            finally:
                database.close()
        migrate_access(self.installation.database_url("access"))

    def _admin_token(self) -> str:
        database, known = Database(self.installation.database_url("access"), "access", SystemClock()), self.installation.admin_token
        if known is not None and _is_good(database, known):
            return known
        _, token = access.create(database, Role.ADMIN, None)
        self.installation.remember_admin_token(token)
        return token

    def _lead_to_catalogue(self) -> None:
        """Link the installation's catalogue to the one in the settings or to the example, unless `catalogue use` has written one.

        Running services notice a changed link within a second."""
        own = self.installation.var / OWN_CATALOGUE
        wanted = self._named()
        if wanted != own.absolute() and not (own.is_symlink() and own.readlink() == wanted):
            if own.exists() and not own.is_symlink():
                own.rename(own.with_name("catalogue.previous.yml"))
            own.unlink(missing_ok=True)
            own.symlink_to(wanted)
            time.sleep(2 * LOOK_SECONDS if any(self.running().values()) else 0.0)

    def _named(self) -> Path:
        return (self.settings.catalogue if self.settings.has_own_catalogue else EXAMPLE).absolute()

    def _replace(self, wanted: list[Program]) -> None:
        self._lead_to_catalogue()
        self._stop_changed(wanted)
        self._start(wanted)

    def _stop_changed(self, wanted: list[Program]) -> None:
        changed = [self.installation.slot(each.name) for each in wanted if self._digest(each.name) != each.digest]
        stop_all(changed, STOP_SECONDS)

    def _start(self, wanted: list[Program]) -> None:
        for program in wanted:
            slot = self.installation.slot(program.name)
            if slot.pid() is not None:
                continue
            if program.name == WEB:
                self._await_free_port()
            self._at_nursery().start(program.name, program.argv, program.environment)
            self._note(program)

    def _keep(self, wanted: list[Program]) -> None:
        """Start the keeper if the settings want it."""
        self.installation.write_list({each.name: Launched(each.argv, each.environment) for each in wanted})
        program = keeper(self.settings, self.installation)
        slot = self.installation.slot(KEEPER)
        # One that has just started others has their code in its memory, which is theirs too.
        if not self.settings.keep or self._nursery is not None or self._digest(KEEPER) != program.digest:
            stop_all([slot], STOP_SECONDS)
        if self.settings.keep and slot.pid() is None:
            self._at_nursery().keep()
            self._note(program)

    def _at_nursery(self) -> Nursery:
        if self._nursery is None:
            program = keeper(self.settings, self.installation)
            self._nursery = Nursery(program.argv, program.environment, self._log(KEEPER))
        return self._nursery

    def _note(self, program: Program) -> None:
        (self.installation.run / f"{program.name}.digest").write_text(program.digest)
        step(f"启动 Started {program.name}")

    def _digest(self, name: str) -> str:
        path = self.installation.run / f"{name}.digest"
        return path.read_text() if path.exists() else ""

    def _log(self, name: str) -> Path:
        return self.installation.log / f"{name}.log"

    def _await_free_port(self) -> None:
        # A killed web process leaves a child that needs a moment to notice and may have answers to finish.
        end = time.monotonic() + PORT_SECONDS
        while listens(self.settings.port):
            if time.monotonic() > end:
                fail(f"Port {self.settings.port} is taken by another program.", "choose another: HUIYING_PORT=8001")
            time.sleep(STEP_SECONDS)

    def _write_down(self, addresses: Addresses) -> None:
        broker = read_address(addresses.broker_url)
        management = bare(addresses.management_url) if addresses.management_url else None
        trust = dict(zip(TRUST, (broker.ca, broker.certificate, broker.key), strict=True))
        entries = {"URL": addresses.url, "BROKER_URL": broker.url, "ADMIN_TOKEN": addresses.admin_token or ""}
        more = {"MANAGEMENT_URL": management, "TLS_CA": addresses.tls_ca, **trust}
        self.installation.write_address_book(entries | {name: value for name, value in more.items() if value})

    def _await_ready(self, place: Addresses) -> None:
        waiting = {WEB: f"{place.url}/readyz"}
        waiting |= {name: f"http://127.0.0.1:{port}/readyz" for name, port in self.installation.worker_ports().items()}
        end, words = time.monotonic() + READY_SECONDS, ""
        while waiting:
            for name, address in list(waiting.items()):
                ready, words = _ask(address, place.verify)
                if ready:
                    del waiting[name]
                elif self.installation.slot(name).pid() is None:
                    fail(f"{name} ended. Its last words:\n{_tail(self._log(name))}", f"read {self._log(name)}")
            if waiting and time.monotonic() > end:
                fail(f"Not ready after {READY_SECONDS:.0f} s: {', '.join(waiting)} {words}", "huiying doctor; huiying logs")
            if waiting:
                time.sleep(STEP_SECONDS)


def _is_good(database: Database, token: str) -> bool:
    try:
        return TokenAuthenticator(database).caller(f"Bearer {token}").role is Role.ADMIN
    except NotSignedIn:
        return False


def _ask(address: str, verify: str | bool) -> tuple[bool, str]:
    try:
        answer = requests.get(address, timeout=10.0, verify=verify)
    except requests.RequestException as error:
        if why := reason(error):
            fail(f"{address} runs, but cannot be trusted: {why}.", DISTRUST)
        return False, ""
    return answer.status_code == 200, answer.text[:300]


def _tail(path: Path, lines: int = 12) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "(nothing)"
