"""Commands for operators: topology, departments' credentials, the catalogue, the shape of the stores."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from difflib import get_close_matches
from typing import Any

import click

from services.console.client.management import Management, left_over
from services.console.embedded.combined_app import assemblies
from services.console.embedded.installation import Installation, password_hash
from services.console.embedded.launch import service_url
from services.console.settings import ConsoleSettings, addresses, load_settings
from services.console.terminal import fail, print_json, print_plain, step
from services.contracts.catalogue.check import CatalogueInvalid, load_catalogue
from services.contracts.catalogue.model import Catalogue
from services.contracts.definitions import definitions, department_user
from services.contracts.topology import SERVICES
from services.runtime.clock import SystemClock
from services.runtime.process.assembly import load_settings as load_service_settings
from services.runtime.process.assembly import migrate_access, open_database
from services.runtime.store.migrate import STORE
from services.runtime.store.migrate import migrate as migrate_store
from services.runtime.tls import bare

json_option = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")


def load_place(settings: ConsoleSettings) -> Catalogue:
    """The catalogue that the settings name; fails with its problems."""
    try:
        return load_catalogue(settings.catalogue)
    except CatalogueInvalid as error:
        fail(f"{settings.catalogue}: {error}", f"huiying catalogue check {settings.catalogue}")


def unqueued(settings: ConsoleSettings) -> frozenset[str]:
    """The departments that have no queue; none where the catalogue cannot be read."""
    try:
        return load_catalogue(settings.catalogue).unqueued
    except CatalogueInvalid:
        return frozenset()


def check_department(code: str, settings: ConsoleSettings) -> None:
    """Fails, with the codes that may have been meant or else all there are, unless the catalogue has the department."""
    departments = load_place(settings).departments
    if code not in departments:
        near = [each.code for each in departments.values() if each.name == code] or get_close_matches(code, departments)
        advice = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(departments)}."
        fail(f"There is no department {code!r} in {settings.catalogue}.", advice)


def topology_of(settings: ConsoleSettings) -> dict[str, Any]:
    """The definitions for a broker, with the departments of the catalogue and the users whose passwords are known."""
    given = {name: getattr(settings, f"{name}_broker_password") for name in SERVICES}
    hashes = {name: password_hash(password) for name, password in given.items() if password}
    return definitions(load_place(settings).queued, hashes)


def demand_queue(settings: ConsoleSettings, code: str) -> None:
    """Fails for a department that the catalogue does not have, or that has no queue there."""
    check_department(code, settings)
    if code in load_place(settings).unqueued:
        fail(
            f"The department {code!r} has no queue in {settings.catalogue}: it works by HTTP.",
            f"huiying token create --role department --department {code}, or queue: true and huiying catalogue use",
        )


@click.group()
def topology() -> None:
    """消息拓扑 · exchanges, queues, policies and users of the broker."""


@topology.command("definitions")
def topology_definitions() -> None:
    """Print RabbitMQ definitions. Users are in it whose passwords are in HUIYING_<SERVICE>_BROKER_PASSWORD."""
    print_json(topology_of(load_settings()))


@topology.command("apply")
def topology_apply() -> None:
    """Bring the broker at HUIYING_MANAGEMENT_URL to the topology; no queue and no user is taken away."""
    settings = load_settings()
    management, wanted = _management(settings), topology_of(settings)
    management.bring_to(wanted)
    step(f"队列 {len(wanted['queues'])} queues, 绑定 {len(wanted['bindings'])} bindings, 用户 {len(wanted['users'])} users")
    for name in left_over(management.queues(), wanted):
        step(words_of_left_over(name, unqueued(settings)))


def words_of_left_over(queue: str, without: Collection[str]) -> str:
    """What is said of a queue that the topology does not have: it stays until somebody deletes it."""
    if queue.removeprefix("department.").removesuffix(".dead") in without:
        return f"单位不再用队列，原队列及其消息保留至人工删除 Nothing is sent to it any more; it stays until you delete it: {queue}"
    return f"不在目录中的队列，未删除 Not in the catalogue, left alone: {queue}"


@click.group()
def department() -> None:
    """承办单位 · departments."""


@department.command("credentials")
@click.argument("code")
@click.option("--rotate", is_flag=True, help="A new password; programs that are connected stay until they reconnect.")
def department_credentials(code: str, rotate: bool) -> None:
    """Print the AMQP address with which department CODE reads its queue and sends its commands."""
    settings = load_settings()
    demand_queue(settings, code)
    password, installation = None, Installation(settings.var)
    if installation.var.exists():
        password = installation.new_password(department_user(code)) if rotate else installation.password(department_user(code))
    password = password or secrets.token_urlsafe(24)
    _management(settings).admit_department(code, password_hash(password))
    print_plain(bare(service_url(addresses(settings).broker_url, department_user(code), password)))


@click.command()
def migrate() -> None:
    """数据结构 · bring every store named in the environment to the shape this version expects."""
    settings = load_settings()
    for name, assembly in assemblies().items():
        given = load_service_settings(assembly)
        database = open_database(assembly, given, SystemClock())
        migrate_store(database, STORE, "runtime")
        migrate_store(database, assembly.migrations, name)
        step(f"{name} ✓")
    migrate_access(access_url(settings))
    step("access ✓")


def access_url(settings: ConsoleSettings) -> str:
    """The store of the access tokens: the one the settings name, else the embedded mode's; fails where there is none."""
    if settings.access_database_url:
        return settings.access_database_url
    if not (settings.var / "access.db").exists():
        fail(f"Nothing was started in {settings.var} yet.", "huiying up, or set HUIYING_ACCESS_DATABASE_URL")
    return Installation(settings.var).database_url("access")


def _management(settings: ConsoleSettings) -> Management:
    url = addresses(settings).management_url
    if url is None:
        fail("The address of RabbitMQ's management API is not known.", "set HUIYING_MANAGEMENT_URL=http://admin:…@host:15672")
    return Management(url)
