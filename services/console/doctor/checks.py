"""The table of everything that `huiying doctor` checks, most basic first.

A new check is a function in this package and a row here. What only a process can know of itself is a field of its `/readyz`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.console.doctor import broker, machine, processes, stores
from services.console.doctor.findings import Finding, Severity, Subject
from services.console.settings import ConsoleSettings, addresses
from services.contracts.catalogue.check import CatalogueInvalid, load_catalogue


def catalogue(subject: Subject) -> Iterator[Finding]:
    """Whether the catalogue can be read. Whether it fits the open cases is in each process's readiness."""
    file = subject.settings.catalogue
    try:
        place = load_catalogue(file)
    except CatalogueInvalid:
        yield Finding("目录 catalogue", Severity.CRITICAL, f"{file}: has mistakes", f"huiying catalogue check {file}")
        return
    yield Finding("目录 catalogue", Severity.OK, f"{file}: {len(place.departments)} departments, {len(place.topics)} topics")


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """One row of the table."""

    what: str
    look: Callable[[Subject], Iterator[Finding]]


CHECKS = (
    DoctorCheck("目录 catalogue", catalogue),
    DoctorCheck("磁盘 disk", machine.disk),
    DoctorCheck("RabbitMQ", machine.rabbit),
    DoctorCheck("进程 processes", processes.running),
    DoctorCheck("证书 certificates", machine.certificates),
    DoctorCheck("存储 stores", stores.stores),
    DoctorCheck("就绪 readiness", processes.readiness),
    DoctorCheck("消息队列 broker", broker.broker),
    DoctorCheck("消息队列节点 broker nodes", broker.nodes),
    DoctorCheck("备份 backup", machine.backup),
)


def examine(settings: ConsoleSettings) -> list[Finding]:
    """Run all checks. A check that fails is a finding of its own and stops no other."""
    subject = Subject(settings, addresses(settings))
    return [finding for check in CHECKS for finding in _run(check, subject)]


def _run(check: DoctorCheck, subject: Subject) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(check.look(subject))
    except Exception as error:
        found.append(Finding(check.what, Severity.CRITICAL, f"cannot be looked at: {error!r}", "see to that first"))
    return found
