"""The topology as RabbitMQ reads it: exchanges, queues, bindings, policies and what each user may touch.

Pure: department codes and password hashes in, the definitions out. They import unchanged into RabbitMQ 3.10 and 4.x,
which is why policies say `apply-to: queues` and no limit is negative.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.contracts.topology import (
    COMMANDS,
    DEAD,
    DELIVERIES,
    DEPARTMENTS,
    EVENTS,
    EXCHANGES,
    PUBLISHES,
    REQUEUE,
    RETRIES,
    SERVICE_QUEUES,
    SERVICES,
    UNROUTED,
    VHOST,
    Queue,
    dead_queue,
    department_queue,
    events_of,
    events_queue,
    looked_after,
    mark_queue,
    mark_queues,
    own_queues,
    private_exchanges,
    queues,
    watched,
)

Row = dict[str, Any]
#: The whole document by section, such as `queues`.
Definitions = dict[str, list[Row]]
ADMINISTRATOR, OPERATOR = "huiying", "ops"
NOTHING, ALL = "^$", ".*"
GIGABYTE = 1_000_000_000
#: Commands are handled faster than departments send them; beyond this something is wrong, and who sends is told by a nack.
MOST_COMMANDS, MOST_COMMAND_BYTES = 100_000, GIGABYTE
#: Where a service's own publishers write besides events and private messages; the consumers of every service park and retry.
WRITES: Mapping[str, tuple[str, ...]] = {"routing": (DEPARTMENTS,), "notify": (DEPARTMENTS,)}
_CODE = "[a-z][a-z0-9-]{1,39}"
_SAFE = {"overflow": "reject-publish", "dead-letter-strategy": "at-least-once"}


def department_user(code: str) -> str:
    """The broker user of a department."""
    return f"department-{code}"


def users(departments: Iterable[str]) -> tuple[str, ...]:
    """Every broker user there is, the administrator first."""
    return (ADMINISTRATOR, OPERATOR, *SERVICES, *map(department_user, departments))


def hash_password(password: str, salt: bytes) -> str:
    """A password as RabbitMQ stores it: base64 of a salt of 4 random bytes and SHA-512 of salt and password."""
    return base64.b64encode(salt + hashlib.sha512(salt + password.encode()).digest()).decode()


def password_hash(password: str) -> str:
    """A generated password's hash with a salt made from it: the same every time, so that a broker can see that nothing changed.

    The password is random already, so no two hashes are the same.
    """
    return hash_password(password, hashlib.sha256(password.encode()).digest()[:4])


def definitions(departments: Sequence[str], hashes: Mapping[str, str]) -> Definitions:
    """The whole definitions document. Users without a hash in `hashes` are left out, and so are their permissions."""
    known = [name for name in users(departments) if name in hashes]
    return {
        "vhosts": [{"name": VHOST}],
        "users": [_user(name, hashes[name]) for name in known],
        "permissions": [row for name in known for row in _permissions(name)],
        "topic_permissions": [row for name in known for row in _topic_permissions(name)],
        "policies": list(_policies()),
        "exchanges": [_exchange(name, kind) for name, kind in EXCHANGES.items()],
        "queues": [_queue(name) for name in _queue_names(departments)],
        "bindings": list(_bindings(departments)),
    }


def _user(name: str, password_hash: str) -> Row:
    tags = {ADMINISTRATOR: ["administrator"], OPERATOR: ["management"]}.get(name, [])
    limits = {"max-connections": 50, "max-channels": 200} if name.startswith("department-") else {}
    algorithm = "rabbit_password_hashing_sha512"
    return {"name": name, "password_hash": password_hash, "hashing_algorithm": algorithm, "tags": tags, "limits": limits}


def _one_of(names: Iterable[str]) -> str:
    # Patterns are searched, not matched, so an open end would let `water` read the queue of `water-supply`.
    return f"^({'|'.join(name.replace('.', '[.]') for name in names)})$"


def _rights(name: str) -> tuple[str, str, str]:
    if name == ADMINISTRATOR:
        return ALL, ALL, ALL
    if name == OPERATOR:
        return NOTHING, _one_of([REQUEUE]), f"^(.*[.]dead|{UNROUTED.replace('.', '[.]')})$"
    if name in SERVICES:
        consumes = [*own_queues(name)]
        failed = [*(delay.exchange for delay in RETRIES), DEAD, DELIVERIES]
        publishes = [EVENTS] if PUBLISHES[name] else []
        consumes += [mark_queue(name)] if PUBLISHES[name] else []
        return (
            NOTHING,
            _one_of([*publishes, *WRITES.get(name, ()), *private_exchanges(name), *failed, *_counted(name)]),
            _one_of(consumes),
        )
    code = name.removeprefix("department-")
    return NOTHING, _one_of([COMMANDS]), _one_of([department_queue(code)])


def _counted(service: str) -> tuple[str, ...]:
    """The queues of which a service tells how much they hold, beside those that it reads.

    RabbitMQ tells that since 4.3.1 to those who have any right on the queue. The right to write is the least: it lets nobody read,
    empty or delete, and publishing goes by the rights on exchanges.
    """
    seen = (*watched(service, [_CODE]), *looked_after(service, [_CODE]))
    return tuple(name for name in seen if name not in own_queues(service))


def _permissions(name: str) -> list[Row]:
    configure, write, read = _rights(name)
    return [{"user": name, "vhost": VHOST, "configure": configure, "write": write, "read": read}]


def _topic_permissions(name: str) -> list[Row]:
    # Without a row for an exchange everything is allowed there, so everybody gets one for both topic exchanges.
    if name == ADMINISTRATOR:
        return []
    kinds = events_of(name)
    events = f"^({'|'.join(kinds)})[.]" if kinds else NOTHING
    code = name.removeprefix("department-")
    commands = f"^{code}[.][a-z]+$" if name.startswith("department-") else NOTHING
    writes = {EVENTS: events, COMMANDS: commands}
    return [{"user": name, "vhost": VHOST, "exchange": e, "write": w, "read": NOTHING} for e, w in writes.items()]


def _policies() -> Iterable[Row]:
    dead_lettered = {**_SAFE, "dead-letter-exchange": DEAD, "max-length": 2_000_000, "max-length-bytes": 8 * GIGABYTE}
    for queue in SERVICE_QUEUES:
        # An event carries its own routing key, but the dead queue is bound by the name of the queue it belongs to.
        given_up = {**dead_lettered, "delivery-limit": 10, "dead-letter-routing-key": queue.name}
        if queue.exchange == COMMANDS:
            given_up |= {"max-length": MOST_COMMANDS, "max-length-bytes": MOST_COMMAND_BYTES}
        yield _policy(queue.name, _one_of([queue.name]), given_up)
    # A department's program is not ours: one that falls over on a message, or that is started a thousand times to look,
    # must not lose the assignment. Negative would mean no limit, but drops messages on 3.10.
    yield _policy("departments", f"^department[.]{_CODE}$", {**dead_lettered, "delivery-limit": 1_000_000})
    kept = {"overflow": "reject-publish", "max-length-bytes": 8 * GIGABYTE, "delivery-limit": 1_000_000}
    yield _policy("dead", f"^(.*[.]dead|{UNROUTED.replace('.', '[.]')})$", kept)
    marks = {"max-length": 1, "overflow": "drop-head"}
    yield _policy("marks", _one_of(mark_queues()), marks)
    for delay in RETRIES:
        waits = {**_SAFE, "message-ttl": delay.milliseconds, "dead-letter-exchange": REQUEUE, "max-length-bytes": 2 * GIGABYTE}
        yield _policy(delay.exchange.removeprefix("huiying."), _one_of([delay.exchange]), waits)


def _policy(name: str, pattern: str, rules: Row) -> Row:
    return {"vhost": VHOST, "name": name, "pattern": pattern, "apply-to": "queues", "priority": 10, "definition": rules}


def _exchange(name: str, kind: str) -> Row:
    # Departments may forget `mandatory`; our own publishers use it, and an alternate exchange would swallow what comes back.
    arguments = {"alternate-exchange": UNROUTED} if name == COMMANDS else {}
    return {
        "name": name, "vhost": VHOST, "type": kind, "durable": True, "auto_delete": False, "internal": False,
        "arguments": arguments,
    }  # fmt: skip


def _queue(name: str) -> Row:
    # Arguments can never be changed and policies can, so the type is the only argument.
    return {"name": name, "vhost": VHOST, "durable": True, "auto_delete": False, "arguments": {"x-queue-type": "quorum"}}


def _queue_names(departments: Sequence[str]) -> list[str]:
    work = [queue.name for queue in queues(departments)]
    return [*work, *map(dead_queue, work), *(delay.exchange for delay in RETRIES), UNROUTED, *mark_queues()]


def _bindings(departments: Sequence[str]) -> Iterable[Row]:
    for queue in queues(departments):
        yield from _bindings_of(queue)
    for name in (*(delay.exchange for delay in RETRIES), UNROUTED):
        yield _binding(name, name, "")
    for name in (*map(events_queue, SERVICES), *mark_queues()):
        yield _binding(DELIVERIES, name, name)


def _bindings_of(queue: Queue) -> Iterable[Row]:
    for exchange, pattern in queue.bindings:
        yield _binding(exchange, queue.name, pattern)
    yield _binding(DEAD, dead_queue(queue.name), queue.name)
    yield _binding(REQUEUE, queue.name, queue.name)


def _binding(source: str, queue: str, key: str) -> Row:
    return {
        "source": source, "vhost": VHOST, "destination": queue, "destination_type": "queue", "routing_key": key,
        "arguments": {},
    }  # fmt: skip
