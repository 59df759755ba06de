"""The broker topology of a catalogue, and applying it."""

from __future__ import annotations

from collections.abc import Sequence

from services.console.catalogue import read_catalogue
from services.console.client.management import Management
from services.console.settings import ConsoleSettings
from services.console.terminal import step
from services.contracts.definitions import Definitions, definitions, password_hash
from services.contracts.topology import SERVICES


def topology_of(settings: ConsoleSettings) -> Definitions:
    """The definitions for the catalogue's departments, with the users whose passwords are in the settings."""
    given = {name: getattr(settings, f"{name}_broker_password") for name in SERVICES}
    hashes = {name: password_hash(password) for name, password in given.items() if password}
    return definitions(read_catalogue(settings).queued, hashes)


def apply_topology(management: Management, settings: ConsoleSettings) -> Definitions:
    """Apply the topology of the catalogue and print the queues that it no longer has; returns the definitions."""
    wanted, without = topology_of(settings), read_catalogue(settings).unqueued
    management.bring_to(wanted)
    for name in left_over(management.queues(), [row["name"] for row in wanted["queues"]]):
        if name.removeprefix("department.").removesuffix(".dead") in without:
            why = "单位不再用队列，原队列及其消息保留至人工删除 Nothing is sent to it any more; it stays until you delete it"
        else:
            why = "不在目录中的队列，未删除 Not in the catalogue, left alone"
        step(f"{why}: {name}")
    return wanted


def left_over(found: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Department queues on the broker that the topology does not have; they are never deleted automatically."""
    return sorted(name for name in found if name.startswith("department.") and name not in wanted)
