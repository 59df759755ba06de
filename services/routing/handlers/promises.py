"""承诺: what departments promise, keep and break."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.commands import Keep
from services.contracts.errors import Retry
from services.contracts.lifecycle import Move, State, advance, allowed_moves
from services.contracts.messages.supervision import PromiseBroken, PromiseKept, PromiseMade, SupervisionResolved
from services.contracts.messages.values import Promise
from services.routing import domain
from services.routing.handlers.assigning import Row
from services.routing.handlers.closing import reopen

if TYPE_CHECKING:
    from services.routing.store import RoutingStore

log = structlog.get_logger()


def named(promised: Promise, catalogue: Catalogue, department: str) -> Promise:
    """The promise with a name: the department's own where nobody else is named."""
    return Promise(promised.what, promised.due, promised.who or stored.department(catalogue, department).name)


def promise(
    store: RoutingStore, catalogue: Catalogue, row: Row, promises: Sequence[Promise], supervision: str | None = None
) -> list[PromiseMade]:
    """Store promises made for an assignment; returns what is to be said of them."""
    made = []
    for each in (named(found, catalogue, row["department"]) for found in promises):
        promise_id = store.promises.add(row, each, supervision)
        made.append(PromiseMade(row["id"], row["department"], each.what, each.due, each.who, promise_id))
    return made


def keep(store: RoutingStore, catalogue: Catalogue, row: Row, command: Keep) -> State:
    """承诺兑现: done, with evidence; the submitter is asked again."""
    state = advance(State(row["state"]), Move.KEEP)
    kept = domain.promise_kept(command, store.promises.of(row["id"]))
    window = domain.evaluation_window(catalogue, domain.terms(catalogue, row), store.now)
    store.promises.change(kept["id"], state=domain.KEPT, kept=store.now, evidence=command.evidence)
    if state.is_answered:
        store.change(row["id"], evaluate_by=window)
    on_time = store.now <= kept["due"]
    facts = (row["id"], row["department"], kept["id"], kept["what"], command.evidence, kept["due"], on_time, window)
    store.publish_case(row["opinion"], PromiseKept(*facts))
    return state


def break_overdue(store: RoutingStore, catalogue: Catalogue, due: Sequence[Row]) -> None:
    """承诺失信: promises (id, assignment) that are past due without having been kept."""
    store.hold_cases_of([each["assignment"] for each in due])
    for each in due:
        row = store.assignment(each["assignment"])
        # Read again, now that the case is held: the department may have been faster.
        still = [found for found in store.promises.of(each["assignment"]) if found["id"] == each["id"]]
        if row is not None and still[0]["state"] == domain.OPEN:
            _break(store, catalogue, row, still[0])


def _break(store: RoutingStore, catalogue: Catalogue, row: Row, broken: Row) -> None:
    moves = allowed_moves(State(row["state"]))
    if Move.KEEP not in moves:
        store.promises.change(broken["id"], state=domain.RELEASED)
        return
    store.promises.change(broken["id"], state=domain.BROKEN)
    facts = (row["id"], row["department"], broken["id"], broken["what"], broken["due"])
    store.publish_case(row["opinion"], PromiseBroken(*facts))
    if Move.REOPEN in moves:
        reopen(store, catalogue, row, broken["what"], "promise")


def consume_resolved(store: RoutingStore, catalogue: Catalogue, message: SupervisionResolved) -> None:
    """A supervision has ended with a promise, which is tracked as one made in a reply is."""
    if message.promise is None:
        return
    row = store.assignment(message.assignment)
    if row is None:
        raise Retry(f"a promise for an assignment not known yet: {message.assignment}")
    if row["role"] != "lead" or Move.KEEP not in allowed_moves(State(row["state"])):
        log.warning("promise_without_a_case", assignment=row["id"], state=row["state"], supervision=message.supervision)
        return
    store.publish_case(row["opinion"], *promise(store, catalogue, row, [message.promise], message.supervision))
