"""A look for due deadlines reads those that are due, however many are open."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks.scan import FilledStore, measure
from services.contracts.catalogue.check import load_catalogue
from services.runtime.store.database import Database

FEW, MANY, DUE, MOST = 10_000, 100_000, 1_000, 1.1
CATALOGUE = load_catalogue(Path(__file__).parents[3] / "deploy" / "catalogue.yml")


@pytest.fixture(params=["sqlite", "postgresql"])
def make(request, tmp_path):
    """Makes an empty store of either kind."""
    if request.param == "postgresql":
        cluster = request.getfixturevalue("postgres")
        return lambda clock: Database(cluster.create(), "notify", clock)
    names = (tmp_path / f"{number}.db" for number in range(FEW))
    return lambda clock: Database(f"sqlite:///{next(names)}", "notify", clock)


def test_ten_times_as_many_open_deadlines_are_not_read(make, monkeypatch):
    monkeypatch.setattr("benchmarks.scan.FINDS", 1)
    monkeypatch.setattr("benchmarks.scan.CLIMBS", 1)
    few, many = measure(make, CATALOGUE, (FEW, MANY), DUE)
    assert (few.open, many.open, few.read >= DUE) == (FEW, MANY, True)
    assert many.beside(few)["read"] < MOST


def test_without_its_index_it_would_read_them_all(make):
    place = FilledStore(make, CATALOGUE, FEW, DUE // 100)
    try:
        before = place.read()
        with place.database.engine.begin() as connection:
            connection.execute(sa.text("DROP INDEX deadlines_due"))
        assert place.read() > 5 * before
    finally:
        place.database.close()
