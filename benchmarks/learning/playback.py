"""`python -m benchmarks playback FILE`: labelled opinions go through the running product in weeks, and it learns from rulings."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click
import yaml
from rich.progress import Progress

from benchmarks.learning.labelled import labels_by_topic
from benchmarks.learning.people import Duties, KnowingDepartment, Office, key_of
from benchmarks.opinions import rows_of
from benchmarks.throwaway import throwaway
from services.console.client.answers import StatisticsView
from services.console.client.http import Client
from services.console.client.importer import Import
from services.console.client.records import open_records
from services.console.embedded.broker import department_url
from services.console.embedded.installation import Installation
from services.console.embedded.supervisor import Supervisor
from services.console.settings import EXAMPLE, load_settings
from services.console.terminal import CommandFailed, fail, json_option, out, print_json, progress, step, table
from services.contracts.catalogue.check import load_catalogue
from services.contracts.catalogue.model import Catalogue
from services.routing.gateway.learning import LOOK_SECONDS
from services.runtime.settings import inherited

PASSED_ON = ("PATH", "HOME", "LANG", "LC_*", "TMPDIR", "USER", "LOGNAME")
COUNTS = ("handed_out", "objections_upheld", "signed")
#: How long (s) nothing may move, and how often to look.
PATIENCE_SECONDS, EACH_SECONDS = 600.0, 2.0
#: How often an import is sent that a busy machine interrupts.
TRIES = 5
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Week:
    """A week by the product's own statistics: opinions assigned, and those that were taken from their first department."""

    opinions: int
    wrong: int
    trained: str

    @property
    def share(self) -> float:
        """The share of wrong ones."""
        return self.wrong / self.opinions if self.opinions else 0.0


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--weeks", type=click.IntRange(2, 52), default=8, show_default=True, help="How many parts the file goes in by.")
@json_option
def playback(file: Path, weeks: int, as_json: bool) -> None:
    """重演 · labelled opinions by import, week by week; departments object, the office rules, and routing learns."""
    rows = rows_of(file)
    with tempfile.TemporaryDirectory() as folder, progress() as shown:
        path = Path(folder) / "catalogue.yml"
        path.write_text(yaml.safe_dump(divided(yaml.safe_load(EXAMPLE.read_text("utf-8"))), allow_unicode=True), "utf-8")
        with throwaway(replace(load_settings(), catalogue=path)) as supervisor:
            found = [*Playback(supervisor, load_catalogue(path), rows, Path(folder), shown).weeks(weeks)]
    if as_json:
        print_json([{**asdict(each), "share": round(each.share, 4)} for each in found])
        return
    made = table("周 week", "其后训练 trained", numbers=("件 opinions", "错分 wrong", "%"))
    for number, each in enumerate(found, 1):
        made.add_row(str(number), each.trained, str(each.opinions), str(each.wrong), f"{100 * each.share:.2f}")
    out.print(made)


def divided(catalogue: dict[str, object]) -> dict[str, object]:
    """A catalogue in which the departments of the broad topics have all the others' too, and the likeliest always gets a case."""
    found = labels_by_topic(load_catalogue(EXAMPLE))
    topics = catalogue["topics"]
    if not isinstance(topics, dict):
        raise TypeError("the catalogue's topics are no mapping")
    moved = {code: {**topic, "department": topics[found[code]]["department"], "co_handlers": []} for code, topic in topics.items()}
    return {**catalogue, "topics": moved, "learning": {"threshold": 0.8, "doubtful": "likeliest"}}


class Playback:
    """One run against a system of its own."""

    def __init__(self, supervisor: Supervisor, catalogue: Catalogue, rows: Sequence[Row], folder: Path, shown: Progress) -> None:
        self._supervisor, self._rows, self._folder, self._shown = supervisor, rows, folder, shown
        place = supervisor.up()
        self._client = Client(place)
        self._duties = Duties({key_of(row["title"], row["content"]): _department(catalogue, row["topic"]) for row in rows})
        installation = Installation(supervisor.settings.var)
        # No other department is ever given a case.
        for code in {topic.department for topic in catalogue.topics.values()} | {catalogue.fallback_department}:
            KnowingDepartment(department_url(place.broker_url, installation, code), code, self._duties).start()

    def weeks(self, number: int) -> Iterator[Week]:
        """What became of each part of the file, in its order."""
        before = self._counts()
        for week in range(number):
            taken = self._take(week, self._rows[week::number])
            counts = self._settled(before, taken)
            opinions, wrong = counts["signed"] - before["signed"], counts["objections_upheld"] - before["objections_upheld"]
            made = Week(opinions, wrong, self._train())
            step(f"第 {week + 1} 周 week {week + 1}: {wrong} / {opinions} = {100 * made.share:.2f} %, {made.trained}")
            yield made
            before = counts
            # Workers look once a second whether more is known.
            time.sleep(3 * LOOK_SECONDS)

    def _take(self, week: int, rows: Sequence[Row]) -> int:
        path = self._folder / f"week-{week}.csv"
        with path.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, ("external_id", "title", "content"), extrasaction="ignore")
            writer.writeheader()
            writer.writerows({"external_id": f"{week}-{number}", **row} for number, row in enumerate(rows))
        for _ in range(TRIES):
            try:
                return len(Import(self._client, open_records(path), self._supervisor.absent).run(self._shown).opinions)
            except CommandFailed as interrupted:
                # As it advises: the same file again adds nothing twice.
                step(str(interrupted))
        raise CommandFailed(f"The import of week {week + 1} was interrupted {TRIES} times.", "huiying doctor")

    def _settled(self, before: dict[str, int], taken: int) -> dict[str, int]:
        """The counts when every opinion of the week is with its department; the office rules meanwhile."""
        office, moved, seen = Office(self._client), time.monotonic(), before
        while seen["signed"] < before["signed"] + taken:
            office.rule()
            counts = self._counts()
            if counts != seen:
                seen, moved = counts, time.monotonic()
            if self._duties.troubles or time.monotonic() > moved + PATIENCE_SECONDS:
                fail(f"Not all comes to its department: {seen}, {self._duties.troubles[:3]}", "huiying doctor")
            time.sleep(EACH_SECONDS)
        return seen

    def _counts(self) -> dict[str, int]:
        counts = self._client.get("/statistics", StatisticsView, {"by": ""}).total.counts
        return {name: counts[name] for name in COUNTS}

    def _train(self) -> str:
        """Train as an administrator does; returns what came of it."""
        settings = self._supervisor.settings
        environment = inherited(*PASSED_ON) | {"HUIYING_VAR": str(settings.var), "HUIYING_CATALOGUE": str(settings.catalogue)}
        command = (sys.executable, "-m", "services", "model", "train", "--json")
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode:
            fail(f"The training failed: {done.stderr.decode()[-500:]}", "huiying model train")
        return str(json.loads(done.stdout)["verdict"])


def _department(catalogue: Catalogue, name: str) -> str:
    topic = catalogue.topic_of(name)
    if topic is None:
        raise ValueError(f"the catalogue has no topic {name!r}")
    return topic.department
