"""The assembly of each service: everything that the runtime needs to run it."""

from __future__ import annotations

from importlib import import_module

from services.contracts.topology import SERVICES
from services.runtime.process.assembly import Assembly


def assembly_of(service: str) -> Assembly:
    """The assembly of one service."""
    made: Assembly = import_module(f"services.{service}.__main__").ASSEMBLY
    return made


def assemblies() -> dict[str, Assembly]:
    """The assemblies of all services by name, in the order of the topology."""
    return {name: assembly_of(name) for name in SERVICES}
