"""The page of the broker's topology, from the table and from the definitions that RabbitMQ gets."""

from __future__ import annotations

from typing import Any

from docs.generator.product import table
from services.contracts.definitions import definitions, users
from services.contracts.topology import (
    COMMANDS,
    DELIVERIES,
    DEPARTMENTS,
    DIGESTS,
    EVENTS,
    EXCHANGES,
    LETTERS,
    PRIVATE,
    PUBLISHES,
    RETRIES,
    SERVICE_QUEUES,
    SERVICES,
    VHOST,
    events_of,
    private_exchanges,
)

CODE = "<code>"
PURPOSES = {
    EVENTS: "what services say to one another and to anybody who listens; key `<type>.<key>`",
    DEPARTMENTS: "what is addressed to one department; key is the name of its queue, and a missing queue comes back",
    COMMANDS: "what departments ask for; key `<department>.<verb>`",
    LETTERS: "letters, the only messages that say how to reach somebody; key is the name of the queue",
    DIGESTS: "what asks for a letter about what is new to somebody; key is the name of the queue",
    DELIVERIES: "what services ask one another about messages, and the marks they know the broker by; key is the name of the queue",
    "huiying.requeue": "brings a message back to its queue; key is the name of the queue",
    "huiying.dead": "parks what cannot be handled; key is the name of the queue",
    "huiying.unrouted": "keeps commands that no queue takes",
}


def topology() -> str:
    """Exchanges, queues, bindings, policies and permissions, in tables and a drawing."""
    document = definitions((CODE,), dict.fromkeys(users((CODE,)), "-"))
    intro = f"Virtual host `{VHOST}`. Every queue is a quorum queue; its type is its only argument, everything else is policy.\n"
    intro += (
        "`huiying topology definitions` prints this as RabbitMQ definitions and `huiying topology apply` brings a broker to it.\n"
    )
    parts = ["# The broker\n", intro, _drawing(), "## Exchanges\n", _exchanges(), "## Queues\n", _queues(document)]
    parts += [
        "Each has its `<queue>.dead`. A message that fails for a reason that may pass rests in a retry queue and comes back:\n",
        _retries(),
    ]
    parts += ["## Policies\n", _policies(document), "## Users\n", _users(document)]
    return "\n".join(parts)


def _drawing() -> str:
    lines = ["flowchart LR", f"    events([{EVENTS}])", f"    departments([{DEPARTMENTS}])", f"    commands([{COMMANDS}])"]
    lines += [f"    {_short(exchange)}([{exchange}])" for exchange in PRIVATE.values()]
    lines += [f"    {service} --> {_short(exchange)}" for service in SERVICES for exchange in private_exchanges(service)]
    says = {service: ", ".join(f"{kind}.*" for kind in events_of(service)) for service in SERVICES if PUBLISHES[service]}
    lines += [f'    {service} -- "{kinds}" --> events' for service, kinds in says.items()]
    lines += [f"    {service} --> departments" for service in ("routing", "notify")]
    for queue in SERVICE_QUEUES:
        name, service = queue.name.replace(".", "_"), queue.name.split(".")[0]
        lines += [f'    {_short(queue.exchange)} -- "{", ".join(queue.consumes)}" --> {name}[["{queue.name}"]] --> {service}']
        lines += [f"    {_short(exchange)} --> {name}" for exchange, _ in queue.bindings if exchange != queue.exchange]
    lines += ['    departments --> own[["department.code"]] --> program["program of a department"]']
    lines += ['    program -- "code.verb" --> commands']
    return "```mermaid\n" + "\n".join(lines) + "\n```\n"


def _short(exchange: str) -> str:
    return exchange.rpartition(".")[2]


def _exchanges() -> str:
    rests = {delay.exchange: "rests a message for its time" for delay in RETRIES}
    rows = [(f"`{name}`", kind, (PURPOSES | rests)[name]) for name, kind in EXCHANGES.items()]
    return table(("exchange", "type", "what for"), rows)


def _queues(document: dict[str, Any]) -> str:
    work = [row["name"] for row in document["queues"] if not row["name"].endswith(".dead")]
    bindings = [row for row in document["bindings"] if row["destination"] in work]
    own = [row for row in bindings if row["routing_key"] != row["destination"] or row["source"] in (DEPARTMENTS, DELIVERIES)]
    rows = [
        (f"`{row['destination']}`", f"`{row['source']}`", f"`{row['routing_key']}`" if row["routing_key"] else "–") for row in own
    ]
    return table(("queue", "bound to", "with key"), rows)


def _retries() -> str:
    rows = [(f"`{delay.exchange}`", f"{delay.milliseconds / 1000:g} s", f"up to {delay.until_attempt}") for delay in RETRIES]
    return table(("exchange", "rests", "attempts"), rows)


def _policies(document: dict[str, Any]) -> str:
    rows = [
        (row["name"], f"`{row['pattern']}`", ", ".join(f"{key} {value}" for key, value in row["definition"].items()))
        for row in document["policies"]
    ]
    return table(("policy", "queues", "rules"), rows)


def _users(document: dict[str, Any]) -> str:
    topics = {(row["user"], row["exchange"]): row["write"] for row in document["topic_permissions"]}
    rows = []
    for row in document["permissions"]:
        keys = [
            f"{name.removeprefix('huiying.')}: `{topics[row['user'], name]}`"
            for name in (EVENTS, COMMANDS)
            if (row["user"], name) in topics
        ]
        rows.append(
            (f"`{row['user']}`", f"`{row['configure']}`", f"`{row['write']}`", f"`{row['read']}`", ", ".join(keys) or "any")
        )
    return table(("user", "configures", "writes", "reads", "routing keys"), rows)
