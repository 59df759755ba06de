"""`up` starts what does not run and nothing else; `down` stops all of it, soon, and leaves nobody behind."""

import time

from services.console.embedded.processes import birth_of, listens
from tests.patience import limit
from tests.system.installation import PROCESSES, Installation


def test_up_twice_changes_nothing(calm):
    calm.up()
    before, address_book = calm.pids(), (calm.var / "huiying.env").read_text()
    assert set(before) == set(PROCESSES)
    calm.up()
    assert calm.pids() == before
    assert (calm.var / "huiying.env").read_text() == address_book


def test_the_address_book_is_for_its_owner_only(calm):
    assert (calm.var / "huiying.env").stat().st_mode & 0o777 == 0o600


def test_down_stops_everything_within_twenty_seconds_and_up_finds_what_was_kept():
    made = Installation("catalogue.yml")
    try:
        place = made.up()
        submitted, pids = place.submit(title="桥面有坑"), made.pids()
        started = time.monotonic()
        made.run("down")
        assert time.monotonic() - started < limit(20.0, 120.0)
        assert made.pids() == {}
        assert [name for name, pid in pids.items() if birth_of(pid) is not None] == []
        assert [port for port in made.ports if listens(port)] == []
        made.run("down")

        place = made.up()
        assert place.receipt(submitted)["title"] == "桥面有坑"
        assert made.pids().keys() == pids.keys()
    finally:
        made.remove()
    assert not made.var.exists()
