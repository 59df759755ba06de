"""Whatever is said is said by one service and heard by somebody; every queue is served."""

from __future__ import annotations

import ast
import functools
import importlib
from pathlib import Path

import pytest

from docs.generator.product import GOLDEN, ROOT, assemblies, matches, publishers, queues_consuming
from services.contracts.definitions import definitions, users
from services.contracts.envelope import decode
from services.contracts.lifecycle import FIRST, TRANSITIONS, State
from services.contracts.messages.registry import MESSAGES, REGISTRY
from services.contracts.messages.values import Message
from services.contracts.topology import EVENTS, EXCHANGES, PUBLISHES, SERVICE_QUEUES, SERVICES, Queue, destinations
from tests.cells import each_of

every_message = each_of(("shape",), [(shape,) for shape in MESSAGES], [shape.TYPE for shape in MESSAGES])


def calls(folder: Path) -> list[ast.Call]:
    """Every call in the files of a folder."""
    trees = [ast.parse(path.read_text()) for path in sorted(folder.rglob("*.py"))]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]


@functools.cache
def names_called(service: str) -> set[str]:
    """The names that a service calls as functions."""
    return {call.func.id for call in calls(ROOT / "services" / service) if isinstance(call.func, ast.Name)}


def test_every_queue_of_the_topology_has_a_consumer_and_no_consumer_hears_another() -> None:
    heard = {subscription.queue: name for name, assembly in assemblies().items() for subscription in assembly.subscriptions(None)}
    assert heard == {queue.name: queue.name.split(".")[0] for queue in SERVICE_QUEUES}


def test_the_table_of_sayers_has_the_services_and_every_kind_of_message_once() -> None:
    kinds = [kind for service in SERVICES for kind in PUBLISHES[service]]
    assert set(PUBLISHES) == set(SERVICES)
    assert sorted(kinds) == sorted({shape.TYPE.split(".")[0] for shape in MESSAGES})


@every_message
def test_a_message_is_made_by_its_sayer_and_by_nobody_else(shape: type[Message]) -> None:
    assert [service for service in SERVICES if shape.__name__ in names_called(service)] == publishers(shape)


@every_message
def test_a_message_is_heard_by_somebody(shape: type[Message]) -> None:
    assert queues_consuming(shape)


@every_message
def test_a_message_s_name_and_type_say_the_same(shape: type[Message]) -> None:
    assert shape.__name__ == "".join(part.capitalize() for part in shape.TYPE.split("."))


@pytest.mark.parametrize("queue", [queue for queue in SERVICE_QUEUES if queue.exchange == EVENTS], ids=lambda queue: queue.name)
def test_every_binding_of_a_queue_hears_at_least_one_message(queue: Queue) -> None:
    for pattern in queue.consumes:
        assert any(matches(pattern, f"{shape.TYPE}.key") for shape in MESSAGES), pattern


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_handles_reaches_its_queue(service: str) -> None:
    consumer = importlib.import_module(f"services.{service}.consumer")
    for shape in getattr(consumer, "HANDLERS", {}):
        assert f"{service}.events" in queues_consuming(shape)


@every_message
def test_a_message_has_a_golden_file_that_can_be_read_and_is_routed_where_it_is_heard(shape: type[Message]) -> None:
    event = decode((GOLDEN / f"{shape.TYPE}.json").read_bytes())
    assert type(event.data) is shape
    for exchange, key in destinations(event.data):
        queues = [queue for queue in SERVICE_QUEUES if queue.exchange == exchange and exchange == EVENTS]
        assert exchange in EXCHANGES
        assert not queues or any(matches(pattern, key) for queue in queues for pattern in queue.consumes)


def test_every_golden_file_belongs_to_a_message() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(REGISTRY)


def test_the_definitions_have_exactly_the_exchanges_of_the_table_and_a_dead_queue_for_every_work_queue() -> None:
    document = definitions(("water",), dict.fromkeys(users(("water",)), "hash"))
    names = {row["name"] for row in document["queues"]}
    assert {row["name"]: row["type"] for row in document["exchanges"]} == dict(EXCHANGES)
    assert {f"{queue.name}.dead" for queue in SERVICE_QUEUES} | {"department.water.dead"} <= names
    assert {row["source"] for row in document["bindings"]} == set(EXCHANGES)


def moves_made(service: str) -> set[str]:
    """The moves that a service makes: the second argument of each `advance(state, Move.X)`, and of what holders of receipts do."""
    made = [
        call.args[1]
        for call in calls(ROOT / "services" / service)
        if isinstance(call.func, ast.Name) and call.func.id in ("advance", "moved_by_holder")
    ]
    return {move.attr for move in made if isinstance(move, ast.Attribute)}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_makes_the_moves_that_the_life_cycle_gives_it_and_no_others(service: str) -> None:
    assert moves_made(service) == {row.move.name for row in TRANSITIONS if row.owner == service}


def test_every_state_is_reached_and_every_case_can_end() -> None:
    forwards = {state: {row.to for row in TRANSITIONS if row.state is state} for state in State}
    assert closure({FIRST}, forwards) == set(State)
    assert all(any(reached.is_closed for reached in closure({state}, forwards)) for state in State)


def closure(states: set[State], leads_to: dict[State, set[State]]) -> set[State]:
    """All states that can be reached from some."""
    found: set[State] = set()
    while states:
        found |= states
        states = {after for state in states for after in leads_to[state]} - found
    return found
