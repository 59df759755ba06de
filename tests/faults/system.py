"""The installation under test: the embedded mode in a folder of its own, and what can be done to it from outside."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import psycopg

from services.console.client.management import Management
from services.console.embedded.broker import service_url
from services.console.embedded.installation import Installation
from services.console.embedded.node import free_broker_port, server_script
from services.console.embedded.starting.launch import WEB, Program, programs
from services.console.embedded.starting.processes import birth_of, free_port, listens
from services.console.embedded.supervisor import Supervisor
from services.console.settings import Addresses, ConsoleSettings
from services.contracts.catalogue.check import load_catalogue
from services.contracts.definitions import department_user, password_hash
from services.contracts.topology import RETRIES, SERVICE_QUEUES, SERVICES, UNROUTED, dead_queue, department_queue
from tests.faults.nodes import Nodes
from tests.faults.volume import CannotMount, Volume
from tests.remains import end_all

TOWN = Path(__file__).parent / "town.yml"
SILENT = "silent"
GONE_SECONDS = 60.0
#: A relay's batch, and a quarter more of second tries.
MOST_UNDER_WAY = 250


class Place(Installation):
    """Stores in SQLite, but for the services in `elsewhere`, which maps them to other addresses."""

    def __init__(self, var: Path, elsewhere: dict[str, str]) -> None:
        super().__init__(var)
        self.elsewhere = elsewhere

    def database_url(self, name: str) -> str:
        """Where a store is."""
        return self.elsewhere.get(name) or super().database_url(name)


class System:
    """One embedded installation.

    `nodes` are a cluster to use in place of the private node, `elsewhere` are stores in PostgreSQL, `apart` are services
    whose SQLite store gets a disk of its own; raises `CannotMount`.
    """

    def __init__(self, nodes: Nodes | None = None, elsewhere: dict[str, str] | None = None, apart: Collection[str] = ()) -> None:
        self.var = Path(tempfile.mkdtemp(prefix="huiying-faults-"))
        self.volumes: dict[str, Volume] = {}
        self._mount(apart)
        self.nodes, self.elsewhere = nodes, dict(elsewhere or {})
        self.elsewhere |= {name: f"sqlite:///{volume.folder / name}.db" for name, volume in self.volumes.items()}
        given: dict[str, Any] = {"broker_url": nodes.url, "management_url": nodes.management_url} if nodes else {}
        self.settings = ConsoleSettings(
            var=self.var, port=free_port(), broker_port=free_broker_port(), catalogue=TOWN, keep=False, **given
        )
        self.supervisor = Supervisor(self.settings)
        self.place = Place(self.var, self.elsewhere)
        self.supervisor.installation = self.place
        self.addresses: Addresses | None = None
        self.town = load_catalogue(TOWN)

    def _mount(self, names: Collection[str]) -> None:
        try:
            for name in names:
                self.volumes[name] = Volume(self.var / f"disk-of-{name}")
        except CannotMount:
            self._unmount()
            raise

    def _unmount(self) -> None:
        for volume in self.volumes.values():
            volume.remove()
        shutil.rmtree(self.var, ignore_errors=True)

    def up(self) -> Addresses:
        """Start whatever does not run, as `huiying up` does."""
        with contextlib.redirect_stderr(io.StringIO()):
            self.addresses = self.supervisor.up()
        return self.addresses

    @property
    def at(self) -> Addresses:
        """Where it is, once it is up."""
        assert self.addresses is not None
        return self.addresses

    def remove(self) -> None:
        """End everything and leave nothing."""
        try:
            end_all(self.var)
        finally:
            self._unmount()

    def kill(self, *names: str) -> None:
        """`kill -9` of processes; `web-child` is the one that answers requests. Returns when they are gone."""
        pids = [pid for name in names if (pid := self.pid(name)) is not None]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + GONE_SECONDS
        while any(birth_of(pid) is not None for pid in pids):
            assert time.monotonic() < end, f"{names} survived"
            time.sleep(0.02)

    def pid(self, name: str) -> int | None:
        """The pid of a process that runs."""
        if name == "broker":
            return self.supervisor.node.pid()
        if name == "web-child":
            parent = self.pid(WEB)
            children = [] if parent is None else psutil.Process(parent).children()
            return next((child.pid for child in children), None)
        return self.place.slot(name).pid()

    def pause(self, name: str, seconds: float) -> None:
        """A process that hangs for a while, and does not know that it did."""
        pid = self.pid(name)
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)

    def replace(self, name: str, point: str, number: int) -> Path:
        """End a process and start one in its place that is mortal; returns the mark it leaves when it dies."""
        slot, program = self.place.slot(name), self._program(name)
        mark = self.var / "run" / f"{name}.{time.monotonic_ns()}.died"
        self.kill(name, *(("web-child",) if name == WEB else ()))
        if name == WEB:
            end = time.monotonic() + GONE_SECONDS
            while listens(self.settings.port) and time.monotonic() < end:
                time.sleep(0.05)
        argv = (program.argv[0], "-m", "tests.faults.mortal", name, point, str(number), str(mark))
        slot.start(argv, program.environment, self.place.log / f"{name}.log")
        return mark

    def _program(self, name: str) -> Program:
        urls = {each: service_url(self.at.broker_url, each, self.place.password(each)) for each in SERVICES}
        return next(each for each in programs(self.settings, self.place, urls) if each.name == name)

    def ctl(self, *arguments: str) -> str:
        """`rabbitmqctl` against the private node."""
        node, script = self.supervisor.node, server_script()
        environment = node._environment(script)
        done = subprocess.run(
            [str(script.parent / "rabbitmqctl"), "-n", environment["RABBITMQ_NODENAME"], "-q", *arguments], env=environment,
            cwd=self.var, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"rabbitmqctl {arguments}: {done.stdout} {done.stderr}"
        return done.stdout

    def policy(self, queue: str, rules: dict[str, Any] | None) -> None:
        """Override the policy of one queue, or take the override back."""
        management, name = self.management(), "fault"
        if rules is None:
            management._ask("DELETE", f"/api/policies/huiying/{name}")
            return
        body = {"pattern": f"^{queue.replace('.', '[.]')}$", "apply-to": "queues", "priority": 50, "definition": rules}
        management._ask("PUT", f"/api/policies/huiying/{name}", body)

    def management(self) -> Management:
        """The management API, as administrator."""
        assert self.at.management_url is not None
        return Management(self.at.management_url)

    def department_url(self, code: str) -> str:
        """What `huiying department credentials CODE` prints."""
        user = department_user(code)
        password = self.place.password(user)
        self.management().admit_department(code, password_hash(password))
        return service_url(self.at.broker_url, user, password)

    def store_url(self, name: str) -> str:
        """The address of a store as PostgreSQL's own library and the checker read it."""
        return self.place.database_url(name).replace("postgresql+psycopg://", "postgresql://")

    def ask_store(self, name: str, query: str) -> Any:
        """The one value that a read-only query finds."""
        url = self.store_url(name)
        if url.startswith("postgresql"):
            with psycopg.connect(url, autocommit=True) as connection:
                return connection.execute(query).fetchone()[0]  # type: ignore[index]
        with contextlib.closing(sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True, timeout=300)) as store:
            return store.execute(query).fetchone()[0]

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold the write lock of an SQLite store, as a forgotten shell would."""
        path = self.store_url(name).removeprefix("sqlite:///")
        with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=60)) as store:
            store.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                store.execute("ROLLBACK")

    def shorten_log(self, name: str) -> None:
        """Move what is in the log of an SQLite store into its file, so that the next commit needs room at once."""
        path = self.store_url(name).removeprefix("sqlite:///")
        with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=300)) as store:
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def checker_plan(self, journals: Sequence[Path], audit_queue: str) -> dict[str, Any]:
        """What the checker has to know."""
        work = [queue.name for queue in SERVICE_QUEUES]
        departments = [department_queue(code) for code in self.town.departments]
        return {
            "url": self.at.url, "admin_token": self.at.admin_token, "broker_url": self.at.broker_url,
            "journals": [str(path) for path in journals], "audit_queue": audit_queue, "audit_file": str(self.var / "audit.jsonl"),
            "service_queues": work, "department_queues": departments, "retry_queues": [delay.exchange for delay in RETRIES],
            "dead_queues": [*(dead_queue(name) for name in (*work, *departments)), UNROUTED], "silent": [SILENT],
            "stores": {name: self.store_url(name) for name in SERVICES},
            "logs": {f"/{name}": str(self.place.log / f"{name}.log") for name in SERVICES}, "batch": MOST_UNDER_WAY,
            "web_log": str(self.place.log / "web.log"),
        }  # fmt: skip

    def last_words(self) -> str:
        """The ends of all logs."""
        logs = sorted(self.place.log.glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in logs)

    def write(self, name: str, value: Any) -> Path:
        """Put a JSON file into the folder; returns its path."""
        path = self.var / name
        path.write_text(json.dumps(value))
        return path
