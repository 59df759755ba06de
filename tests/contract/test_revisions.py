"""The revisions of every store make exactly the tables that the code expects, on both kinds of store."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from services.contracts.topology import SERVICES as SERVED
from services.intake.store.tables import tables as intake
from services.metrics.store.tables import tables as metrics
from services.notify.store.tables import tables as notify
from services.routing.store.tables import tables as routing
from services.runtime.settings import SettingsInvalid
from services.runtime.store.migrate import ACCESS, STORE, known_revisions, migrate
from services.runtime.store.outgoing import outbox
from services.runtime.web.access import tokens as access
from tests.stores import MakeDatabase

SERVICES = Path("services").resolve()
#: Indexes of words, which are tables of their own kind on each store.
WORDS = ("public_words", "staff_words")
STREAMS: dict[str, tuple[sa.MetaData, Path]] = {
    "runtime": (outbox.tables, STORE),
    "access": (access.tables, ACCESS),
    "intake": (intake, SERVICES / "intake" / "migrations"),
    "routing": (routing, SERVICES / "routing" / "migrations"),
    "notify": (notify, SERVICES / "notify" / "migrations"),
    "metrics": (metrics, SERVICES / "metrics" / "migrations"),
}

# A table or an index may stand in any module of its store.
for name in (*(f"{service}.store" for service in SERVED), "accounts", "runtime.store", "runtime.web.access"):
    package = importlib.import_module(f"services.{name}")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)


def shape(engine: sa.Engine, table: str) -> dict[str, Any]:
    """Columns, keys, uniqueness and indexes of a table, as its database tells them."""
    found = sa.inspect(engine)
    columns = [(each["name"], str(each["type"]), each["nullable"], each["default"]) for each in found.get_columns(table)]
    indexes = [
        (
            each["name"],
            each["column_names"],
            each["unique"],
            {name: str(value) for name, value in (each.get("dialect_options") or {}).items()},
        )
        for each in found.get_indexes(table)
    ]
    return {
        "columns": columns,
        "indexes": sorted(indexes, key=str),
        "unique": sorted(each["column_names"] for each in found.get_unique_constraints(table)),
        "references": sorted((each["constrained_columns"], each["referred_table"]) for each in found.get_foreign_keys(table)),
        "key": found.get_pk_constraint(table)["constrained_columns"],
    }


@pytest.mark.parametrize("stream", STREAMS)
def test_the_revisions_make_what_the_code_expects(stream: str, any_database: MakeDatabase) -> None:
    expected, folder = STREAMS[stream]
    migrated = any_database(stream, *([] if stream == "runtime" else [folder]))
    modelled = any_database("modelled")
    with modelled.engine.begin() as connection:
        outbox.tables.drop_all(connection)
        expected.create_all(connection)
    assert expected.tables
    there = set(sa.inspect(migrated.engine).get_table_names())
    own = there - {f"version_{name}" for name in STREAMS} - (set() if stream == "runtime" else set(outbox.tables.tables))
    assert {name for name in own if not name.startswith(WORDS)} == set(expected.tables)
    for table in expected.tables:
        assert shape(migrated.engine, table) == shape(modelled.engine, table)


def test_the_files_of_all_streams_are_numbered_in_the_order_of_their_revisions() -> None:
    for _, folder in STREAMS.values():
        script = ScriptDirectory(str(STORE.parent), version_locations=[str(folder)])
        assert known_revisions(folder) == tuple(each.revision for each in script.walk_revisions())


def test_a_store_of_another_version_is_left_alone(any_database: MakeDatabase) -> None:
    database = any_database()
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE version_runtime SET version_num = '9999'"))
    with pytest.raises(SettingsInvalid, match="store of runtime was made by another version of Huiying, whose revision 9999"):
        migrate(database, STORE, "runtime")


def test_a_store_that_lacks_nothing_needs_no_alembic(any_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    database = any_database()
    monkeypatch.setitem(sys.modules, "alembic", None)
    migrate(database, STORE, "runtime")
    with database.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM version_runtime"))
    with pytest.raises(ModuleNotFoundError, match="alembic"):
        migrate(database, STORE, "runtime")
