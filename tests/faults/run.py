"""`make faults`: many opinions, many faults, a table, and exit status 1 when anything is lost, doubled or stuck.

    python -m tests.faults.run [--opinions N] [--faults N] [--only NAME …] [--patience X] [--seed N] [--json FILE]

Faults strike two installations: one with stores in SQLite and one broker node, one with stores in PostgreSQL and three nodes.
Every fault of the table strikes once before any strikes again; fewer than the table holds are chosen at random.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.cluster import ClusterMissing, PrivateCluster
from tests.faults.nodes import Nodes
from tests.faults.stage import Result, Stage
from tests.faults.strikes import FAULTS, Fault
from tests.faults.system import System
from tests.faults.volume import CannotMount

SERVICES = ("intake", "routing", "notify", "metrics", "access")


def choose(number: int, names: Sequence[str], seed: int) -> list[Fault]:
    """So many faults in an order that the seed decides, the whole table round and round; or those that are named."""
    if names:
        known = {fault.name: fault for fault in FAULTS}
        if unknown := [name for name in names if name not in known]:
            raise SystemExit(f"There is no fault {', '.join(unknown)}. There are: {', '.join(known)}")
        return [known[name] for name in names]
    dice = random.Random(seed)
    chosen: list[Fault] = []
    while len(chosen) < number:
        chosen += dice.sample(FAULTS, len(FAULTS))[: number - len(chosen)]
    return chosen


def run_all(faults: Sequence[Fault], opinions: int, patience: float) -> list[Result]:
    """Each stage with its faults and its share of the opinions."""
    results = []
    for stage in ("one node", "three nodes"):
        mine = [fault for fault in faults if fault.stage == stage]
        if mine:
            share = opinions * len(mine) // len(faults)
            say(f"\n{stage}: {len(mine)} faults, {share} opinions")
            results.append(on_one_node(mine, share, patience) if stage == "one node" else on_three_nodes(mine, share, patience))
    return results


def on_one_node(faults: Sequence[Fault], opinions: int, patience: float) -> Result:
    """Stores in SQLite, one broker node: what `make up` starts."""
    try:
        system = System(apart={fault.apart for fault in faults} - {""})
    except CannotMount as error:
        raise SystemExit(f"{error}; or name other faults with --only") from error
    return Stage(system, opinions, patience, say).run(faults)


def on_three_nodes(faults: Sequence[Fault], opinions: int, patience: float) -> Result:
    """Stores in PostgreSQL, a cluster of three broker nodes."""
    try:
        cluster = PrivateCluster()
    except ClusterMissing as error:
        raise SystemExit(f"{error}; or name faults of one node with --only") from error
    nodes = Nodes()
    try:
        cluster.start()
        nodes.start()
        elsewhere = {name: cluster.create() for name in SERVICES}
        return Stage(System(nodes, elsewhere), opinions, patience, say, cluster).run(faults)
    finally:
        nodes.stop()
        cluster.stop()


def say(line: str) -> None:
    """Progress."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def report(results: Sequence[Result], seconds: float) -> bool:
    """The table, the findings, the sums; returns whether all is well."""
    say(f"\n{'fault':28} {'what':52} {'lasted':>8} {'recovery':>8}  what clients saw")
    for result in results:
        for row in result.rows:
            say(row.line)
    for result in results:
        for finding in result.findings:
            say(f"✗ {finding['kind']}: {finding['about']}: {finding['seen']}")
        say(json.dumps(result.summary, ensure_ascii=False))
    rows = [row for result in results for row in result.rows]
    wrong = sum(bool(row.wrong) for row in rows) + sum(len(result.findings) for result in results)
    taken = sum(result.summary.get("acknowledged", 0) for result in results)
    say(f"{len(rows)} faults, {taken} opinions acknowledged, {seconds / 60:.0f} minutes: {wrong} findings")
    return all(result.good for result in results)


def main() -> int:
    """Parse, run, report."""
    parser = argparse.ArgumentParser(prog="make faults ARGS=…", description=__doc__)
    parser.add_argument("--opinions", type=int, default=20_000, help="opinions in all (20,000)")
    parser.add_argument("--faults", type=int, default=60, help="faults in all (60)")
    parser.add_argument("--only", nargs="+", default=(), metavar="NAME", help="these faults, in this order")
    parser.add_argument("--patience", type=float, default=1.0, help="how long faults last; 0.2 is a fifth (1)")
    parser.add_argument("--seed", type=int, default=1, help="decides the order (1)")
    parser.add_argument("--json", type=Path, help="write the whole result into this file too")
    given = parser.parse_args()
    started = time.monotonic()
    results = run_all(choose(given.faults, given.only, given.seed), given.opinions, given.patience)
    good = report(results, time.monotonic() - started)
    if given.json:
        given.json.write_text(json.dumps([asdict(result) for result in results], ensure_ascii=False, indent=1))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
