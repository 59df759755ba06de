import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from services.console.embedded.front.merge_metrics import merge


def process(handled: int, pending: float, *, own: str) -> str:
    registry = CollectorRegistry()
    Counter("handled_total", "Handled", ("queue",), registry=registry).labels(queue="q").inc(handled)
    Histogram("seconds", "Took", buckets=(1.0, 2.0), registry=registry).observe(handled)
    Gauge("pending", "Waits", registry=registry).set(pending)
    Counter(f"{own}_total", f"Only {own}", ("name",), registry=registry).labels(name='a "b" \\ c').inc()
    return generate_latest(registry).decode()


@pytest.fixture
def merged() -> dict[str, object]:
    text = merge([process(1, 5, own="web"), process(2, 7, own="worker")]).decode()
    families = list(text_string_to_metric_families(text))
    assert len(families) == len({family.name for family in families})
    return {sample.name + str(sorted(sample.labels.items())): sample.value for family in families for sample in family.samples}


def test_counters_and_histograms_of_both_processes_are_added_up(merged: dict[str, float]) -> None:
    assert merged["handled_total[('queue', 'q')]"] == 3
    assert merged["seconds_count[]"] == 2
    assert merged["seconds_sum[]"] == 3
    assert merged["seconds_bucket[('le', '1.0')]"] == 1
    assert merged["seconds_bucket[('le', '+Inf')]"] == 2


def test_a_gauge_that_both_read_from_the_store_is_not_doubled(merged: dict[str, float]) -> None:
    assert merged["pending[]"] == 5


def test_what_one_process_has_alone_is_kept_as_it_is(merged: dict[str, float]) -> None:
    assert merged["web_total[('name', 'a \"b\" \\\\ c')]"] == 1
    assert merged["worker_total[('name', 'a \"b\" \\\\ c')]"] == 1


def test_one_text_alone_stays_the_same() -> None:
    text = process(1, 5, own="web")
    assert merge([text]).decode() == text
