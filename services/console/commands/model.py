"""`huiying model`: trains what routes opinions, shows its versions, and says how good it would be on a file."""

from __future__ import annotations

import csv
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from services.console.catalogue import read_catalogue
from services.console.embedded.installation import Installation
from services.console.settings import ConsoleSettings, load_settings
from services.console.terminal import fail, json_option, out, print_json, progress, table
from services.routing.domain.choice import Router
from services.routing.domain.learning.gate import FEWEST_CASES, Report
from services.routing.gateway.training import train_now
from services.routing.store.learning import models
from services.routing.store.learning.standing import standings
from services.runtime.clock import SystemClock
from services.runtime.process.logs import set_up_logs
from services.runtime.settings import inherited
from services.runtime.store.database import Database

if TYPE_CHECKING:
    from services.routing.domain.learning.training import Step

URL = "HUIYING_ROUTING_DATABASE_URL"
VERDICTS = {
    "in_use": "已启用 in use",
    "rejected": "不如现用版本，未启用 worse than the one in use, which stays",
    "too_few": f"已办结案件不足 {FEWEST_CASES} 件，仍按规则分派 too few decided cases, the rules decide alone",
    "worse_than_rules": "不如规则，未启用 worse than the rules, not used",
}


@click.group()
def model() -> None:
    """分派模型 · what routing has learned from this place's own cases."""


@model.command("train")
@json_option
def model_train(as_json: bool) -> None:
    """训练 · train on the cases decided so far, and use the model if it is good enough.

    It works on the store of this machine, or on the one that HUIYING_ROUTING_DATABASE_URL names; workers take it up within seconds.
    """
    settings = load_settings()
    set_up_logs(settings.log_level)
    catalogue = read_catalogue(settings)
    with closing(_database(settings)) as database, _told() as step:
        made = train_now(database, catalogue, Router(catalogue), step)
    _report({"version": made.version, "verdict": made.verdict}, made.report, as_json, VERDICTS[made.verdict])


@model.command("show")
@json_option
def model_show(as_json: bool) -> None:
    """查看 · the versions: what was expected of each, and what became of its decisions."""
    with closing(_database(load_settings())) as database, database.reading() as connection:
        versions = [each.shown() for each in standings(connection, models.trainings(connection), database.clock.now())]
    if as_json:
        print_json(versions)
        return
    shown = table(
        "版本 version",
        "状态 standing",
        "训练于 trained",
        numbers=("F1", "预期 expected", "判定 decided", "存疑 doubted", "改派 wrong"),
    )
    for each in versions:
        report = each["report"] or {}
        shown.add_row(
            str(each["version"]), each["standing"], f"{each['at']:%Y-%m-%d %H:%M}", str(report.get("f1", "–")),
            str(report.get("accuracy", "–")), str(each["decided"]), str(each["doubted"]), str(each["wrong"]),
        )  # fmt: skip
    out.print(shown)


@model.command("evaluate")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
def model_evaluate(file: Path, as_json: bool) -> None:
    """评估 · how good a model of the cases in FILE would be; nothing is kept.

    FILE is CSV with title, content, and department or topic.
    """
    from services.routing.domain.learning.training import Decided, train

    catalogue = read_catalogue(load_settings())
    router, cases = Router(catalogue), []
    for number, row in enumerate(_rows(file), 2):
        topic = catalogue.topic_of(row.get("topic") or "")
        department = row.get("department") or (topic.department if topic else None)
        if department not in catalogue.departments:
            fail(f"{file}, line {number}: neither a department nor a topic of the catalogue.", "name them as the catalogue does")
        title, content = row.get("title") or "", row.get("content") or ""
        cases.append(Decided(title, content, str(department), router.points(title, content)))
    with _told() as step:
        made = train(cases, catalogue.learning.threshold, step)
    verdict = "交叉验证 cross-validated" if made else VERDICTS["too_few"]
    _report({}, made.report if made else None, as_json, verdict)


def _report(told: dict[str, Any], report: Report | None, as_json: bool, verdict: str) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    told |= {"seconds": round(time.process_time(), 1), "megabytes": round(peak), "report": report and _builtins(report)}
    if as_json:
        print_json(told)
        return
    out.print(verdict)
    for name, value in (told["report"] or {}).items():
        out.print(f"  {name:10} {value}")
    out.print(f"  {told['seconds']} s CPU, {told['megabytes']} MB")


def _builtins(report: Report) -> dict[str, Any]:
    return {name: getattr(report, name) for name in report.__struct_fields__}


def _rows(file: Path) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.DictReader(lines))
    except (UnicodeDecodeError, csv.Error) as error:
        fail(f"{file}: {error}", "save it as CSV in UTF-8")


@contextmanager
def _told() -> Iterator[Step]:
    with progress() as shown:
        tasks: dict[str, Any] = {}

        def step(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(STEPS[what], total=total, note="")
            shown.update(tasks[what], completed=done)

        yield step


STEPS = {"read": "读取 reading", "check": "检验 checking", "fit": "训练 fitting"}


def _database(settings: ConsoleSettings) -> Database:
    if found := inherited(URL).get(URL):
        return Database(found, "routing", SystemClock())
    if not (settings.var / "routing.db").exists():
        fail("No store of routing is known here.", f"huiying up, or set {URL} as routing has it")
    return Database(Installation(settings.var).database_url("routing"), "routing", SystemClock())
