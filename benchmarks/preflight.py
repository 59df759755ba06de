"""Checks on the running system that everything was switched on while it was measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from benchmarks.queue_audit import QueueAudit
from services.console.client.answers import LedgerDayView, OpinionView, StatisticsView
from services.console.client.http import Client
from services.console.client.management import Management
from services.console.embedded.installation import Installation
from services.contracts.ledger import subject_of
from services.contracts.topology import SERVICES, queues
from services.intake.store.personal import is_open, is_personal
from services.intake.store.tables import opinions as intake_opinions
from services.runtime.clock import SystemClock
from services.runtime.store.database import Database

#: SQLite's own word for `synchronous`, by its number: FULL and EXTRA wait for the disk at every commit.
SYNCHRONOUS = ("OFF", "NORMAL", "FULL", "EXTRA")
#: The events of every accepted opinion.
ASSIGNED = "assignment.created"
EXPECTED = frozenset({"opinion.submitted", "opinion.accepted", ASSIGNED})
Entries = Mapping[str, Counter[str]]
DURABLE = frozenset({"FULL", "EXTRA"})


class Leaf(msgspec.Struct):
    """One line of the public ledger."""

    type: str
    subject: str


LEAF = msgspec.json.Decoder(Leaf)


@dataclass(frozen=True, slots=True)
class PreflightCheck:
    """One thing that must be on, and what was found."""

    what: str
    good: bool
    found: str


def durable_commits(installation: Installation) -> PreflightCheck:
    """Whether stores are opened with durable commits, as the services open them."""
    found = {name: _synchronous(installation.database_url(name), name) for name in SERVICES}
    good = all(word in DURABLE and journal == "wal" for word, journal in found.values())
    words = ", ".join(f"{name} synchronous={word} journal={journal}" for name, (word, journal) in found.items())
    return PreflightCheck("每次提交落盘 every commit waits for the disk", good, words)


def _synchronous(url: str, name: str) -> tuple[str, str]:
    database = Database(url, name, SystemClock())
    try:
        with database.reading() as connection:
            word, journal = (connection.exec_driver_sql(f"PRAGMA {each}").scalar_one() for each in ("synchronous", "journal_mode"))
        return SYNCHRONOUS[word], str(journal)
    finally:
        database.close()


def quorum_queues(management: Management, departments: Sequence[str]) -> PreflightCheck:
    """Whether all work queues are quorum queues."""
    kinds = management.queue_types()
    found = Counter(kinds.get(queue.name, "missing") for queue in queues(departments))
    words = ", ".join(f"{number} {kind}" for kind, number in found.items())
    return PreflightCheck("仲裁队列 quorum queues", set(found) == {"quorum"}, words)


def contacts_sealed(installation: Installation, client: Client, ids: Sequence[str]) -> PreflightCheck:
    """Whether all contact data is sealed in the store and reviewers can read it."""
    database = Database(installation.database_url("intake"), "intake", SystemClock())
    personal, clear = is_personal(intake_opinions), is_open(intake_opinions)
    try:
        with database.reading() as connection:
            sealed, plain = (connection.execute(sa.select(sa.func.count()).where(each)).scalar_one() for each in (personal, clear))
    finally:
        database.close()
    shown = client.get(f"/opinions/{ids[0]}", OpinionView).submitter
    good = sealed == len(ids) and not plain and shown is not None and bool(shown.phone) and bool(shown.email)
    words = f"{sealed} of {len(ids)} sealed, {plain} in the clear, {'opened' if shown else 'not opened'} for the office"
    return PreflightCheck("联系方式加密 contact data sealed", good, words)


def one_place_each(audit: QueueAudit, ids: Sequence[str]) -> PreflightCheck:
    """Whether each opinion is in the queue of exactly one lead department."""
    found, several = audit.in_one_place(set(ids)), len(audit.in_several())
    good = found == len(ids) and not several and not audit.second_copies
    words = f"{found} of {len(ids)}; {several} in several, {audit.second_copies} second copies"
    return PreflightCheck("各在一个主办队列 in one lead queue each", good, words)


def statistics_counted(client: Client, number: int) -> PreflightCheck:
    """Whether the published numbers count all opinions of this system."""
    counts = client.get("/statistics", StatisticsView, {"by": ""}).total.counts
    found = {name: counts[name] for name in ("submitted", "assigned")}
    words = ", ".join(f"{name} {count} of {number}" for name, count in found.items())
    return PreflightCheck("计入统计 counted in the statistics", set(found.values()) == {number}, words)


def entries_of(client: Client, ids: Sequence[str]) -> Entries:
    """The public ledger's entries about these opinions: by type of event, the number for each subject."""
    wanted = {subject_of(opinion) for opinion in ids}
    found: dict[str, Counter[str]] = {}
    for day in client.pages("/ledger", LedgerDayView):
        for leaf in map(LEAF.decode, client.lines(f"/ledger/{day.day}")):
            if leaf.subject in wanted:
                found.setdefault(leaf.type, Counter())[leaf.subject] += 1
    return found


def ledger_appended(entries: Entries, number: int) -> PreflightCheck:
    """Whether the ledger has every type of event for each of `number` opinions."""
    words = ", ".join(f"{found.total()} {kind} of {len(found)} opinions" for kind, found in sorted(entries.items()))
    good = set(entries) >= EXPECTED and all(len(found) == number for found in entries.values())
    return PreflightCheck("记入账本 in the ledger", good, words or "nothing")
