"""`huiying import --dry-run`: what a file is taken for and what would become of its rows; nothing is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import requests
from rich.table import Table

from services.console.client.http import Client, Later
from services.console.client.importer import reasons
from services.console.client.records import type_of
from services.console.terminal import err, fail, out, print_json

MOST_SHOWN = 20


def rehearse(client: Client, file: Path, ignored: tuple[str, ...], sheet: str | None) -> dict[str, Any]:
    """What the system says of a file: `rehearsal` with the columns and the sums, `refused_lines` with the reasons."""
    query = {"dry_run": "true"} | ({"ignore": ",".join(ignored)} if ignored else {}) | ({"sheet": sheet} if sheet else {})
    answers: list[dict[str, Any]] = []
    try:
        with file.open("rb") as handle:
            answers += map(orjson.loads, filter(None, client.stream(f"/opinions/batch?{urlencode(query)}", handle, type_of(file))))
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror or error}.")
    except (requests.RequestException, orjson.JSONDecodeError, Later) as error:
        fail(f"{client.url} did not answer to the end ({error.__class__.__name__}).", "huiying doctor")
    refused = [{"line": answer["line"], "errors": answer["errors"]} for answer in answers if answer["status"] == "refused"]
    return {"rehearsal": answers[-1]["rehearsal"], "refused_lines": refused}


def show_rehearsal(result: dict[str, Any], as_json: bool) -> None:
    """Print it; ends with 1 where the file as a whole cannot be taken."""
    told = result["rehearsal"]
    if as_json:
        print_json(result)
    else:
        _print(told, result["refused_lines"])
    if told["problems"]:
        raise SystemExit(1)


def _print(told: dict[str, Any], refused: list[dict[str, Any]]) -> None:
    read = [told["kind"], told["encoding"], told["separator"] and f"分隔符 separator {told['separator']!r}", told["sheet"]]
    out.print(" · ".join(filter(None, read)), markup=False, highlight=False)
    shown = Table("列 column", "当作 taken for", box=None)
    for column in told["columns"]:
        shown.add_row(column["column"], column["field"] or "—")
    out.print(shown)
    for problem in told["problems"]:
        err.print(problem, style="red", markup=False)
    for line in refused[:MOST_SHOWN]:
        err.print(f"第 {line['line']} 行 line {line['line']}: {reasons(line['errors'])}", style="yellow", markup=False)
    sums = (("共 rows", "rows"), ("可收 would be taken", "created"), ("已有 already there", "exists"), ("拒收 refused", "refused"))
    out.print(" · ".join(f"{words} {told[name]}" for words, name in sums), markup=False, highlight=False)
