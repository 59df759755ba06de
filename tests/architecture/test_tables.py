"""Errors, metrics, settings and catalogues: what the code uses is in its table, and what is in the table is used."""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path

import pytest

from docs.generator.product import ROOT, settings_shapes
from services.contracts.catalogue.check import load_catalogue
from services.contracts.errors import STATUSES, Refusal
from services.contracts.measures import INTAKE, KEEPING, PROCESS, PRODUCT, ROUTING, Measure
from services.intake.gateway.capacity import Capacity
from services.intake.series import CapacityCollector, UnassignedCollector
from services.routing.series import LearningCollector, UnsignedCollector
from services.runtime.telemetry import COMPUTED, Telemetry
from tests.stores import MakeDatabase

SOURCES = sorted((ROOT / "services").rglob("*.py"))
MEASURES = {row.name: row for row in (*PRODUCT, *PROCESS, *INTAKE, *ROUTING, *KEEPING)}
#: An option of the store's connections, which looks like a metric and is none.
NO_METRIC = {"huiying_read"}
SERIES_OF = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
CATALOGUES = sorted((ROOT / "deploy").glob("catalogue*.yml"))


def refusals(kind: type[Refusal] = Refusal) -> set[type[Refusal]]:
    """Every kind of refusal there is."""
    below = set(kind.__subclasses__())
    return below | {inner for each in below for inner in refusals(each)}


def test_every_refusal_has_its_row_in_the_table_of_statuses() -> None:
    assert {kind for kind in refusals() if kind.__module__.startswith("services.")} == set(STATUSES)


def test_every_row_of_the_table_of_statuses_tells_errors_apart() -> None:
    slugs = [row.slug for row in STATUSES.values()]
    assert len(slugs) == len(set(slugs))
    assert all(400 <= row.status < 600 for row in STATUSES.values())


def texts(path: Path) -> set[str]:
    """Every text in a file's code."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_metric_that_the_code_names_is_in_the_table() -> None:
    named = {text for path in SOURCES for text in texts(path) if re.fullmatch(r"huiying_[a-z_]+", text)}
    assert named - NO_METRIC == set(MEASURES)


def test_every_metric_that_an_alert_names_is_in_the_table() -> None:
    known = {name + suffix for name, row in MEASURES.items() for suffix in SERIES_OF[row.kind]}
    for path in sorted((ROOT / "deploy").rglob("*.yml")):
        named = {name.split("{")[0] for name in re.findall(r"\bhuiying_[a-z_]+\b(?!:)", path.read_text())}
        assert named <= known, path.name


@pytest.mark.parametrize("row", MEASURES.values(), ids=lambda row: row.name)
def test_a_metric_is_named_by_prometheus_s_rules(row: Measure) -> None:
    assert row.name.endswith("_total") == (row.kind == "counter")
    assert bool(row.buckets) == (row.kind == "histogram")
    assert row.kind != "histogram" or row.name.endswith("_seconds")
    assert list(row.buckets) == sorted(row.buckets)


def test_a_process_exposes_its_rows_of_the_table_and_nothing_else() -> None:
    shown = set(re.findall(r"^# TYPE (\w+) ", Telemetry().expose().decode(), re.MULTILINE))
    own = {name for name in shown if not name.endswith("_created") and not name.startswith("process_")}
    assert own | set(COMPUTED) == {row.name for row in PROCESS}


def test_intake_and_routing_expose_their_rows_of_the_table_and_nothing_else(sqlite_database: MakeDatabase) -> None:
    class Known(Capacity):
        def __init__(self) -> None:
            pass

        def left(self) -> int:
            return 7

    opened = {name: sqlite_database(name, ROOT / "services" / name / "migrations") for name in ("intake", "routing")}
    place = load_catalogue(ROOT / "deploy/catalogue.yml")
    told = [CapacityCollector(Known()), UnassignedCollector(opened["intake"]), UnsignedCollector(opened["routing"], lambda: place)]
    told.append(LearningCollector(opened["routing"]))
    families = [family for each in told for family in each.collect()]
    assert [family.name for family in families] == [row.name for row in (*INTAKE, *ROUTING)]
    assert [family.samples[0].value for family in families if family.samples] == [7, 0, 0, 0, 0, 0]


def test_the_product_exposes_its_rows_of_the_table_and_nothing_else() -> None:
    text = (ROOT / "tests/golden/metrics/series.txt").read_text()
    assert set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE)) == {row.name for row in PRODUCT}


def test_every_setting_says_what_it_means() -> None:
    shapes = [shape for found in settings_shapes().values() for shape in found]
    fields = [field for shape in shapes for field in dataclasses.fields(shape) if field.metadata]
    assert fields
    assert all(field.metadata["doc"] for field in fields)


def test_settings_whose_name_tells_of_a_secret_are_masked() -> None:
    shapes = [shape for found in settings_shapes().values() for shape in found]
    fields = [field for shape in shapes for field in dataclasses.fields(shape) if field.metadata]
    secret = [field for field in fields if re.search(r"PASSWORD|TOKEN|DATABASE_URL|BROKER_URL", field.metadata["name"])]
    assert secret
    assert [field.name for field in secret if not field.metadata["secret"]] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_the_catalogues_that_come_with_the_product_are_valid(path: Path) -> None:
    assert load_catalogue(path).departments


def test_the_fast_catalogue_differs_from_the_ordinary_one_in_time_only() -> None:
    ordinary, fast = (load_catalogue(ROOT / "deploy" / name) for name in ("catalogue.yml", "catalogue.fast.yml"))
    assert (len(ordinary.departments) >= 24, len(ordinary.topics) >= 60) == (True, True)
    assert fast.departments.keys() == ordinary.departments.keys()
    assert fast.topics.keys() == ordinary.topics.keys()
