"""What a department can do that handles a case beside the lead: the same verbs, in a smaller life of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from services.contracts.catalogue.model import Catalogue
from services.contracts.commands import Object, Progress, Reply, Sign
from services.contracts.lifecycle import CoState, Move, advance_co
from services.contracts.messages.assignments import AssignmentAdvised, AssignmentProgressed
from services.routing.handlers.assigning import Row
from services.routing.handlers.moves import note_objection, note_signature, signature

if TYPE_CHECKING:
    from services.routing.store import RoutingStore


def sign(store: RoutingStore, catalogue: Catalogue, row: Row, _: Sign) -> CoState:
    """签收: the department has it."""
    return note_signature(store, row, advance_co(CoState(row["state"]), Move.SIGN))


def object_(store: RoutingStore, catalogue: Catalogue, row: Row, command: Object) -> CoState:
    """退办申请: we have no part in this, they have; a supervisor will rule."""
    return note_objection(store, catalogue, row, command, advance_co(CoState(row["state"]), Move.OBJECT))


def progress(store: RoutingStore, catalogue: Catalogue, row: Row, command: Progress) -> CoState:
    """办理进展: an interim note."""
    state = advance_co(CoState(row["state"]), Move.PROGRESS)
    noted = AssignmentProgressed(row["id"], row["department"], command.content, row["role"], command.contact)
    store.publish_case(row["opinion"], noted)
    return state


def reply(store: RoutingStore, catalogue: Catalogue, row: Row, command: Reply) -> CoState:
    """协办意见: the opinion for the lead, or a separate handler's own answer. Who replies without having signed has signed with it.

    An outcome is the lead's to say, and a promise the lead's to make; neither is taken from here.
    """
    state = advance_co(CoState(row["state"]), Move.REPLY)
    on_time = store.now <= row["reply_by"]
    store.change(
        row["id"], state=state, signed=row["signed"] or store.now, replied=store.now, reply=command.content, on_time=on_time
    )
    advised = AssignmentAdvised(row["id"], row["department"], row["lead"], row["role"], command.content, row["reply_by"], on_time)
    store.publish_case(row["opinion"], *signature(store, row), advised)
    return state


CO_MOVES: Mapping[str, Callable[[RoutingStore, Catalogue, Row, Any], CoState]] = {
    "sign": sign, "object": object_, "progress": progress, "reply": reply,
}  # fmt: skip
