"""`python -m benchmarks events FILE`: how well tellings of the same thing are put together, on a labelled sample of a public file.

The sample is `incidents.txt`: a line holds opinions by their ids in FILE, those joined by + tell of the same thing. A line is one
opinion with those that looked most like it by three measures (terms, rare terms, rare runs of five characters), each judged by
reading both; where two readers could disagree, the line was left out. So it is harder than what comes in by itself: nearly all
that is not of one thing is of the same place or the same kind. No text is kept, only ids. Dates are left out of account, because
three in ten have one.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import click

from benchmarks.opinions import rows_of
from services.intake.domain.similarity.incidents import MOST_CLUED, MOST_COMPARED, Telling, Weights, choose, near_to, terms_of
from services.intake.domain.similarity.words import words_of

SAMPLE = Path(__file__).parent / "incidents.txt"
#: Places in FILE have no names: a letter for a city, with a number for what belongs to it.
PLACE = re.compile(r"([A-Z])(\d*)\s?[市县区州]")
DAY = datetime(2026, 1, 1, tzinfo=UTC)
RESAMPLED = 1000
Group = frozenset[tuple[int, str]]


def tellings(path: Path) -> Iterator[tuple[str, Telling]]:
    """Each opinion of a file with its id."""
    for number, row in enumerate(rows_of(path), 1):
        place = PLACE.search(row["title"])
        area = None if place is None else place[1] + place[2]
        terms = terms_of(row["title"], words_of(f"{row['title']}\n{row['content']}"))
        yield row["external_id"], Telling(number, area, DAY, terms)


def together(told: Sequence[Telling]) -> dict[int, int]:
    """The incident of each telling that has one, put together one after the other as the product does."""
    weights = Weights()
    for each in told:
        weights.add(each.terms)
    places = {each.area: each.area[0] for each in told if each.area and len(each.area) > 1}
    clued: defaultdict[int, list[Telling]] = defaultdict(list)
    incidents: dict[int, int] = {}
    for new in told:
        clues, common = weights.clues(new.terms), defaultdict[int, int](int)
        known = {each.number: each for clue in clues for each in clued[clue][-MOST_CLUED:]}
        for clue in clues:
            for each in clued[clue][-MOST_CLUED:]:
                common[each.number] += 1
            clued[clue].append(new)
        likest = sorted(known, key=lambda number: -common[number])[:MOST_COMPARED]
        found = [replace(known[number], incident=incidents.get(number)) for number in likest]
        sizes = defaultdict[int, int](int)
        for incident in incidents.values():
            sizes[incident] += 1
        chosen = choose(near_to(new, found, weights, places), sizes)
        if chosen is not None:
            incidents[new.number] = incidents.setdefault(chosen.telling.number, chosen.telling.incident or chosen.telling.number)
    return incidents


def groups(named: Mapping[tuple[int, str], object]) -> set[Group]:
    """Those with the same name, where there are several."""
    found: dict[object, set[tuple[int, str]]] = defaultdict(set)
    for opinion, name in named.items():
        found[name].add(opinion)
    return {frozenset(group) for group in found.values() if len(group) > 1}


def f1(right: Iterable[object], found: Iterable[object]) -> float:
    """The harmonic mean of how much of what is right was found, and of what was found is right."""
    right, found = set(right), set(found)
    return 2 * len(right & found) / (len(right) + len(found)) if right or found else 1.0


def pairs(of: Iterable[Group]) -> set[frozenset[tuple[int, str]]]:
    """Every two of each group."""
    return {frozenset(pair) for group in of for pair in combinations(group, 2)}


def scores(lines: Sequence[Sequence[Sequence[str]]], incidents: Mapping[str, int]) -> tuple[float, float]:
    """F1 of pairs and of whole groups, over these lines of the sample."""
    right, found = dict[tuple[int, str], object](), dict[tuple[int, str], object]()
    for number, line in enumerate(lines):
        for place, group in enumerate(line):
            for opinion in group:
                right[number, opinion] = number, place
                found[number, opinion] = number, incidents.get(opinion, opinion)
    told, made = groups(right), groups(found)
    return f1(pairs(told), pairs(made)), f1(told, made)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def events(file: Path) -> None:
    """同一事件识别的准确度 · how well tellings of the same thing are put together, on a labelled sample."""
    named = dict(tellings(file))
    incidents = together(list(named.values()))
    found = {name: incidents[each.number] for name, each in named.items() if each.number in incidents}
    lines = [[group.split("+") for group in line.split()] for line in SAMPLE.read_text().splitlines()]
    dice = random.Random(1)  # nosec B311
    drawn = [scores(dice.choices(lines, k=len(lines)), found) for _ in range(RESAMPLED)]
    sizes = sorted(map(len, groups({(0, name): incident for name, incident in found.items()})))
    click.echo(f"{len(named):,} opinions, {len(sizes):,} incidents of {sizes[0]} to {sizes[-1]}, {len(found):,} opinions in one")
    judged = sum(len(group) for line in lines for group in line)
    several = sum(len(group) > 1 for line in lines for group in line)
    click.echo(f"{len(lines)} lines of the sample: {judged} opinions judged, {several} incidents of several")
    for name, value, spread in zip(("pairs", "incidents"), scores(lines, found), zip(*drawn, strict=True), strict=True):
        ordered = sorted(spread)
        low, high = ordered[RESAMPLED // 40], ordered[-RESAMPLED // 40]
        click.echo(f"F1 of {name}: {value:.3f} (95 %: {low:.3f} to {high:.3f})")
