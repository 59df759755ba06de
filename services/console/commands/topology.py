"""Commands for the broker's topology."""

from __future__ import annotations

import click

from services.console.client.management import management_of
from services.console.client.topology import apply_topology, topology_of
from services.console.settings import load_settings
from services.console.terminal import print_json, step


@click.group()
def topology() -> None:
    """消息拓扑 · exchanges, queues, policies and users of the broker."""


@topology.command("definitions")
def topology_definitions() -> None:
    """Print RabbitMQ definitions, with the users whose passwords are in HUIYING_<SERVICE>_BROKER_PASSWORD."""
    print_json(topology_of(load_settings()))


@topology.command("apply")
def topology_apply() -> None:
    """Apply the topology to the broker at HUIYING_MANAGEMENT_URL; no queue and no user is deleted."""
    settings = load_settings()
    wanted = apply_topology(management_of(settings), settings)
    step(f"队列 {len(wanted['queues'])} queues, 绑定 {len(wanted['bindings'])} bindings, 用户 {len(wanted['users'])} users")
