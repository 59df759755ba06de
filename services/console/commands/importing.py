"""`huiying import`: submits a file of opinions, or shows what would become of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
from rich.table import Table

from services.console.client.http import Client
from services.console.client.importer import Import, ImportTally, Reasons, in_words
from services.console.client.records import FileNotReadable, open_records
from services.console.client.rehearsal import Rehearsed, rehearse
from services.console.embedded.supervisor import Supervisor
from services.console.settings import ConsoleSettings, addresses, load_settings, read_address_book
from services.console.terminal import err, fail, json_option, out, print_json, progress, step

MOST_SHOWN = 20


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="只看不收 · show how each column is read and which rows would be refused")
@click.option("--ignore", multiple=True, metavar="COLUMN", help="不要这一列 · skip a column; may be given several times")
@click.option("--sheet", help="工作表 · the sheet of a workbook")
@json_option
def import_file(file: Path, dry_run: bool, ignore: tuple[str, ...], sheet: str | None, as_json: bool) -> None:
    """导入 · submit FILE (CSV, XLSX, NDJSON). Sending it again adds nothing."""
    settings = load_settings()
    place = addresses(settings)
    if dry_run:
        _show_rehearsal(rehearse(Client(place), file, ignore, sheet), as_json)
        return
    try:
        records = open_records(file, ignore, sheet)
    except FileNotReadable as error:
        fail(str(error))
    if not records.has_ids:
        step("没有 external_id 列 Without external_id the same rows sent again would be added again")
    with progress() as shown:
        tally = Import(Client(place), records, lambda: _absent(settings, place.url)).run(shown)
    if as_json:
        print_json({
            "rows": tally.rows, "created": tally.created, "already_there": tally.known, "refused": len(tally.refused),
            "refused_lines": _listed(tally.refused), "accepted": len(tally.opinions), "seconds": round(tally.seconds, 2),
            "opinions_per_second": tally.rate,
        })  # fmt: skip
    else:
        _show_tally(tally)


def _listed(refused: Sequence[tuple[int, Reasons]]) -> list[dict[str, int | Reasons]]:
    return [{"line": line, "errors": errors} for line, errors in refused]


def _show_tally(tally: ImportTally) -> None:
    _show_refused(tally.refused)
    shown = Table(show_header=False, box=None)
    rows = (
        ("文件行数 rows in the file", tally.rows),
        ("新收 taken", tally.created),
        ("已有 already there", tally.known),
        ("拒收 refused", len(tally.refused)),
        ("用时 seconds", round(tally.seconds, 2)),
        ("每秒新收 taken a second", tally.rate or "—"),
    )
    for name, value in rows:
        shown.add_row(name, str(value))
    out.print(shown)


def _show_refused(refused: Sequence[tuple[int, Reasons]]) -> None:
    for line, errors in refused[:MOST_SHOWN]:
        err.print(f"第 {line} 行 line {line}: {in_words(errors)}", style="yellow")
    if len(refused) > MOST_SHOWN:
        err.print(f"…… 另有 {len(refused) - MOST_SHOWN} 行 more lines; all of them with --json", style="yellow")


def _show_rehearsal(found: Rehearsed, as_json: bool) -> None:
    """Print what would become of a file; ends with 1 where the file as a whole cannot be taken."""
    whole = found.rehearsal
    if as_json:
        print_json({"rehearsal": msgspec.to_builtins(whole), "refused_lines": _listed(found.refused)})
    else:
        read = (whole.kind, whole.encoding, whole.separator and f"分隔符 separator {whole.separator!r}", whole.sheet)
        out.print(" · ".join(filter(None, read)))
        shown = Table("列 column", "当作 taken for", box=None)
        for column in whole.columns:
            shown.add_row(column.column, column.field or "—")
        out.print(shown)
        for problem in whole.problems:
            err.print(problem, style="red")
        _show_refused(found.refused)
        taken = f"可收 would be taken {whole.created} · 已有 already there {whole.exists} · 拒收 refused {whole.refused}"
        out.print(f"共 rows {whole.rows} · {taken}")
    if whole.problems:
        raise SystemExit(1)


def _absent(settings: ConsoleSettings, url: str) -> list[str]:
    if read_address_book(settings.var).get("URL") != url:
        return []
    return Supervisor(settings).absent()
