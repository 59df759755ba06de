"""The files of one installation under `var/`: stores, secrets, pid files, logs, the private broker, the address book."""

from __future__ import annotations

import fcntl
import json
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from services.console.embedded.starting.processes import STEP_SECONDS, Slot, free_port, listens
from services.console.settings import ADDRESS_BOOK, ConsoleSettings
from services.console.terminal import fail
from services.contracts.definitions import password_hash
from services.contracts.topology import SERVICES

LET_GO_SECONDS = 2.0


class Launched(NamedTuple):
    """How a program was started."""

    argv: Sequence[str]
    environment: Mapping[str, str]


@contextmanager
def exclusive(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold the lock of an installation while it is changed; without `wait`, yields whether the lock was free."""
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


class Installation:
    """One folder, one system; two folders are two independent systems."""

    def __init__(self, var: Path) -> None:
        self.var = var.absolute()
        self.run, self.log, self.broker = self.var / "run", self.var / "log", self.var / "broker"

    def prepare(self) -> None:
        """Make the folders, readable by their owner only; fails with advice when that is not possible."""
        try:
            self.var.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (self.run, self.log, self.broker):
                folder.mkdir(exist_ok=True)
        except OSError as error:
            fail(f"{self.var} cannot be used: {error.strerror}.", "choose a folder of your own: HUIYING_VAR=/some/folder")

    def slot(self, name: str) -> Slot:
        """The place of one background process."""
        return Slot(self.run / f"{name}.pid")

    def database_url(self, name: str) -> str:
        """The embedded store of a service, or of the access tokens."""
        return f"sqlite:///{self.var / name}.db"

    def password(self, user: str) -> str:
        """The password of a broker user, made at first use."""
        return self._secret(f"broker.{user}", lambda: secrets.token_urlsafe(24))

    def new_password(self, user: str) -> str:
        """Another password for a broker user, in place of the one it had."""
        self._secrets.pop(f"broker.{user}", None)
        return self.password(user)

    def knows(self, user: str) -> bool:
        """Whether this installation made a password for a broker user."""
        return f"broker.{user}" in self._secrets

    def hashes(self, users: Iterable[str]) -> dict[str, str]:
        """Password hashes as the broker stores them, the same every time."""
        return {user: password_hash(self.password(user)) for user in users}

    def contact_keys(self, given: Sequence[str] = ()) -> str:
        """The keys for personal data, separated by blanks, made at first use; `given` keys replace and are stored."""
        return self._keys("contact_keys", given)

    def ledger_key(self, given: Sequence[str] = ()) -> str:
        """The keys that sign the ledger's heads, in the same way."""
        return self._keys("ledger_key", given)

    def promise_key(self, given: Sequence[str] = ()) -> str:
        """The keys that sign promises of inclusion in the ledger, in the same way."""
        return self._keys("promise_key", given)

    def _keys(self, name: str, given: Sequence[str]) -> str:
        if given:
            self._secrets[name] = " ".join(given)
            self._keep_secrets()
        return self._secret(name, lambda: secrets.token_urlsafe(32))

    @property
    def admin_token(self) -> str | None:
        """The administrator's access token, once there is one."""
        return self._secrets.get("admin_token")

    def remember_admin_token(self, token: str) -> None:
        """Keep the administrator's access token for the console."""
        self._secrets["admin_token"] = token
        self._keep_secrets()

    def worker_ports(self) -> dict[str, int]:
        """The loopback port of each worker's health and metrics; one that another program has taken is replaced."""
        path, known = self.run / "ports.json", self.known_ports()
        for name in SERVICES:
            stranger = self.slot(name).pid() is None and name in known and _stays_taken(known[name])
            if name not in known or stranger:
                known[name] = next(port for port in iter(free_port, None) if port not in known.values())
        path.write_text(json.dumps(known))
        return known

    def known_ports(self) -> dict[str, int]:
        """The workers' ports so far; empty before the first start."""
        path = self.run / "ports.json"
        known: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
        return known

    def write_list(self, launched: Mapping[str, Launched]) -> None:
        """Store how programs are started, secrets included, for the keeper."""
        known = {name: [each.argv, each.environment] for name, each in launched.items()}
        write_privately(self.run / "programs.json", json.dumps(known))

    def listed(self) -> dict[str, Launched]:
        """How programs are started; empty when none should run."""
        path = self.run / "programs.json"
        known: dict[str, tuple[Sequence[str], Mapping[str, str]]] = json.loads(path.read_text()) if path.exists() else {}
        return {name: Launched(*each) for name, each in known.items()}

    def count_restart(self, name: str) -> None:
        """Count a restart of a process."""
        write_privately(self.run / "restarts.json", json.dumps({**self.restarts(), name: self.restarts().get(name, 0) + 1}))

    def restarts(self) -> dict[str, int]:
        """How often each process was restarted."""
        path = self.run / "restarts.json"
        counted: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
        return counted

    def write_address_book(self, entries: Mapping[str, str]) -> Path:
        """Write `huiying.env`, readable by its owner only; returns its path."""
        path = self.var / ADDRESS_BOOK
        write_privately(path, "".join(f"HUIYING_{name}={value}\n" for name, value in entries.items()))
        return path

    @cached_property
    def _secrets(self) -> dict[str, str]:
        path = self.var / "secrets.json"
        loaded: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        return loaded

    def _secret(self, name: str, make: Callable[[], str]) -> str:
        if name not in self._secrets:
            self._secrets[name] = make()
            self._keep_secrets()
        return self._secrets[name]

    def _keep_secrets(self) -> None:
        write_privately(self.var / "secrets.json", json.dumps(self._secrets, indent=1))


def _stays_taken(port: int) -> bool:
    # A killed process may be gone a moment before its port is free.
    end = time.monotonic() + LET_GO_SECONDS
    while listens(port):
        if time.monotonic() > end:
            return True
        time.sleep(STEP_SECONDS)
    return False


def write_privately(path: Path, text: str) -> None:
    """Replace a file in one step with one that only its owner can read."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def access_url(settings: ConsoleSettings) -> str:
    """The store of the access tokens: the one in the settings, else the embedded one; fails when there is none."""
    if settings.access_database_url:
        return settings.access_database_url
    if not (settings.var / "access.db").exists():
        fail(f"Nothing was started in {settings.var} yet.", "huiying up, or set HUIYING_ACCESS_DATABASE_URL")
    return Installation(settings.var).database_url("access")
