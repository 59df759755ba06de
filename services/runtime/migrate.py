"""Brings a store to the shape the code expects, with Alembic. The runtime's own tables are a stream of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

from services.runtime.database import Database

HERE = Path(__file__).parent / "migrations"
STORE, ACCESS = HERE / "store", HERE / "access"


def migrate(database: Database, folder: Path, stream: str) -> None:
    """Run the revisions of `folder` that the store has not seen; `stream` names its version table."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("version_locations", str(folder))
    script = ScriptDirectory.from_config(config)

    def to_head(revision: Any, _: Any) -> Any:
        return script._upgrade_revs("head", revision)

    with EnvironmentContext(config, script, fn=to_head) as environment, database.engine.begin() as connection:
        environment.configure(connection=connection, version_table=f"version_{stream}")
        with environment.begin_transaction():
            environment.run_migrations()
