"""Statements that are made once are compiled once."""

from __future__ import annotations

import sys

import pytest
import sqlalchemy as sa
from sqlalchemy.sql import visitors

from docs.generator.product import assemblies
from services.runtime.store.statements.bulk import _plan, among


@pytest.mark.parametrize("store", ["sqlite", "postgresql+psycopg"])
def test_what_has_a_list_as_one_parameter_has_no_other_list(store: str) -> None:
    """Beside an expanding list SQLAlchemy would have to render it each time, and a list as one parameter it never remembers."""
    assert assemblies()
    dialect = sa.create_engine(f"{store}://").dialect
    kept = {
        f"{name}.{each}": statement
        for name, module in list(sys.modules.items())
        if name.startswith("services.")
        for each, statement in vars(module).items()
        if isinstance(statement, sa.Select | sa.UpdateBase) and any(isinstance(part, among) for part in visitors.iterate(statement))
    }
    assert len(kept) > 20
    unplanned = []
    for name, statement in kept.items():
        binds = statement.compile(dialect=dialect).bind_names
        if _plan(statement, dialect, tuple(bind.key for bind in binds if bind.required)) is None:
            unplanned.append(name)
    assert unplanned == []
