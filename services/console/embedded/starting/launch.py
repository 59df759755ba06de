"""The programs of the embedded mode: the web process, the four workers and the keeper, each with its own secrets only."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.console.embedded.installation import Installation
from services.console.settings import HOME, ConsoleSettings
from services.contracts.topology import SERVICES
from services.runtime.settings import PREFIX, inherited
from services.runtime.tls import identity

LOOPBACK = "127.0.0.1"
WEB, KEEPER = "web", "keeper"
PROGRAMS = (WEB, *SERVICES)
#: What the web process and what each worker runs.
WEB_MODULE, WORKER_MODULE = "services.console.embedded.front.combined_app", "services.console.embedded.starting.worker_start"
#: The services that handle personal data and get its keys.
KEEPERS = ("intake", "notify")
MACHINE = ("PATH", "HOME", "LANG", "LC_*", "TZ", "TMPDIR", "SSL_CERT_*", "REQUESTS_CA_BUNDLE", "*_proxy", "*_PROXY")
KNOBS = (
    "HUIYING_BATCH", "HUIYING_RELAY_BATCH", "HUIYING_THREADS", "HUIYING_TIMEZONE", "HUIYING_*_A_MINUTE", "HUIYING_UNTHROTTLED",
    "HUIYING_TRUSTED_PROXIES",
)  # fmt: skip
#: What the service that has the accounts and the first page can be told.
ACCOUNT_KNOBS = (
    "HUIYING_PUBLIC_URL",
    "HUIYING_SESSION_*",
    "HUIYING_SECOND_FACTOR",
    "HUIYING_OIDC_*",
    "HUIYING_MAP_*",
    "HUIYING_SHARE_FONT",
)
#: Glibc gives threads memory of their own to allocate from, of which little is ever given back. The threads of an interpreter take
#: turns anyway.
LITTLE_MEMORY = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "131072"}


@dataclass(frozen=True, slots=True)
class Program:
    """One background process: its command, its settings, and the machine's environment."""

    name: str
    argv: tuple[str, ...]
    settings: Mapping[str, str]
    machine: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of the process."""
        return {**self.machine, **self.settings, "PYTHONPATH": str(HOME)}

    @property
    def digest(self) -> str:
        """Changes with settings and code, not with the catalogue; a running process with another digest is replaced."""
        facts = json.dumps([self.argv, sorted(self.settings.items()), _code()])
        return hashlib.sha256(facts.encode()).hexdigest()


def programs(settings: ConsoleSettings, installation: Installation, broker_urls: Mapping[str, str]) -> list[Program]:
    """The web process first, then the workers.

    `broker_urls` has an address with its own user for each service.
    """
    ports = installation.worker_ports()
    machine = inherited(*MACHINE)
    shared = {
        "HUIYING_CATALOGUE": str(settings.catalogue.absolute()),
        "HUIYING_CATALOGUE_LAST_GOOD": str(installation.run / "catalogue.yml"), "HUIYING_LOG_LEVEL": settings.log_level,
        "HUIYING_ACCESS_DATABASE_URL": installation.database_url("access"), **inherited(*KNOBS),
    }  # fmt: skip
    own = {name: _own(name, installation, broker_urls[name], ports[name]) for name in SERVICES}
    keys = installation.contact_keys(settings.contact_keys)
    for name in KEEPERS:
        own[name] |= {f"{PREFIX}CONTACT_KEYS": keys}
    own["intake"] |= {
        f"{PREFIX}PROMISE_KEY": installation.promise_key(settings.promise_key), **inherited(*ACCOUNT_KNOBS),
    }  # fmt: skip
    own["metrics"] |= {f"{PREFIX}LEDGER_KEY": installation.ledger_key(settings.ledger_key)}
    everything = {key: value for facts in own.values() for key, value in facts.items()}
    web = {**shared, **everything, "HUIYING_HOST": settings.host, **_whereabouts(settings, installation)}
    if shown := identity(settings.tls_certificate, settings.tls_key):
        web |= {"HUIYING_TLS_CERTIFICATE": str(shown.certificate), "HUIYING_TLS_KEY": str(shown.key)}
    listed = [Program(WEB, (sys.executable, "-m", WEB_MODULE), web, machine)]
    for name in SERVICES:
        facts = {**shared, **own[name], "HUIYING_HOST": LOOPBACK}
        listed.append(Program(name, (sys.executable, "-m", WORKER_MODULE, name), facts, machine))
    return listed


def keeper(settings: ConsoleSettings, installation: Installation) -> Program:
    """The program that starts the others, and again when they die."""
    facts = {
        "HUIYING_CATALOGUE": str(settings.catalogue.absolute()), "HUIYING_LOG_LEVEL": settings.log_level,
        **_whereabouts(settings, installation), **LITTLE_MEMORY,
    }  # fmt: skip
    return Program(KEEPER, (sys.executable, "-m", "services.console.embedded.keeper"), facts, inherited(*MACHINE))


def _whereabouts(settings: ConsoleSettings, installation: Installation) -> dict[str, str]:
    ports = {"HUIYING_PORT": str(settings.port), "HUIYING_BROKER_PORT": str(settings.broker_port)}
    return {"HUIYING_VAR": str(installation.var), **ports}


def _own(name: str, installation: Installation, broker_url: str, worker_port: int) -> dict[str, str]:
    prefix = f"{PREFIX}{name.upper()}_"
    return {
        **inherited(f"{prefix}*"), f"{prefix}DATABASE_URL": installation.database_url(name),
        f"{prefix}BROKER_URL": broker_url, f"{prefix}WORKER_PORT": str(worker_port),
    }  # fmt: skip


@cache
def _code() -> list[tuple[str, int, int]]:
    files = sorted(path for path in Path(HOME / "services").rglob("*") if path.suffix in (".py", ".html", ".css", ".js"))
    return [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
