"""Checks of every process: running, ready, outbox, clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from services.console.client.http import DISTRUST
from services.console.doctor.findings import Finding, Severity, Subject, graded
from services.console.embedded.installation import Installation
from services.console.embedded.starting.launch import KEEPER
from services.console.embedded.supervisor import Supervisor
from services.console.settings import read_address_book
from services.runtime.clock import SystemClock
from services.runtime.tls import reason

PATIENCE = 10.0
#: Opinions that can still be accepted; fewer is a warning. The alert `RoomShort` has the same number.
LITTLE_CAPACITY = 10_000
#: Seconds that messages may wait in an outbox (the alert `OutboxOld` has the first number) and that clocks may be apart.
UNSENT, UNSENT_LONG, APART, FAR_APART = 60, 600, 5, 60
MANY_RESTARTS = 3
WEB = "web"


@dataclass(frozen=True, slots=True)
class ProcessReadiness:
    """What one process answered: its `/readyz` by service, or `trouble`; `apart` is the distance of its clock from ours."""

    name: str
    url: str
    ready: bool
    words: Mapping[str, Mapping[str, Any]]
    trouble: str = ""
    apart: timedelta | None = None


def running(subject: Subject) -> Iterator[Finding]:
    """The processes of the embedded mode, by their pid files."""
    settings = subject.settings
    if not read_address_book(settings.var):
        if not settings.health:
            yield Finding("进程 processes", Severity.OK, f"none were ever started in {settings.var}")
        return
    supervisor = Supervisor(settings)
    if supervisor.node.ever_started():
        pid = supervisor.node.pid()
        yield _process("broker", pid, Severity.CRITICAL, "huiying up")
    for name, pid in supervisor.running().items():
        yield _process(name, pid, Severity.CRITICAL, f"huiying up; its last words are in {settings.var / 'log' / name}.log")
    if settings.keep:
        yield _process(KEEPER, supervisor.installation.slot(KEEPER).pid(), Severity.WARNING, "huiying up: what dies stays dead")
    often = {name: count for name, count in supervisor.installation.restarts().items() if count >= MANY_RESTARTS}
    if often:
        found = ", ".join(f"{name} {count} times" for name, count in often.items())
        yield Finding("重启 restarts", Severity.WARNING, f"died and were started again: {found}", "huiying logs")


def _process(name: str, pid: int | None, missing: Severity, advice: str) -> Finding:
    return Finding(f"进程 process {name}", Severity.OK if pid else missing, f"pid {pid}" if pid else "does not run", advice)


def endpoints(subject: Subject) -> dict[str, str]:
    """The address of each process by name: those in the settings, else the web process and the workers of the embedded mode."""
    if subject.settings.health:
        return {"gateway": subject.place.url, **dict(subject.settings.health)}
    ports = Installation(subject.settings.var).known_ports() if read_address_book(subject.settings.var) else {}
    return {WEB: subject.place.url, **{f"{name}-worker": f"http://127.0.0.1:{port}" for name, port in ports.items()}}


def ask(subject: Subject) -> list[ProcessReadiness]:
    """Ask all processes at once."""
    listed = endpoints(subject)
    with ThreadPoolExecutor(len(listed)) as pool:
        return list(pool.map(lambda pair: _ask(pair[0], pair[1], subject.place.verify), listed.items()))


def readiness(subject: Subject) -> Iterator[Finding]:
    """Everything that processes report about themselves."""
    answers = ask(subject)
    for answer in answers:
        yield from _condition(answer)
    yield from _outboxes(answers)
    yield from _older(answers)
    yield from _capacities(answers)
    yield from _catalogues(answers)
    yield from _clocks(answers)


def _ask(name: str, url: str, verify: str | bool) -> ProcessReadiness:
    try:
        # The processes behind a gateway are asked directly.
        got = requests.get(f"{url}/{'healthz' if name == 'gateway' else 'readyz'}", timeout=PATIENCE, verify=verify)
        apart = _apart(got.headers.get("Date"))
    except requests.RequestException as error:
        return ProcessReadiness(name, url, False, {}, reason(error) or error.__class__.__name__)
    try:
        body = got.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return ProcessReadiness(name, url, False, {}, f"answers {got.status_code} and nothing of ours", apart)
    nested = {key: value for key, value in body.items() if isinstance(value, dict)}
    service = name.partition("-")[0]
    return ProcessReadiness(name, url, got.status_code == 200, nested or {service: body}, "", apart)


def _apart(date: str | None) -> timedelta | None:
    try:
        return abs(SystemClock().now() - parsedate_to_datetime(date)) if date else None
    except (ValueError, TypeError):
        return None


def _condition(answer: ProcessReadiness) -> Iterator[Finding]:
    what = f"就绪 readiness {answer.name}"
    if answer.trouble:
        distrust = answer.trouble.startswith("its certificate")
        advice = DISTRUST if distrust else "huiying up, or docker compose up --wait; or correct HUIYING_URL and HUIYING_HEALTH"
        yield Finding(what, Severity.CRITICAL, f"{answer.url}: {answer.trouble}", advice)
        return
    wrong = {
        f"{service} {part}": word
        for service, words in answer.words.items()
        for part, word in words.items()
        if isinstance(word, str) and word != "ok" and part not in ("status", "service")
    }
    for part, word in wrong.items():
        yield Finding(f"{what}: {part}", Severity.CRITICAL, word, _ADVICE.get(part.split()[-1], "huiying logs"))
    if not wrong:
        severity = Severity.OK if answer.ready else Severity.CRITICAL
        yield Finding(what, severity, "ready" if answer.ready else f"{answer.url} is not ready", "huiying logs")


_ADVICE: Mapping[str, str] = {
    "broker": "start the broker, or make room on its disk; what is to be sent waits in the outboxes meanwhile",
    "store": "start the database, make room on its disk, or huiying migrate",
    "worker": "huiying up, or docker compose up --wait; see why in its log",
    "catalogue": "huiying catalogue check, and correct what it names",
}


def _facts(answers: list[ProcessReadiness], name: str) -> dict[str, int]:
    """A number by service: the largest that any of its processes reports."""
    found: dict[str, int] = {}
    for answer in answers:
        for service, words in answer.words.items():
            if isinstance(words.get(name), int):
                found[service] = max(found.get(service, 0), words[name])
    return found


def _outboxes(answers: list[ProcessReadiness]) -> Iterator[Finding]:
    waiting, pending = _facts(answers, "outbox_seconds"), _facts(answers, "outbox")
    if not waiting:
        return
    severity = graded(max(waiting.values()), UNSENT, UNSENT_LONG)
    late = {name: seconds for name, seconds in waiting.items() if seconds >= UNSENT}
    found = ", ".join(f"{name}: {pending.get(name, 0)} messages, the oldest for {seconds} s" for name, seconds in late.items())
    advice = "nothing is lost; see what keeps the broker from taking them, and huiying logs of that service"
    yield Finding("待发 outbox", severity, found or "what is to be sent is sent", advice)


def _older(answers: list[ProcessReadiness]) -> Iterator[Finding]:
    known = _facts(answers, "store_behind")
    if not known:
        return
    older = ", ".join(f"{name}: by {count} messages" for name, count in known.items() if count)
    advice = (
        "this store was put back to an earlier state than the broker and the other stores have: restore all stores of the same "
        "moment, or a later copy of this one; where there is none, huiying reconcile --accept-restored goes on with what there is"
    )
    found = f"older than what others know: {older}" if older else "no store is older than the broker"
    yield Finding("数据库新旧 stores and broker", Severity.CRITICAL if older else Severity.OK, found, advice)


def _capacities(answers: list[ProcessReadiness]) -> Iterator[Finding]:
    for answer in answers:
        for words in answer.words.values():
            if isinstance(words.get("room"), int):
                yield capacity(words["room"])
                return


def _catalogues(answers: list[ProcessReadiness]) -> Iterator[Finding]:
    if refused := _facts(answers, "catalogue_refused"):
        found = f"{', '.join(refused)}: the file has mistakes, and the last good one is used"
        yield Finding("目录 catalogue in use", Severity.WARNING, found, "huiying catalogue check FILE")
    if lacking := _facts(answers, "catalogue_lacking"):
        found = ", ".join(f"{name}: open cases use {codes} codes that it lacks" for name, codes in lacking.items())
        advice = "huiying catalogue check FILE --against names them; no case is stopped by it"
        yield Finding("目录与未结 open cases", Severity.WARNING, found, advice)


def capacity(left: int) -> Finding:
    """The finding about how many more opinions can be accepted."""
    severity = Severity.CRITICAL if left < 1 else Severity.WARNING if left < LITTLE_CAPACITY else Severity.OK
    advice = (
        "messages wait for the broker: see why in huiying logs intake; or make room on the disk of intake's store; "
        "or raise HUIYING_INTAKE_OUTBOX_LIMIT"
    )
    return Finding("余量 room", severity, f"{left} more opinions can be taken", advice)


def _clocks(answers: list[ProcessReadiness]) -> Iterator[Finding]:
    known = {answer.name: answer.apart for answer in answers if answer.apart is not None}
    if known:
        name, apart = max(known.items(), key=lambda pair: pair[1])
        seconds = apart.total_seconds()
        # A Date header has no fractions of a second.
        found = f"at most {seconds:.0f} s apart ({name})" if seconds >= 2 else "agree"
        yield Finding("时钟 clocks", graded(seconds, APART, FAR_APART), found, "let every machine follow a time server (NTP)")
