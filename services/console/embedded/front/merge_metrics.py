"""Merges the metrics of a service's processes into one exposition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

ADDED_UP = frozenset({"counter", "histogram"})
HELP = "# HELP "
Key = tuple[str, tuple[tuple[str, str], ...]]


def merge(texts: Sequence[str]) -> bytes:
    """Merge expositions written by prometheus_client: every family once, in the order of its first occurrence.

    Counters and histograms are added up; of other series the first one wins.
    Raises ValueError for a text that is no exposition.
    """
    parts = [_families(text) for text in texts]
    names = dict.fromkeys(name for part in parts for name in part)
    return b"".join(_join([part[name] for part in parts if name in part]) for name in names)


def _families(text: str) -> Mapping[str, str]:
    """The text of each family by name. Most are in one process only and need no parsing."""
    families: dict[str, str] = {}
    for block in f"\n{text}".split(f"\n{HELP}")[1:]:
        families[block.split(" ", 1)[0]] = f"{HELP}{block.rstrip()}\n"
    return families


def _join(blocks: Sequence[str]) -> bytes:
    if len(blocks) == 1:
        return blocks[0].encode()
    families: dict[str, Metric] = {}
    values: dict[str, dict[Key, float]] = {}
    for family in (family for block in blocks for family in text_string_to_metric_families(block)):
        families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
        known = values.setdefault(family.name, {})
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            if key not in known:
                known[key] = sample.value
            elif family.type in ADDED_UP:
                known[key] += sample.value
    for name, family in families.items():
        family.samples = [Sample(sample, dict(labels), value) for (sample, labels), value in values[name].items()]
    return generate_latest(_Fixed(families.values()))


class _Fixed(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families
