"""The assembly of each service: everything that the runtime needs to run it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from services.contracts.topology import SERVICES

if TYPE_CHECKING:
    from services.runtime.process.assembly import AnyAssembly


def assembly_of(service: str) -> AnyAssembly:
    """The assembly of one service."""
    made: AnyAssembly = import_module(f"services.{service}.__main__").ASSEMBLY
    return made


def assemblies() -> dict[str, AnyAssembly]:
    """The assemblies of all services by name, in the order of the topology."""
    return {name: assembly_of(name) for name in SERVICES}


def revisions_of(service: str) -> Path:
    """Where the revisions of a service's store are, without loading its code."""
    return Path(__file__).parents[2] / service / "migrations"
