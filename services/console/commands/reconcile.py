"""`huiying reconcile`: publishes again what no service has confirmed, and what departments' queues have lost."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass

import click

from services.console.catalogue import unqueued
from services.console.client.amqp import connection, depths
from services.console.embedded.installation import Installation
from services.console.settings import Addresses, ConsoleSettings, addresses, load_settings
from services.console.terminal import fail, out, print_json
from services.contracts.topology import PUBLISHES
from services.routing.store.unsigned import queues_waited_for, send_again
from services.runtime.clock import SystemClock
from services.runtime.settings import inherited
from services.runtime.store import journal
from services.runtime.store.database import Database

#: Messages younger than this (s) may still be on their way to be confirmed.
SETTLED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class StoreReport:
    """What one service's store shows. `behind`: how many messages it lacks that others know of."""

    service: str
    unheard: int
    behind: int
    departments: dict[str, int]


@click.command()
@click.option("--dry-run", is_flag=True, help="Only count what would be published again.")
@click.option("--accept-restored", is_flag=True, help="Go on with restored stores as they are, and give up what they lack.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def reconcile(dry_run: bool, accept_restored: bool, as_json: bool) -> None:
    """核对 · publish again, with the same ids, what no consumer has confirmed. Services do it by themselves within minutes.

    It works on the stores of this machine, or on those that HUIYING_<SERVICE>_DATABASE_URL name.
    """
    settings = load_settings()
    place, without = addresses(settings), unqueued(settings)
    found = [_look(name, url, place, without, dry_run=dry_run, accept=accept_restored) for name, url in _stores(settings)]
    if not found:
        fail("No store is known here.", "huiying up, or set HUIYING_<SERVICE>_DATABASE_URL as the service has it")
    if as_json:
        print_json([asdict(each) for each in found])
        return
    for each in found:
        lost = ", ".join(f"{queue} {count}" for queue, count in each.departments.items()) or "none"
        out.print(f"{each.service}: 未获确认 not confirmed {each.unheard} · 承办单位队列缺失 lost to departments: {lost}")
        if each.behind:
            out.print(f"{each.service}: 数据库较旧 this store lacks {each.behind} messages that others know")
            accepted = accept_restored and not dry_run
            out.print(
                "已按现状继续 given up, it goes on as it is"
                if accepted
                else "huiying reconcile --accept-restored, once it is dealt with"
            )
    out.print("未发送 nothing was sent" if dry_run else "已重新发送 sent again, with the same ids")


def _stores(settings: ConsoleSettings) -> Iterator[tuple[str, str]]:
    for name in (name for name, kinds in PUBLISHES.items() if kinds):
        key = f"HUIYING_{name.upper()}_DATABASE_URL"
        if url := inherited(key).get(key):
            yield name, url
        elif (settings.var / f"{name}.db").exists():
            yield name, Installation(settings.var).database_url(name)


def _look(name: str, url: str, place: Addresses, without: Collection[str], *, dry_run: bool, accept: bool) -> StoreReport:
    database = Database(url, name, SystemClock())
    with closing(database):
        now = database.clock.now()
        settled = now.timestamp() - SETTLED_SECONDS
        with database.reading() as reading:
            unheard, behind = journal.unheard(reading, settled), journal.behind(reading)
            waited = queues_waited_for(reading, now, without) if name == "routing" else []
        empty = _empty(waited, place)
        with database.transaction() as work:
            # A dry run does it too, to get the real numbers, and rolls it back.
            attempt = work.connection.begin_nested()
            lost = {queue: count for queue in empty if (count := send_again(work.connection, queue))}
            again = journal.publish_unheard_again(work.connection, settled)
            if accept:
                journal.accept_restored(work.connection)
            if dry_run:
                attempt.rollback()
            else:
                attempt.commit()
                work.said += again + sum(lost.values())
        return StoreReport(name, unheard, behind, lost)


def _empty(queues: list[str], place: Addresses) -> list[str]:
    if not queues:
        return []
    with connection(place.broker_url, "huiying-reconcile") as broker:
        return [queue for queue, count in depths(broker, queues).items() if count == 0]
