"""Checks of the embedded stores; elsewhere each process reports on its own store in `/readyz`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from services.console.doctor.findings import Finding, Severity, Subject
from services.console.embedded.assemblies import assemblies
from services.console.embedded.installation import Installation
from services.console.settings import read_address_book
from services.contracts.errors import Trouble
from services.runtime.clock import SystemClock
from services.runtime.store.condition import StoreCheck
from services.runtime.store.database import Database
from services.runtime.store.migrate import ACCESS, STORE


def stores(subject: Subject) -> Iterator[Finding]:
    """Whether each store exists, is migrated and accepts writes."""
    var = subject.settings.var
    if read_address_book(var):
        for name, each in assemblies().items():
            yield _look(name, Installation(var).database_url(name), {"runtime": STORE, name: each.migrations})
        yield _look("access", subject.settings.access_database_url or Installation(var).database_url("access"), {"access": ACCESS})
    elif subject.settings.access_database_url:
        yield _look("access", subject.settings.access_database_url, {"access": ACCESS})


def _look(name: str, url: str, streams: dict[str, Path]) -> Finding:
    what, database = f"存储 store {name}", Database(url, name, SystemClock())
    try:
        if database.is_sqlite and not Path(str(database.url.database)).exists():
            return Finding(
                what, Severity.CRITICAL, f"{database.url.database} is gone", "restore it from the backup, then huiying up"
            )
        StoreCheck(database, streams).check()
    except Trouble as error:
        advice = (
            "huiying up, or huiying migrate" if "migrations" in str(error) else "make room on its disk, or give it back its rights"
        )
        return Finding(what, Severity.CRITICAL, str(error), advice)
    except (SQLAlchemyError, OSError) as error:
        return Finding(
            what, Severity.CRITICAL, f"does not answer: {error.__class__.__name__}", "start the database, or correct its URL"
        )
    finally:
        database.close()
    return Finding(what, Severity.OK, "answers, has its shape, takes writes")
