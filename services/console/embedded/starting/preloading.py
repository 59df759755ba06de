"""The code of all programs in one process, for those that are forked from it."""

from __future__ import annotations

import contextlib
import gc
from importlib import import_module
from pathlib import Path

from services.console.embedded.assemblies import assemblies
from services.console.embedded.starting.launch import WEB_MODULE, WORKER_MODULE
from services.contracts.catalogue.check import CatalogueInvalid
from services.runtime.clock import SystemClock
from services.runtime.process.catalogue import Source
from services.runtime.process.signing import Ed25519Signer
from services.runtime.store.database import Database

#: Modules that others load when they are first used.
LATE = ("kombu.compression", "kombu.connection", "kombu.message", "kombu.transport.pyamqp")


def load_all(catalogue: Path) -> None:
    """Load what all programs need: their code and the catalogue; what each of them loaded for itself, none of them would share."""
    # Nothing of it is garbage: looking for some takes a tenth of the time.
    gc.disable()
    assemblies()
    for module in (WEB_MODULE, WORKER_MODULE, *LATE):
        import_module(module)
    # The first key makes OpenSSL ready, the first connection SQLAlchemy.
    Ed25519Signer(["any"])
    store = Database("sqlite://", "preloading", SystemClock())
    store.ping()
    store.close()
    # What is wrong with it, the programs say.
    with contextlib.suppress(CatalogueInvalid):
        Source(catalogue.absolute()).read()
    # The collector of garbage would write to these pages, which would end the sharing.
    gc.collect()
    gc.freeze()
    gc.enable()
