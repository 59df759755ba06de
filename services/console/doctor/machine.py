"""Checks of this machine: disk, RabbitMQ, certificates, the last backup."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.console.doctor.findings import Finding, Severity, Subject, graded
from services.console.embedded.front.certificate import expiry
from services.console.embedded.node import NodeFailed, server_script
from services.runtime.clock import SystemClock
from services.runtime.settings import SettingsInvalid
from services.runtime.tls import identity

LOW_DISK, BROKER_LIMIT = 2_000_000_000, 500_000_000
SOON = timedelta(days=14)
#: A daily backup may run late; after a week without one something is wrong.
DAILY, FORGOTTEN = timedelta(hours=26), timedelta(days=7)


def disk(subject: Subject) -> Iterator[Finding]:
    """Free disk space for the embedded stores and broker."""
    var = subject.settings.var.absolute()
    folder = next(path for path in (var, *var.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    severity = Severity.CRITICAL if free <= BROKER_LIMIT else Severity.WARNING if free <= LOW_DISK else Severity.OK
    advice = f"make room: below {BROKER_LIMIT // 1_000_000} MB the private broker takes no more messages"
    yield Finding("磁盘 disk", severity, f"{free / 1e9:.1f} GB free at {folder}", advice)


def rabbit(subject: Subject) -> Iterator[Finding]:
    """Whether RabbitMQ is installed, unless the settings name a broker."""
    if subject.settings.broker_url:
        return
    try:
        yield Finding("RabbitMQ", Severity.OK, str(server_script()))
    except NodeFailed as error:
        yield Finding("RabbitMQ", Severity.CRITICAL, "not installed", str(error))


def certificates(subject: Subject) -> Iterator[Finding]:
    """When the certificates in the settings expire."""
    given = subject.settings
    if given.tls_certificate is not None:
        try:
            identity(given.tls_certificate, given.tls_key)
        except (SettingsInvalid, OSError, ValueError) as error:
            advice = "correct HUIYING_TLS_CERTIFICATE and HUIYING_TLS_KEY"
            yield Finding("证书 certificate", Severity.CRITICAL, str(error), advice)
            return
        yield _end("证书 certificate", given.tls_certificate, "HUIYING_TLS_CERTIFICATE")
    others = (
        ("HUIYING_TLS_CA", given.tls_ca), ("HUIYING_BROKER_CA", given.broker_ca),
        ("HUIYING_BROKER_CERTIFICATE", given.broker_certificate),
    )  # fmt: skip
    for name, file in others:
        if file is not None:
            yield _end(f"证书 certificate {name}", file, name)


def _end(what: str, file: Path, name: str) -> Finding:
    try:
        left = expiry(file) - SystemClock().now()
    except (OSError, ValueError) as error:
        return Finding(what, Severity.CRITICAL, f"{file} cannot be read: {error}", f"correct {name}")
    severity = Severity.CRITICAL if left <= timedelta() else Severity.WARNING if left <= SOON else Severity.OK
    found = f"good for {left.days} days" if left > timedelta() else f"has been over since {expiry(file):%Y-%m-%d}"
    return Finding(what, severity, found, "renew it; the new file counts at once")


def backup(subject: Subject) -> Iterator[Finding]:
    """The age of the last backup, by the file that it touches at its end."""
    what, mark = "备份 backup", subject.settings.backup_mark
    if mark is None or not mark.exists():
        found = "no backup known" if mark is None else f"no backup known: there is no {mark}"
        advice = "back up the stores, let the backup touch a file when it is done, and name it in HUIYING_BACKUP_MARK"
        yield Finding(what, Severity.WARNING, found, advice)
        return
    made = datetime.fromtimestamp(mark.stat().st_mtime, UTC)
    age = SystemClock().now() - made
    severity = graded(age.total_seconds(), DAILY.total_seconds(), FORGOTTEN.total_seconds())
    hours = age.total_seconds() / 3600
    yield Finding(what, severity, f"the last one is {hours:.0f} hours old", "see what keeps the backup from being made")
