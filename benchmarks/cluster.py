"""A private PostgreSQL cluster for tests and measurements, on a free loopback port, removed when stopped."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

from services.console.embedded.starting.processes import free_port

#: How long (s) one of its programs may take on a machine that is busy with other things.
PATIENCE = 600
PLACES = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt")


class ClusterMissing(Exception):
    """There is no PostgreSQL on this machine."""


def programs() -> Path:
    """The folder of `initdb` and `pg_ctl`, the newest there is; raises `ClusterMissing`."""
    found = sorted(path.parent for place in PLACES for path in Path(place).glob("*/bin/initdb"))
    if not found:
        raise ClusterMissing("PostgreSQL is not installed (apt-get install --no-install-recommends postgresql)")
    return found[-1]


class PrivateCluster:
    """A cluster in a folder of its own. PostgreSQL refuses to run as root, so as root it runs as nobody."""

    def __init__(self) -> None:
        self._programs = programs()
        self._owner = "nobody" if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="huiying-postgres-"))
        if self._owner:
            shutil.chown(self._folder, self._owner)
        self.port = free_port()
        self._names = (f"store_{number}" for number in itertools.count(1))

    def start(self, more: str = "") -> None:
        """Make the cluster and start it; `more` are options of the server."""
        self._run("initdb", "--username=huiying", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories='' -c max_connections=200 {more}"
        self._run("pg_ctl", "start", "--wait", "--log", str(self._folder / "log"), "--options", options)

    def restart(self, mode: str) -> None:
        """Stop in `fast` or `immediate` mode and start again."""
        self._run("pg_ctl", "restart", "--wait", "--mode", mode, "--log", str(self._folder / "log"))

    def halt(self) -> None:
        """Stop immediately, without removing anything."""
        self._run("pg_ctl", "stop", "--wait", "--mode", "immediate")

    def resume(self) -> None:
        """Start again after `halt`, with the options of the first start."""
        self._run("pg_ctl", "restart", "--wait", "--log", str(self._folder / "log"))

    def stop(self) -> None:
        """Stop the cluster and remove what it kept."""
        try:
            if (self._folder / "data" / "postmaster.pid").exists():
                self.halt()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def pid(self) -> int:
        """The pid of the server."""
        return int((self._folder / "data" / "postmaster.pid").read_text().split()[0])

    def address(self, database: str) -> str:
        """The address of a database for psycopg."""
        return f"postgresql://huiying@127.0.0.1:{self.port}/{database}"

    def create(self, template: str = "template1") -> str:
        """A fresh database, copied from `template`, which must have no connections; returns its SQLAlchemy URL."""
        name = next(self._names)
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return f"postgresql+psycopg://huiying@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "--pgdata", str(self._folder / "data"), *arguments]
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PGCTLTIMEOUT": str(PATIENCE)}
        done = subprocess.run(
            command, user=self._owner, cwd="/", env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} {' '.join(arguments)} failed: {done.stderr}")
