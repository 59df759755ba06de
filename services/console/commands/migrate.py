"""`huiying migrate`: migrates stores to this version."""

from __future__ import annotations

import click

from services.console.embedded.assemblies import assemblies
from services.console.embedded.installation import access_url
from services.console.settings import load_settings
from services.console.terminal import step
from services.runtime.clock import SystemClock
from services.runtime.process.assembly import load_settings as load_service_settings
from services.runtime.process.assembly import open_database
from services.runtime.store.migrate import STORE, migrate_access
from services.runtime.store.migrate import migrate as migrate_store


@click.command()
def migrate() -> None:
    """数据结构 · migrate every store named in the environment to this version."""
    settings = load_settings()
    for name, assembly in assemblies().items():
        given = load_service_settings(assembly)
        database = open_database(assembly, given, SystemClock())
        migrate_store(database, STORE, "runtime")
        migrate_store(database, assembly.migrations, name)
        step(f"{name} ✓")
    migrate_access(access_url(settings))
    step("access ✓")
