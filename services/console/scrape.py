"""Joins the series of a service's processes into one valid exposition, for the embedded mode's one origin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

ADDED_UP = frozenset({"counter", "histogram"})
Key = tuple[str, tuple[tuple[str, str], ...]]


def merge(texts: Sequence[str]) -> bytes:
    """One exposition from several: every family once; counters and histograms added up, other series from the first that has them.

    Raises ValueError for a text that is not Prometheus' format.
    """
    families: dict[str, Metric] = {}
    values: dict[str, dict[Key, float]] = {}
    for text in texts:
        for family in text_string_to_metric_families(text):
            families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
            known = values.setdefault(family.name, {})
            for sample in family.samples:
                key = (sample.name, tuple(sorted(sample.labels.items())))
                if key not in known:
                    known[key] = sample.value
                elif family.type in ADDED_UP:
                    known[key] += sample.value
    for name, family in families.items():
        family.samples = [Sample(name_, dict(labels), value) for (name_, labels), value in values[name].items()]
    return generate_latest(_Fixed(families.values()))


class _Fixed(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families
