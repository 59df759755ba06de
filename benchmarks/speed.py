"""`python -m benchmarks speed`: latency and throughput of the whole system, beside this machine's baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from pika.adapters.blocking_connection import BlockingConnection

from benchmarks import preflight
from benchmarks.baseline import publishes_per_second, rows_per_second
from benchmarks.latency import WARM_UP, measure
from benchmarks.load import in_batches, make_opinions, one_by_one
from benchmarks.preflight import ASSIGNED, PreflightCheck
from benchmarks.queue_audit import audit_queues
from benchmarks.speed_report import BASELINES, ROWS_A_COMMIT, WAYS, Load, SpeedResult, figures_of, show
from benchmarks.throughput import ThroughputRun, Track
from benchmarks.throwaway import throwaway
from services.console.catalogue import read_catalogue
from services.console.client.amqp import connection
from services.console.client.http import Client
from services.console.client.management import Management
from services.console.client.records import ROWS_A_PIECE
from services.console.demo.samples import load_samples
from services.console.embedded.supervisor import Supervisor
from services.console.settings import Addresses, ConsoleSettings, load_settings
from services.console.terminal import fail, json_option, print_json, step


@click.command("speed")
@click.option("--count", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Latency: one after the other.")
@click.option(
    "--opinions",
    "number",
    type=click.IntRange(10, 100_000),
    default=2000,
    show_default=True,
    help="Throughput: in each of two ways.",
)
@click.option("--clients", type=click.IntRange(1, 64), default=8, show_default=True, help="Who send them one by one, at once.")
@json_option
def speed(count: int, number: int, clients: int, as_json: bool) -> None:
    """测速 · latency and throughput with everything on, beside this machine's baseline, in a system that is gone afterwards."""
    settings = load_settings()
    _check(settings)
    with throwaway(settings) as supervisor:
        result = _measured(supervisor, count, number, clients)
    if as_json:
        print_json(result.as_json())
    else:
        show(result)
    raise SystemExit(0 if all(each.good for each in result.on) else 1)


def _check(settings: ConsoleSettings) -> None:
    acceptance = read_catalogue(settings).acceptance
    if reviewed := [channel for channel in ("web", "import") if acceptance.get(channel) == "review"]:
        fail(
            f"In {settings.catalogue} a person lets in what comes by {', '.join(reviewed)}, so none of it would arrive.",
            "measure with the example: HUIYING_CATALOGUE=deploy/catalogue.yml",
        )


def _measured(supervisor: Supervisor, count: int, number: int, clients: int) -> SpeedResult:
    place = supervisor.up()
    client, samples, rounds = Client(place), load_samples(), dict[str, ThroughputRun]()
    bodies = make_opinions(samples, range(2 * number))
    with connection(place.broker_url, "huiying-bench") as broker:
        step(f"时延 Latency: {count}")
        latency = measure(client, broker, count)
        step("下限 The baseline, with the same bytes")
        before = _baseline(supervisor.installation.var, place, broker, bodies)
        track = Track(supervisor, client, broker)
        ways = {"one_by_one": (one_by_one(place, clients), bodies[:number]), "in_batches": (in_batches(place), bodies[number:])}
        for way, (send, own) in ways.items():
            step(f"吞吐 Throughput: {number} {WAYS[way]}")
            rounds[way] = track.run(send, own)
        step("核对 Checking what was on")
        ids = [opinion for each in rounds.values() for opinion in each.opinions]
        entries = preflight.entries_of(client, ids)
        checked = _preflight(track, place, ids, entries, count + WARM_UP)
        step("再测下限 The baseline once more")
        after = _baseline(supervisor.installation.var, place, broker, bodies)
    baseline = between(before, after)
    assignments = entries.get(ASSIGNED, Counter()).total()
    return SpeedResult(
        latency=latency,
        load=Load(number, clients, ROWS_A_PIECE, round(sum(map(len, bodies)) / len(bodies)), round(assignments / len(ids), 2)),
        ways={way: figures_of(each, baseline) for way, each in rounds.items()},
        baseline=baseline,
        baseline_unrest=round(unrest(before, after), 2),
        peak_memory_bytes=rounds["in_batches"].peak,
        on=checked,
    )


def _preflight(track: Track, place: Addresses, ids: Sequence[str], entries: preflight.Entries, others: int) -> list[PreflightCheck]:
    if place.management_url is None:
        fail("The broker's management API is not known.", "huiying doctor")
    return [
        preflight.durable_commits(track.supervisor.installation),
        preflight.quorum_queues(Management(place.management_url), track.departments),
        preflight.contacts_sealed(track.supervisor.installation, track.client, ids),
        preflight.one_place_each(audit_queues(track.broker, track.departments), ids),
        preflight.ledger_appended(entries, len(ids)),
        preflight.statistics_counted(track.client, len(ids) + others),
    ]


def _baseline(folder: Path, place: Addresses, broker: BlockingConnection, bodies: Sequence[bytes]) -> dict[str, float]:
    singly, windowed = publishes_per_second(broker, place.broker_url, bodies)
    found = (rows_per_second(folder, bodies), rows_per_second(folder, bodies, ROWS_A_COMMIT), singly, windowed)
    return dict(zip(BASELINES, found, strict=True))


def between(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, int]:
    """The baseline during the measurement: the mean of before and after."""
    return {name: round((before[name] + after[name]) / 2) for name in before}


def unrest(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """The largest factor by which the baseline changed; 1 on an idle machine."""
    return max(max(before[name], after[name]) / min(before[name], after[name]) for name in before)
