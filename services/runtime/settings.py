"""Settings from the environment: one frozen dataclass per service, every error named at once, secrets masked in print.

This is the only module that looks at the environment.
"""

from __future__ import annotations

import dataclasses
import os
import re
import time
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar

PREFIX = "HUIYING_"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
REQUIRED: Any = object()
T = TypeVar("T")


class SettingsInvalid(Exception):
    """One or more settings are missing or unreadable; the text names them all."""


def env(
    name: str, parse: Callable[[str], Any], default: Any = REQUIRED, *, doc: str, secret: bool = False, fallback: str = ""
) -> Any:
    """A dataclass field read from `HUIYING_<name>`; `{SERVICE}` in a name stands for the service, `fallback` is a second name."""
    metadata = {"name": name, "parse": parse, "doc": doc, "secret": secret, "fallback": fallback}
    if default is REQUIRED:
        # By name only, because a service has required ones behind those that every process can go without.
        return dataclasses.field(kw_only=True, repr=not secret, metadata=metadata)
    return dataclasses.field(default=default, repr=not secret, metadata=metadata)


def whole_number(text: str) -> int:
    """A non-negative whole number; raises ValueError for anything else."""
    if not text.isdecimal():
        raise ValueError("not a whole number")
    return int(text)


def how_many(text: str) -> int:
    """A whole number from 1; raises ValueError for anything else."""
    number = whole_number(text)
    if number < 1:
        raise ValueError("at least 1 is needed")
    return number


def port_number(text: str) -> int:
    """A port, or 0 for any that is free; raises ValueError for anything else."""
    number = whole_number(text)
    if number > 65_535:
        raise ValueError("a port is at most 65535")
    return number


def network_list(text: str) -> tuple[str, ...]:
    """Networks and addresses such as `10.1.0.0/16, ::1`, or `none`; raises ValueError for anything else."""
    parts = text.replace(",", " ").split()
    return () if parts == ["none"] else tuple(str(ip_network(part)) for part in parts)


def origin_list(text: str) -> tuple[str, ...]:
    """Origins such as `https://www.example.org, http://localhost:5173`, `*` for all, or `none`; raises ValueError otherwise."""
    parts = text.replace(",", " ").split()
    for part in parts:
        if part not in ("*", "none") and not re.fullmatch(r"https?://[^/\s?#@]+", part):
            raise ValueError(f"{part} is not an origin such as https://www.example.org")
    return () if parts == ["none"] else tuple(parts)


def yes_or_no(text: str) -> bool:
    """`yes` or `no`; raises ValueError for anything else."""
    if text.lower() not in ("yes", "no"):
        raise ValueError("yes or no is needed")
    return text.lower() == "yes"


def log_level(text: str) -> str:
    """The name of a level; raises ValueError for anything else."""
    level = text.upper()
    if level not in LOG_LEVELS:
        raise ValueError(f"one of {', '.join(LOG_LEVELS)} is needed")
    return level


@dataclasses.dataclass(frozen=True)
class ProcessSettings:
    """What every process of every service can be told from outside."""

    database_url: str = env("{SERVICE}_DATABASE_URL", str, doc="store of this service, an SQLAlchemy URL", secret=True)
    access_database_url: str = env("ACCESS_DATABASE_URL", str, doc="store of the access tokens", secret=True)
    broker_url: str = env("{SERVICE}_BROKER_URL", str, doc="AMQP address of RabbitMQ", secret=True, fallback="BROKER_URL")
    broker_ca: Path | None = env("BROKER_CA", Path, None, doc="PEM of the CA to trust an amqps broker by; else the machine's")
    broker_certificate: Path | None = env("BROKER_CERTIFICATE", Path, None, doc="PEM of a certificate to show to the broker")
    broker_key: Path | None = env("BROKER_KEY", Path, None, doc="PEM of its key")
    catalogue: Path = env("CATALOGUE", Path, Path("deploy/catalogue.yml"), doc="the catalogue: what is where, and its rules")
    catalogue_last_good: Path | None = env(
        "CATALOGUE_LAST_GOOD", Path, None, doc="where the catalogue in use is kept, to start with when the file cannot be read"
    )
    host: str = env("HOST", str, "127.0.0.1", doc="address to listen on")
    port: int = env("{SERVICE}_PORT", port_number, 8000, doc="port of the web process")
    tls_certificate: Path | None = env("TLS_CERTIFICATE", Path, None, doc="PEM of its certificate: it speaks https only")
    tls_key: Path | None = env("TLS_KEY", Path, None, doc="PEM of its key")
    threads: int = env("THREADS", how_many, 16, doc="threads of the web process")
    worker_port: int = env("{SERVICE}_WORKER_PORT", port_number, 9000, doc="port of the worker's health and metrics")
    log_level: str = env("LOG_LEVEL", log_level, "INFO", doc="DEBUG, INFO, WARNING or ERROR")
    batch: int = env("BATCH", how_many, 500, doc="most messages handled in one transaction")
    relay_batch: int = env("RELAY_BATCH", how_many, 200, doc="most messages published before waiting for confirms")
    wrong_sign_ins_a_minute: int = env(
        "WRONG_SIGN_INS_A_MINUTE", whole_number, 20, doc="wrong tokens from one address; twice as many at once; 0: no limit"
    )
    work_a_minute: int = env(
        "WORK_A_MINUTE",
        whole_number,
        1200,
        doc="work for one address without a token: statistics 20, a proof 10, a megapixel 5; 0: no limit",
    )
    unthrottled: tuple[str, ...] = env(
        "UNTHROTTLED", network_list, ("127.0.0.0/8", "::1/128"), doc="networks that none of these limits holds for, or none"
    )
    trusted_proxies: tuple[str, ...] = env(
        "TRUSTED_PROXIES", network_list, (), doc="networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed"
    )
    cors_origins: tuple[str, ...] = env(
        "CORS_ORIGINS", origin_list, (), doc="origins whose pages may call the API from a browser, with a token; * for all, or none"
    )


def _name(template: str, service: str) -> str:
    return PREFIX + template.format(SERVICE=service.upper())


def load(shape: type[T], service: str, environ: Mapping[str, str] | None = None) -> T:
    """Build `shape` for `service` from the environment; raises `SettingsInvalid` that names every problem."""
    source = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    problems: list[str] = []
    for field in dataclasses.fields(shape):  # type: ignore[arg-type]
        meta = field.metadata
        names = [_name(name, service) for name in (meta["name"], meta["fallback"]) if name]
        text = next((source[name] for name in names if source.get(name)), None)
        try:
            if text is not None:
                values[field.name] = meta["parse"](text)
            elif field.default is dataclasses.MISSING:
                problems.append(f"{names[0]} is not set: {meta['doc']}")
        except ValueError as error:
            problems.append(f"{names[0]}={text!r} cannot be used: {error}" if not meta["secret"] else f"{names[0]} cannot be used")
    if problems:
        raise SettingsInvalid("\n".join(problems))
    return shape(**values)


def inherited(*patterns: str) -> dict[str, str]:
    """The variables of this process whose names match a pattern (`*` allowed), to be passed on to a child that gets no others."""
    return {name: value for name, value in os.environ.items() if any(fnmatchcase(name, pattern) for pattern in patterns)}


def take_over(environment: Mapping[str, str]) -> None:
    """Make this the environment of the process, in place of the one it was forked with."""
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()


def mask(text: str) -> str:
    """A secret made printable: the password inside a URL becomes ***, anything else becomes *** whole."""
    if "://" not in text:
        return "***"
    # Greedy up to the last @, because a password that was not escaped may hold one itself.
    return re.sub(r"(password=)[^&]*", r"\1***", re.sub(r"(://[^:/@]*:).*(@)", r"\1***\2", text))


def table(settings: Any, service: str) -> list[tuple[str, str, str]]:
    """Rows of (name, value with secrets masked, meaning), one for each setting."""
    rows = []
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        shown = _masked(value) if field.metadata["secret"] else str(value)
        rows.append((_name(field.metadata["name"], service), shown, field.metadata["doc"]))
    return rows


def _masked(value: object) -> str:
    if isinstance(value, tuple):
        # Addresses of channels carry their tokens anywhere, so only the kind of channel is shown; of a key, nothing at all.
        return " ".join(f"{each.partition('://')[0]}://***" if "://" in each else "***" for each in value)
    return mask(str(value))
