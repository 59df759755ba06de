"""Checks on the running system that everything was switched on while it was measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from services.console.client.answers import OpinionView
from services.console.client.http import Client
from services.console.client.management import Management
from services.contracts.topology import SERVICES, queues
from services.intake.store.personal import is_open, is_personal
from services.intake.store.tables import opinions as intake_opinions
from services.metrics.store.tables import leaves
from services.runtime.clock import SystemClock
from services.runtime.store.database import Database

#: SQLite's own word for `synchronous`, by its number: FULL and EXTRA wait for the disk at every commit.
SYNCHRONOUS = ("OFF", "NORMAL", "FULL", "EXTRA")
DURABLE = frozenset({"FULL", "EXTRA", "on"})
#: The fewest entries of the ledger about an opinion that has reached a department: it was submitted, accepted, and assigned.
ENTRIES = 3
#: How many opinions are looked at.
SAMPLE = 200
#: The SQLAlchemy URL of a store by its name.
Urls = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class PreflightCheck:
    """One thing that must be on, and what was found."""

    what: str
    good: bool
    found: str


def durable_commits(url: Urls) -> PreflightCheck:
    """Whether stores are opened with durable commits, as the services open them."""
    found = {name: _synchronous(url(name), name) for name in SERVICES}
    good = all(set(words.values()) <= DURABLE | {"wal"} for words in found.values())
    told = (f"{name} {' '.join(f'{what}={word}' for what, word in words.items())}" for name, words in found.items())
    return PreflightCheck("每次提交落盘 every commit waits for the disk", good, ", ".join(told))


def _synchronous(url: str, name: str) -> Mapping[str, str]:
    database = Database(url, name, SystemClock())
    asked = ("PRAGMA synchronous", "PRAGMA journal_mode") if database.is_sqlite else ("SHOW synchronous_commit", "SHOW fsync")
    try:
        with database.reading() as connection:
            first, second = (connection.exec_driver_sql(each).scalar_one() for each in asked)
    finally:
        database.close()
    return {"synchronous": SYNCHRONOUS[first], "journal": second} if database.is_sqlite else {"synchronous": first, "fsync": second}


def quorum_queues(management: Management, departments: Sequence[str]) -> PreflightCheck:
    """Whether all work queues are quorum queues."""
    kinds = management.queue_types()
    found = Counter(kinds.get(queue.name, "missing") for queue in queues(departments))
    words = ", ".join(f"{number} {kind}" for kind, number in found.items())
    return PreflightCheck("仲裁队列 quorum queues", set(found) == {"quorum"}, words)


def contacts_sealed(url: Urls, client: Client, opinions: Sequence[str]) -> PreflightCheck:
    """Whether the contact data of these opinions is sealed in the store and reviewers can read it."""
    ids = sorted(opinions)[:SAMPLE]
    personal, clear = is_personal(intake_opinions), is_open(intake_opinions)
    sealed, plain = _counts(url("intake"), "intake", [(personal, intake_opinions.c.id), (clear, intake_opinions.c.id)], ids)
    shown = client.get(f"/opinions/{ids[0]}", OpinionView).submitter
    good = sealed == len(ids) and not plain and shown is not None and bool(shown.phone) and bool(shown.email)
    words = f"{sealed} of {len(ids)} sealed, {plain} in the clear, {'opened' if shown else 'not opened'} for the office"
    return PreflightCheck("联系方式加密 contact data sealed", good, words)


def ledger_appended(url: Urls, opinions: Sequence[str]) -> PreflightCheck:
    """Whether the ledger has the events of these opinions."""
    ids = sorted(opinions)[:SAMPLE]
    (found,) = _counts(url("metrics"), "metrics", [(sa.true(), leaves.c.opinion)], ids)
    return PreflightCheck("记入账本 in the ledger", found >= ENTRIES * len(ids), f"{found} entries about {len(ids)} opinions")


def _counts(url: str, name: str, wanted: Sequence[tuple[sa.ColumnElement[bool], sa.Column[str]]], ids: Sequence[str]) -> list[int]:
    """How many rows with one of the ids in a column meet each condition."""
    database = Database(url, name, SystemClock())
    try:
        with database.reading() as connection:
            queries = (sa.select(sa.func.count()).where(condition, column.in_(ids)) for condition, column in wanted)
            return [int(connection.execute(query).scalar_one()) for query in queries]
    finally:
        database.close()
