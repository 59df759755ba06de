"""Commands that send and receive: import a file, listen as a department, show the statistics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pika.exceptions
from rich.table import Table

from examples.python.department import Answers, Department
from services.console.client.amqp import DISTRUST
from services.console.client.http import Client
from services.console.client.importer import Import, reasons
from services.console.client.records import NotReadable, open_records
from services.console.client.rehearsal import rehearse, show_rehearsal
from services.console.client.statistics import print_statistics
from services.console.commands.operations import demand_queue, json_option, unqueued
from services.console.embedded.installation import Installation
from services.console.embedded.launch import service_url
from services.console.embedded.supervisor import Supervisor
from services.console.settings import ConsoleSettings, addresses, load_settings, read_address_book
from services.console.terminal import err, fail, out, print_json, print_plain, progress, step
from services.contracts.definitions import department_user
from services.contracts.errors import Unavailable
from services.contracts.messages.values import Outcome
from services.runtime.messaging.probe import BrokerProbe, Distrusted
from services.runtime.tls import bare, context

MOST_SHOWN = 20
MOST_DAYS = 3650
#: Outcomes that promise something.
AHEAD = frozenset({Outcome.IN_PROGRESS, Outcome.PLANNED})


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="只看不收 · show what each column is taken for and which rows would be refused")
@click.option("--ignore", multiple=True, metavar="COLUMN", help="不要这一列 · pass over a column; may be given several times")
@click.option("--sheet", help="工作表 · the sheet of a workbook")
@json_option
def import_file(file: Path, dry_run: bool, ignore: tuple[str, ...], sheet: str | None, as_json: bool) -> None:
    """导入 · take in FILE (CSV, XLSX, NDJSON), wait until all is assigned, count the queues. Sending it again adds nothing."""
    settings = load_settings()
    if dry_run:
        show_rehearsal(rehearse(Client(addresses(settings)), file, ignore, sheet), as_json)
        return
    try:
        records = open_records(file, ignore, sheet)
    except NotReadable as error:
        fail(str(error))
    if not records.has_ids:
        step("没有 external_id 列 Without external_id the same rows sent again would be added again")
    place = addresses(settings)
    run = Import(Client(place), place.broker_url, records, lambda: _absent(settings, place.url))
    with progress() as shown:
        census = run.run(shown)
    result = _result(run, census)
    if as_json:
        print_json(result)
    else:
        _print_import(result)
    if census.in_several() or result["in_queues"] < result["accepted"]:
        raise SystemExit(1)


def _result(run: Import, census: Any) -> dict[str, Any]:
    tally = run.tally
    return {
        "rows": tally.rows, "created": tally.created, "already_there": tally.known, "refused": len(tally.refused),
        "refused_lines": [{"line": line, "errors": errors} for line, errors in tally.refused],
        "accepted": len(tally.opinions), "in_queues": census.in_one_place(tally.opinions),
        "in_several_queues": len(census.in_several()), "second_copies": census.second_copies,
        "seconds": {"submitted": round(tally.seconds_sent, 2), "assigned": round(tally.seconds, 2)},
        "opinions_per_second": round(tally.created / tally.seconds) if tally.created else None,
    }  # fmt: skip


def _print_import(result: dict[str, Any]) -> None:
    for refused in result["refused_lines"][:MOST_SHOWN]:
        err.print(f"第 {refused['line']} 行 line {refused['line']}: {reasons(refused['errors'])}", style="yellow")
    if result["refused"] > MOST_SHOWN:
        err.print(f"…… 另有 {result['refused'] - MOST_SHOWN} 行 more lines; all of them with --json", style="yellow")
    shown = Table(show_header=False, box=None)
    rows: tuple[tuple[str, Any], ...] = (
        ("文件行数 rows in the file", result["rows"]),
        ("新收 taken", result["created"]),
        ("已有 already there", result["already_there"]),
        ("拒收 refused", result["refused"]),
        ("在且仅在一个主办队列 in exactly one lead queue", f"{result['in_queues']} / {result['accepted']}"),
        ("在多个主办队列 in several lead queues", result["in_several_queues"]),
        ("重复副本 second copies", result["second_copies"]),
        ("用时 seconds until all were in their queues", result["seconds"]["assigned"]),
        ("端到端 opinions per second, end to end", result["opinions_per_second"] or "—"),
    )
    for name, value in rows:
        shown.add_row(name, str(value))
    out.print(shown)
    if result["in_queues"] < result["accepted"]:
        step("差额：承办单位可能已取走 The difference may be in departments' hands already: huiying listen takes messages out")


def _absent(settings: ConsoleSettings, url: str) -> list[str]:
    if read_address_book(settings.var).get("URL") != url:
        return []
    return Supervisor(settings).absent()


@click.command()
@click.argument("department")
@click.option("--sign", is_flag=True, help="Sign for every assignment.")
@click.option("--reply", metavar="TEXT", help="Answer every assignment with TEXT.")
@click.option("--outcome", type=click.Choice([outcome.value for outcome in Outcome]), default="solved", show_default=True)
@click.option("--promise", metavar="TEXT", help="Promise TEXT with it; in_progress and planned need that.")
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=30,
    show_default=True,
    help="When the promise is due, counted from the assignment.",
)
@click.option("--count", type=click.IntRange(1), help="Stop after so many assignments.")
@click.option("--store", type=click.Path(dir_okay=False), default=":memory:", help="A file for what was heard and is not done.")
def listen(
    department: str,
    sign: bool,
    reply: str | None,
    outcome: str,
    promise: str | None,
    days: int,
    count: int | None,
    store: str,
) -> None:
    """承办单位接收 · hear what is assigned to DEPARTMENT, and answer. Its source is the example to copy."""
    if reply is not None and (Outcome(outcome) in AHEAD) != (promise is not None):
        raise click.UsageError(f"--promise goes with --outcome {' and '.join(sorted(AHEAD))}, and with no other.")
    settings = load_settings()
    if department in unqueued(settings):
        demand_queue(settings, department)
    url = department_url(settings, department)
    _trust(url)
    step(f"监听 Listening to department.{department}; Ctrl-C ends")
    try:
        answers = Answers(sign, reply, outcome, promise, days)
        Department(bare(url), department, answers, print_plain, context(url), store=store).run(count)
    except KeyboardInterrupt:
        return
    except pika.exceptions.ProbableAuthenticationError:
        fail("The broker does not know this user.", f"huiying department credentials {department}")


def _trust(url: str) -> None:
    """Fails when the broker is there and cannot be trusted; one that is away may come back."""
    try:
        BrokerProbe(url).reach()
    except Distrusted as error:
        fail(f"The broker cannot be trusted: {error}.", DISTRUST)
    except Unavailable:
        return


def department_url(settings: ConsoleSettings, code: str) -> str:
    """The broker as the department's own user where this installation made it one, else as whoever the settings name."""
    place, installation = addresses(settings), Installation(settings.var)
    if bare(place.broker_url) == read_address_book(settings.var).get("BROKER_URL") and installation.knows(department_user(code)):
        return service_url(place.broker_url, department_user(code), installation.password(department_user(code)))
    return place.broker_url


@click.command()
@click.option("--by", default="department", show_default=True, help="Dimensions, with commas between them; empty for the total.")
@click.option("--from", "since", help="Submitted on or after this date or instant.")
@click.option("--to", "until", help="Submitted before; a date includes its day.")
@click.option("--as-of", "as_of", help="As of this instant.")
@json_option
def statistics(by: str, since: str | None, until: str | None, as_of: str | None, as_json: bool) -> None:
    """统计 · the published numbers and rates."""
    asked = {"by": by, "from": since, "to": until, "as_of": as_of}
    answer = Client(addresses(load_settings())).get("/statistics", **{name: value for name, value in asked.items() if value})
    if as_json:
        print_json(answer)
        return
    print_statistics(answer)
