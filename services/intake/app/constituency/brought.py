"""What came in through stations: for the people and the informants of one, and for the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from services.contracts.errors import NotAllowed
from services.contracts.people.callers import OFFICE
from services.intake.app.constituency.entrusting import STARTING
from services.intake.app.context import Intake
from services.intake.schemas.constituency.entrusting import BroughtPage, BroughtQuery
from services.intake.store.constituency.brought import BroughtOpinion, brought_by
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()


@routes.get(f"{API}/station/opinions", access=STARTING | OFFICE, query=BroughtQuery, answers={200: BroughtPage})
def list_brought(call: Call[Intake]) -> Answer:
    """List what came through the caller's station and where it stands, the newest first; the office sees all, or those it names."""
    limit, own, asked = call.query["limit"], call.caller.station, call.query["station"]
    if own is not None and asked is not None and set(asked) != {own}:
        raise NotAllowed("A station sees its own only.", {"station": [f"leave it out, or ask for {own}"]})
    found = brought(call, (own,) if own is not None else asked, call.query["cursor"], limit)
    return 200, page([asdict(each) for each in found], limit, "opinion")


def brought(call: Call[Intake], stations: Sequence[str] | None, cursor: str | None, limit: int) -> Sequence[BroughtOpinion]:
    """What came through some stations, or any, one more than `limit`."""
    with call.service.database.reading() as connection:
        return brought_by(connection, stations, read_cursor(cursor), limit)
