"""What came in through a station, for its people and its informants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from services.intake.app.constituency.entrusting import STARTING
from services.intake.app.context import Intake
from services.intake.schemas.constituency.entrusting import BroughtPage
from services.intake.store.constituency.brought import BroughtOpinion, brought_by
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import Page, page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()


@routes.get(f"{API}/station/opinions", access=STARTING, query=Page, answers={200: BroughtPage})
def list_brought(call: Call[Intake]) -> Answer:
    """List what came through the caller's station and where it stands, the newest first."""
    limit = call.query["limit"]
    return 200, page([asdict(each) for each in brought(call, call.query["cursor"], limit)], limit, "opinion")


def brought(call: Call[Intake], cursor: str | None, limit: int) -> Sequence[BroughtOpinion]:
    """What came through the caller's station, one more than `limit`."""
    with call.service.database.reading() as connection:
        return brought_by(connection, call.caller.station or "", read_cursor(cursor), limit)
