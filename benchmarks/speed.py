"""The command that measures the whole system with everything on, beside what the machine itself could do with the same bytes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from benchmarks import preflight as assurance
from benchmarks.baseline import WINDOW, publishes_per_second, rows_per_second
from benchmarks.latency import WARM_UP, measure
from benchmarks.load import in_batches, make_opinions, one_by_one
from benchmarks.preflight import ASSIGNED, Assured
from benchmarks.throughput import Round, Track
from benchmarks.throwaway import throwaway
from services.console.client.amqp import connection
from services.console.client.http import Client
from services.console.client.management import Management
from services.console.client.queue_audit import take_census
from services.console.client.records import ROWS_A_PIECE
from services.console.commands.operations import json_option, load_place
from services.console.demo.samples import load_samples
from services.console.embedded.supervisor import Supervisor
from services.console.settings import Addresses, ConsoleSettings, load_settings
from services.console.terminal import fail, out, print_json, step, table

ROWS_A_COMMIT, BAR = 50, 44
#: A floor that moves by more says that somebody else was at work.
UNREST = 1.3
MEGABYTE = 1_000_000
WAYS = {"one_by_one": "逐件 one by one", "in_batches": "成批 in batches"}
PLACES = {"accepted": "受理\naccepted", "end_to_end": "到承办队列\nend to end", "counted": "入统计账本\ncounted"}
FLOORS = {
    "commits": "持久提交\ndurable commits",
    "rows": f"每次提交 {ROWS_A_COMMIT} 行\nrows, {ROWS_A_COMMIT} a commit",
    "publishes_one_by_one": "逐条确认发布\nconfirmed publishes",
    "publishes_windowed": f"每 {WINDOW} 条确认\n{WINDOW} at a time",
}
COMPARED = ("accepted", "end_to_end")
USERS = {"services": "服务\nservices", "broker": "消息队列\nbroker", "sender": "发送方\nsender"}


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
def bench(count: int, number: int, clients: int, as_json: bool) -> None:
    """测速 · latency and throughput with everything on, beside this machine's floor, in a system that is gone afterwards."""
    settings = load_settings()
    _check(settings)
    with throwaway(settings) as supervisor:
        result, assured = _measured(supervisor, count, number, clients)
    if as_json:
        print_json(result)
    else:
        _print(result, assured)
    raise SystemExit(0 if all(each.good for each in assured) else 1)


def _check(settings: ConsoleSettings) -> None:
    acceptance = load_place(settings).acceptance
    if reviewed := [channel for channel in ("web", "import") if acceptance.get(channel) == "review"]:
        fail(
            f"In {settings.catalogue} a person lets in what comes by {', '.join(reviewed)}, so none of it would arrive.",
            "measure with the example: HUIYING_CATALOGUE=deploy/catalogue.yml",
        )


def _measured(supervisor: Supervisor, count: int, number: int, clients: int) -> tuple[dict[str, Any], list[Assured]]:
    place = supervisor.up()
    client, samples, rounds = Client(place), load_samples(), dict[str, Round]()
    bodies = make_opinions(samples, range(2 * number))
    with connection(place.broker_url, "huiying-bench") as broker:
        step(f"时延 Latency: {count}")
        latency = measure(client, broker, count)
        step("下限 The floor, with the same bytes")
        before = _floor(supervisor.installation.var, place, broker, bodies)
        track = Track(supervisor, client, broker)
        ways = {"one_by_one": (one_by_one(place, clients), bodies[:number]), "in_batches": (in_batches(place), bodies[number:])}
        for way, (send, own) in ways.items():
            step(f"吞吐 Throughput: {number} {WAYS[way]}")
            rounds[way] = track.run(send, own)
        step("核对 Checking what was on")
        ids = [opinion for each in rounds.values() for opinion in each.opinions]
        entries = assurance.entries_of(client, ids)
        assured = _assured(track, place, ids, entries, count + WARM_UP)
        step("再测下限 The floor once more")
        after = _floor(supervisor.installation.var, place, broker, bodies)
    floor = between(before, after)
    result = {
        "latency": latency,
        "throughput": {
            "opinions": number, "clients": clients, "opinions_a_batch": ROWS_A_PIECE,
            "bytes_an_opinion": round(sum(map(len, bodies)) / len(bodies)),
            "assignments_an_opinion": round(entries.get(ASSIGNED, Counter()).total() / len(ids), 2),
            **{way: _of_round(each, floor) for way, each in rounds.items()},
        },
        "floor": floor, "floor_unrest": round(unrest(before, after), 2),
        "peak_memory_bytes": rounds["in_batches"].peak, "on": assurance.shown(assured),
    }  # fmt: skip
    return result, assured


def _assured(track: Track, place: Addresses, ids: Sequence[str], entries: assurance.Entries, others: int) -> list[Assured]:
    if place.management_url is None:
        fail("The broker's management API is not known.", "huiying doctor")
    return [
        assurance.durable_commits(track.supervisor.installation),
        assurance.quorum_queues(Management(place.management_url), track.departments),
        assurance.contacts_sealed(track.supervisor.installation, track.client, ids),
        assurance.one_place_each(take_census(track.broker, track.departments), ids),
        assurance.ledger_appended(entries, len(ids)),
        assurance.statistics_counted(track.client, len(ids) + others),
    ]


def _floor(folder: Path, place: Addresses, broker: Any, bodies: Sequence[bytes]) -> dict[str, float]:
    singly, windowed = publishes_per_second(broker, place.broker_url, bodies)
    found = (rows_per_second(folder, bodies), rows_per_second(folder, bodies, ROWS_A_COMMIT), singly, windowed)
    return dict(zip(FLOORS, found, strict=True))


def between(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, int]:
    """The floor while it was measured: half-way between what it was before and what it was afterwards."""
    return {name: round((before[name] + after[name]) / 2) for name in before}


def unrest(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """By what factor the floor moved most; 1 on a machine that does nothing else."""
    return max(max(before[name], after[name]) / min(before[name], after[name]) for name in before)


def _of_round(each: Round, floor: Mapping[str, float]) -> dict[str, Any]:
    rates = each.rates()
    return {
        "per_second": {name: round(rate, 1) for name, rate in rates.items()},
        "seconds": {"accepted": round(each.accepted, 3), "end_to_end": round(each.arrived, 3), "counted": round(each.counted, 3)},
        "cpu_seconds_per_1000": {name: round(seconds, 2) for name, seconds in each.cpu_per_thousand().items()},
        "cpu_seconds": {name: round(seconds, 2) for name, seconds in each.cpu.items()},
        "ratio_to_floor": {place: {name: round(rates[place] / floor[name], 3) for name in floor} for place in COMPARED},
    }


def _print(result: Mapping[str, Any], assured: Sequence[Assured]) -> None:
    latency, throughput, floor = result["latency"], result["throughput"], result["floor"]
    shown = table("毫秒，一次一件 milliseconds, one at a time", numbers=latency["quantiles"])
    for name, values in latency["milliseconds"].items():
        shown.add_row(name, *(f"{value:.1f}" for value in values))
    out.print(shown)
    out.print(_rates(throughput))
    out.print(_picture(throughput, floor))
    out.print("条形为对数刻度 · the bars are logarithmic", style="dim")
    out.print(_ratios(throughput, floor))
    if result["floor_unrest"] > UNREST:
        moved = f"{result['floor_unrest']:.1f}"
        out.print(f"本机另有负载：前后两次下限相差 {moved} 倍，数字只作参考", style="yellow")
        out.print(f"This machine has other work: its floor moved by a factor of {moved}, the figures are rough", style="yellow")
    out.print(_costs(throughput))
    if memory := result["peak_memory_bytes"]:
        each = ", ".join(f"{name} {size / MEGABYTE:.0f}" for name, size in memory.items())
        out.print(f"内存峰值 peak memory, MB: {each}")
    for row in assured:
        out.print(f"{'✓' if row.good else '✗'} {row.what}: {row.found}", style=None if row.good else "red")


def _rates(throughput: Mapping[str, Any]) -> Table:
    shown = table("每秒件数\nopinions a second", numbers=(*PLACES.values(), "每件交办\nassignments each", "每件字节\nbytes each"))
    for way, name in WAYS.items():
        rates = (f"{throughput[way]['per_second'][place]:,.0f}" for place in PLACES)
        shown.add_row(name, *rates, f"{throughput['assignments_an_opinion']:.2f}", f"{throughput['bytes_an_opinion']:,}")
    return shown


def _costs(throughput: Mapping[str, Any]) -> Table:
    shown = table("每千件 CPU 秒\nCPU seconds per 1,000 opinions", numbers=tuple(USERS.values()))
    for way, name in WAYS.items():
        used = throughput[way]["cpu_seconds_per_1000"]
        shown.add_row(name, *(f"{used[user]:.2f}" if user in used else "—" for user in USERS))
    return shown


def _picture(throughput: Mapping[str, Any], floor: Mapping[str, float]) -> Table:
    rows = [(f"{WAYS[way]}: {PLACES[place]}", throughput[way]["per_second"][place], "█") for way in WAYS for place in PLACES]
    rows += [(f"下限 floor: {name}", floor[key], "░") for key, name in FLOORS.items()]
    most = max(value for _, value, _ in rows)
    shown = Table(show_header=False, box=None, pad_edge=False)
    for name, value, sign in rows:
        shown.add_row(name.replace("\n", " "), bar(value, most, sign), f"{value:,.0f}")
    return shown


def bar(value: float, most: float, sign: str) -> str:
    """A rate as a bar on a logarithmic scale that begins at one a second; `most` fills it."""
    return sign * max(1, round(BAR * math.log(max(value, 1.0)) / math.log(max(most, 2.0))))


def _ratios(throughput: Mapping[str, Any], floor: Mapping[str, float]) -> Table:
    shown = table("与本机下限之比\nshare of this machine's floor", numbers=tuple(FLOORS.values()))
    shown.add_row("下限，每秒 the floor, a second", *(f"{floor[key]:,}" for key in FLOORS))
    for way in WAYS:
        for place in COMPARED:
            shares = throughput[way]["ratio_to_floor"][place]
            shown.add_row(f"{WAYS[way]}: {PLACES[place]}".replace("\n", " "), *(f"{shares[key]:.3f}" for key in FLOORS))
    return shown
