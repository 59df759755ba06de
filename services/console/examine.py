"""`huiying doctor`: looks at every part from outside and says what to do about those that do not answer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import click
import requests

from services.console.amqp import connection, depths
from services.console.certificate import expiry
from services.console.client import DISTRUST
from services.console.node import NodeFailed, server_script
from services.console.settings import Addresses, ConsoleSettings, addresses, read_address_book
from services.console.supervisor import Supervisor
from services.console.terminal import Failure
from services.contracts.catalogue import Catalogue, CatalogueInvalid, load_catalogue
from services.contracts.topology import dead_queue, queues
from services.runtime.clock import SystemClock
from services.runtime.settings import SettingsInvalid
from services.runtime.tls import identity, reason

LOW_DISK, BROKER_LIMIT = 2_000_000_000, 500_000_000
SOON = timedelta(days=14)
#: Opinions that can still be taken, below which somebody has to look; the alert `RoomShort` has the same number.
LITTLE_ROOM = 10_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    good: bool
    found: str
    advice: str = ""


def examine(settings: ConsoleSettings) -> list[Finding]:
    """Everything worth knowing when something does not work, most basic first."""
    place = addresses(settings)
    findings = [*_catalogue(settings), *_machine(settings), *_processes(settings), *_certificate(settings), *_readiness(place)]
    return [*findings, *_broker(settings, place)]


def _catalogue(settings: ConsoleSettings) -> Iterator[Finding]:
    place = _load(settings)
    found = f"{settings.catalogue}: {len(place.departments)} departments, {len(place.topics)} topics" if place else "has mistakes"
    yield Finding("目录 catalogue", place is not None, found, f"huiying catalogue check {settings.catalogue}")


def _load(settings: ConsoleSettings) -> Catalogue | None:
    try:
        return load_catalogue(settings.catalogue)
    except CatalogueInvalid:
        return None


def _machine(settings: ConsoleSettings) -> Iterator[Finding]:
    folder = next(path for path in (settings.var.absolute(), *settings.var.absolute().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    advice = f"make room: below {BROKER_LIMIT // 1_000_000} MB the private broker takes no more messages"
    yield Finding("磁盘 disk", free > LOW_DISK, f"{free / 1e9:.1f} GB free at {folder}", advice)
    if not settings.broker_url:
        try:
            yield Finding("RabbitMQ", True, str(server_script()))
        except NodeFailed as error:
            yield Finding("RabbitMQ", False, "not installed", str(error))


def _processes(settings: ConsoleSettings) -> Iterator[Finding]:
    if not read_address_book(settings.var):
        yield Finding("进程 processes", True, f"none were ever started in {settings.var}")
        return
    supervisor = Supervisor(settings)
    if supervisor.node.ever_started():
        pid = supervisor.node.pid()
        yield Finding("进程 process broker", pid is not None, f"pid {pid}" if pid else "does not run", "huiying up")
    for name, pid in supervisor.running().items():
        log = settings.var / "log" / f"{name}.log"
        found = f"pid {pid}" if pid else f"does not run; its last words are in {log}"
        yield Finding(f"进程 process {name}", pid is not None, found, "huiying up")


def _readiness(place: Addresses) -> Iterator[Finding]:
    try:
        answer = requests.get(f"{place.url}/readyz", timeout=10.0, verify=place.verify)
        yield Finding("就绪 readiness", answer.ok, f"{place.url}/readyz: {answer.status_code} {answer.text[:200]}", "huiying logs")
        yield from room_of(answer.text)
    except requests.RequestException as error:
        why = reason(error)
        advice = DISTRUST if why else "huiying up, or set HUIYING_URL"
        yield Finding("就绪 readiness", False, f"{place.url}: {why or error.__class__.__name__}", advice)


def room_of(readiness: str) -> Iterator[Finding]:
    """What an answer to `/readyz` says of the room for more opinions: of intake's own, or of the one origin's."""
    try:
        words = json.loads(readiness)
        left = words.get("intake", words)["room"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return
    advice = (
        "messages wait for the broker: huiying logs intake says what keeps them; or make room on the disk of intake's store; "
        "or raise HUIYING_INTAKE_OUTBOX_LIMIT"
    )
    yield Finding("余量 room", left >= LITTLE_ROOM, f"{left} more opinions can be taken", advice)


def _certificate(settings: ConsoleSettings) -> Iterator[Finding]:
    if settings.tls_certificate is None:
        return
    try:
        identity(settings.tls_certificate, settings.tls_key)
        left = expiry(settings.tls_certificate) - SystemClock().now()
    except (SettingsInvalid, OSError, ValueError) as error:
        yield Finding("证书 certificate", False, str(error), "correct HUIYING_TLS_CERTIFICATE and HUIYING_TLS_KEY")
        return
    yield Finding("证书 certificate", left > SOON, f"good for {left.days} days", "renew it; the new file counts at once")


def _broker(settings: ConsoleSettings, place: Addresses) -> Iterator[Finding]:
    catalogue = _load(settings)
    work = [queue.name for queue in queues(catalogue.departments if catalogue else ())]
    try:
        with connection(place.broker_url, "huiying-doctor") as broker:
            held = depths(broker, [*work, *map(dead_queue, work)])
    except click.ClickException as error:
        advice = error.advice if isinstance(error, Failure) and error.advice != "huiying doctor" else ""
        yield Finding("消息队列 broker", False, error.message, advice or "huiying up, or correct HUIYING_BROKER_URL")
        return
    missing = [name for name, count in held.items() if count is None]
    found = f"{len(held) - len(missing)} of {len(held)} queues are there" + (
        f", missing: {', '.join(missing[:5])}" if missing else ""
    )
    yield Finding("拓扑 topology", not missing, found, "huiying topology apply")
    parked = {name: count for name, count in held.items() if name.endswith(".dead") and count}
    shown = ", ".join(f"{name} {count}" for name, count in parked.items()) or "none"
    yield Finding("死信 dead letters", not parked, shown, "huiying dead show QUEUE, then huiying dead replay QUEUE")
