"""The assembly of each service: everything that the runtime needs to run it."""

from __future__ import annotations

from importlib import import_module

from services.contracts.topology import SERVICES
from services.runtime.process.assembly import AnyAssembly


def assembly_of(service: str) -> AnyAssembly:
    """The assembly of one service."""
    made: AnyAssembly = import_module(f"services.{service}.__main__").ASSEMBLY
    return made


def assemblies() -> dict[str, AnyAssembly]:
    """The assemblies of all services by name, in the order of the topology."""
    return {name: assembly_of(name) for name in SERVICES}
