"""The registers of deputies and groups: everybody reads them, the office keeps them."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial

from services.contracts.errors import NotFound
from services.contracts.people.callers import PUBLIC
from services.intake.app.constituency.telling import entrusting
from services.intake.app.context import ADMIN, Intake
from services.intake.domain.constituency.deputy import UNKNOWN_DEPUTY, Deputy, check_code
from services.intake.domain.constituency.group import UNKNOWN_GROUP, DeputyGroup
from services.intake.handlers.constituency import keeping
from services.intake.handlers.constituency.keeping import Expect
from services.intake.schemas.constituency.registers import (
    DeputyBody,
    DeputyPage,
    DeputyQuery,
    DeputyShape,
    GroupBody,
    GroupPage,
    GroupQuery,
    GroupShape,
)
from services.intake.store.constituency import registers
from services.intake.store.constituency.registers import RegisterStore
from services.intake.store.writing import IntakeStore
from services.runtime.input.queries import registered
from services.runtime.store.database import Transaction
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
LIST_COST, ONE_COST = 3, 1


@routes.get(f"{API}/deputies", access=PUBLIC, cost=LIST_COST, query=DeputyQuery, answers={200: DeputyPage})
def list_deputies(call: Call[Intake]) -> Answer:
    """List deputies by code, narrowed to a state, level, area, station or group."""
    asked, limit = call.query, call.query["limit"]
    wanted = {name: asked[name] for name in ("state", "level")}
    tied = {"areas": asked["area"], "stations": asked["station"], "groups": asked["group"] and (asked["group"],)}
    with call.service.database.reading() as connection:
        registered("group", asked["group"], partial(registers.find_group, connection))
        found = registers.deputies_page(connection, wanted, tied, read_cursor(asked["cursor"]), limit)
    return 200, page([asdict(each) for each in found], limit, "code")


@routes.get(f"{API}/deputies/<deputy>", access=PUBLIC, cost=ONE_COST, answers={200: DeputyShape}, versioned=True)
def read_deputy(call: Call[Intake]) -> Answer:
    """Read a deputy with what they show the public: identity, duties, promise, results."""
    with call.service.database.reading() as connection:
        found = registers.find_deputy(connection, call.path["deputy"])
    if found is None:
        raise NotFound(UNKNOWN_DEPUTY)
    return 200, asdict(found)


@routes.put(f"{API}/deputies/<deputy>", access=ADMIN, body=DeputyBody, answers={200: DeputyShape}, versioned=True)
def put_deputy(call: Call[Intake]) -> Answer:
    """Enter a deputy, or replace what the register says of one."""
    new = replace(call.body, code=check_code(call.path["deputy"]))
    return 200, asdict(call.service.database.write(lambda work: keep_deputy(call.service, work, new, call.expect)))


def keep_deputy(service: Intake, work: Transaction, new: Deputy, expect: Expect) -> Deputy:
    """Enter a deputy or a change of one within a transaction. Raises `Invalid`, `Conflict`, `Changed`."""
    return keeping.keep_deputy(entrusting(service, IntakeStore(work, service.vault)), new, expect)


@routes.get(f"{API}/groups", access=PUBLIC, cost=LIST_COST, query=GroupQuery, answers={200: GroupPage})
def list_groups(call: Call[Intake]) -> Answer:
    """List groups by code, with how many active deputies belong to each."""
    limit = call.query["limit"]
    with call.service.database.reading() as connection:
        found = registers.groups_page(connection, {"kind": call.query["kind"]}, read_cursor(call.query["cursor"]), limit)
        members = registers.active_deputies(connection, "groups", [each.code for each in found])
    return 200, page([_group(each, members.get(each.code, 0)) for each in found], limit, "code")


@routes.get(f"{API}/groups/<group>", access=PUBLIC, cost=ONE_COST, answers={200: GroupShape}, versioned=True)
def read_group(call: Call[Intake]) -> Answer:
    """Read a group; `GET /deputies?group=` has its members."""
    code = call.path["group"]
    with call.service.database.reading() as connection:
        found = registers.find_group(connection, code)
        members = registers.active_deputies(connection, "groups", [code])
    if found is None:
        raise NotFound(UNKNOWN_GROUP)
    return 200, _group(found, members.get(code, 0))


@routes.put(f"{API}/groups/<group>", access=ADMIN, body=GroupBody, answers={200: GroupShape}, versioned=True)
def put_group(call: Call[Intake]) -> Answer:
    """Enter a group, or replace what the register says of one."""
    new = replace(call.body, code=check_code(call.path["group"]))

    def unit(work: Transaction) -> Answer:
        kept = keep_group(call.service, work, new, call.expect)
        return 200, _group(kept, RegisterStore(work).members(kept.code))

    return call.service.database.write(unit)


def keep_group(service: Intake, work: Transaction, new: DeputyGroup, expect: Expect) -> DeputyGroup:
    """Enter a group or a change of one within a transaction. Raises `Invalid`, `Changed`."""
    return keeping.keep_group(RegisterStore(work), service.catalogue, new, expect)


def _group(group: DeputyGroup, members: int) -> dict[str, object]:
    return asdict(group) | {"members": members}
