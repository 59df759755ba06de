"""`huiying doctor`: looks at every part from outside and says how bad it is and what to do about it.

The checks are the table `CHECKS`, most basic first. A new one is a function in this room and a row here; what a process can
only know of itself is a word in its `/readyz`, and is told from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.console.doctor import broker, machine, processes, stores
from services.console.doctor.findings import Finding, Severity, Subject
from services.console.settings import ConsoleSettings, addresses
from services.contracts.catalogue.check import CatalogueInvalid, load_catalogue


def catalogue(subject: Subject) -> Iterator[Finding]:
    """Whether the catalogue can be read; processes say whether it fits the open cases."""
    file = subject.settings.catalogue
    try:
        place = load_catalogue(file)
    except CatalogueInvalid:
        yield Finding("目录 catalogue", Severity.CRITICAL, f"{file}: has mistakes", f"huiying catalogue check {file}")
        return
    yield Finding("目录 catalogue", Severity.OK, f"{file}: {len(place.departments)} departments, {len(place.topics)} topics")


@dataclass(frozen=True, slots=True)
class Check:
    """One row: what is looked at, and how."""

    what: str
    look: Callable[[Subject], Iterator[Finding]]


CHECKS = (
    Check("目录 catalogue", catalogue),
    Check("磁盘 disk", machine.disk),
    Check("RabbitMQ", machine.rabbit),
    Check("进程 processes", processes.running),
    Check("证书 certificates", machine.certificates),
    Check("存储 stores", stores.stores),
    Check("就绪 readiness", processes.readiness),
    Check("消息队列 broker", broker.broker),
    Check("消息队列节点 broker nodes", broker.nodes),
    Check("备份 backup", machine.backup),
)


def examine(settings: ConsoleSettings) -> list[Finding]:
    """Everything worth knowing when something does not work. A check that fails is a finding itself and stops no other."""
    subject = Subject(settings, addresses(settings))
    return [finding for check in CHECKS for finding in _run(check, subject)]


def _run(check: Check, subject: Subject) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(check.look(subject))
    except Exception as error:
        found.append(Finding(check.what, Severity.CRITICAL, f"cannot be looked at: {error!r}", "see to that first"))
    return found
