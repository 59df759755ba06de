"""The places of a session that can be booked."""

from tests.unit.notify.calling import Telephone
from tests.unit.notify.sessions.town import details, made


def test_an_announced_session_keeps_the_places_that_may_have_been_booked(call: Telephone) -> None:
    session = made(call, slots=3)
    path = f"/sessions/{session}"
    assert call("PUT", path, "office", details(slots=2))[0] == 200
    assert call("POST", f"{path}/announce", "office", {})[0] == 200
    told = call("PUT", path, "office", details(slots=1))[1]["errors"]
    assert told == {"slots": ["at least 2: they may have been booked since it was announced"]}
    assert call("PUT", path, "office", details(slots=4))[1]["slots"] == 4
