"""Which codes may be made, and what becomes of one. `station` is that of a caller who acts for one, and sees its own alone."""

from __future__ import annotations

from dataclasses import replace as changed
from typing import TYPE_CHECKING

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import NotAllowed, NotFound
from services.intake.domain.constituency.codes import UNKNOWN, CodeOrder, CodeState, Placement, PrintedCode

if TYPE_CHECKING:
    from services.intake.store.constituency.codes import CodeStore


def checked(order: CodeOrder, catalogue: Catalogue, station: str | None) -> CodeOrder:
    """An order as it is carried out; raises `Invalid`, and `NotAllowed` for another station's."""
    placement = order.placement
    if station is not None and placement.station is None:
        placement = changed(placement, station=station)
    if not may_keep(placement, station):
        raise NotAllowed("A station makes its own codes only.", {"station": [f"leave it out, or name {station}"]})
    return CodeOrder(placement.check(catalogue), order.many)


def may_keep(placement: Placement, station: str | None) -> bool:
    """Whether a caller may deal with codes for this."""
    return station is None or placement.station == station


def move(store: CodeStore, code: str, station: str | None, state: CodeState) -> PrintedCode:
    """Put a code up, or take it out of use for good."""
    found = _own(store, code, station)
    found.move(state, store.now)
    store.save(found)
    return found


def replace(store: CodeStore, code: str, station: str | None) -> PrintedCode:
    """Make another code that takes the place of one; returns that one."""
    found = _own(store, code, station)
    store.replace(found)
    return found


def _own(store: CodeStore, code: str, station: str | None) -> PrintedCode:
    found = store.load(code)
    if not may_keep(found.placement, station):
        raise NotFound(UNKNOWN)
    return found
