"""What one copy of the system keeps under `var/`: stores, secrets, pid files, logs, the private broker, the address book."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path

from services.console.processes import STEP_SECONDS, Slot, free_port, listens
from services.console.settings import ADDRESS_BOOK
from services.console.terminal import fail
from services.contracts.definitions import hash_password
from services.contracts.topology import SERVICES

LET_GO_SECONDS = 2.0


class Installation:
    """One folder, one system; two folders are two systems that know nothing of each other."""

    def __init__(self, var: Path) -> None:
        self.var = var.absolute()
        self.run, self.log, self.broker = self.var / "run", self.var / "log", self.var / "broker"

    def prepare(self) -> None:
        """Make the folders; what they hold is for their owner only. Fails with advice where that is not allowed."""
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
        """Password hashes as the broker stores them; the same every time, so that it can see that nothing changed."""
        return {user: password_hash(self.password(user)) for user in users}

    @property
    def admin_token(self) -> str | None:
        """The administrator's access token, once there is one."""
        return self._secrets.get("admin_token")

    def remember_admin_token(self, token: str) -> None:
        """Keep the administrator's access token for the console."""
        self._secrets["admin_token"] = token
        self._keep_secrets()

    def worker_ports(self) -> dict[str, int]:
        """The loopback port of each worker's health and metrics; a port that a stranger took meanwhile is exchanged."""
        path = self.run / "ports.json"
        known: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
        for name in SERVICES:
            stranger = self.slot(name).pid() is None and name in known and _stays_taken(known[name])
            if name not in known or stranger:
                known[name] = free_port()
        path.write_text(json.dumps(known))
        return known

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
    # A process that was killed may be gone a moment before the last of its threads lets go of its port.
    end = time.monotonic() + LET_GO_SECONDS
    while listens(port):
        if time.monotonic() > end:
            return True
        time.sleep(STEP_SECONDS)
    return False


def password_hash(password: str) -> str:
    """A generated password's hash with a salt made from it: it is random already, so no two are the same."""
    return hash_password(password, hashlib.sha256(password.encode()).digest()[:4])


def write_privately(path: Path, text: str) -> None:
    """Replace a file in one step with one that only its owner can read."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)
