"""`up` starts what does not run and nothing else; `down` stops all of it, soon, and leaves nobody behind."""

import time

from services.console.embedded.starting.processes import birth_of, listens
from tests.patience import limit
from tests.system.installation import PROCESSES


def test_up_twice_changes_nothing(strict):
    before, address_book = strict.pids(), (strict.var / "huiying.env").read_text()
    assert set(before) == set(PROCESSES)
    strict.up()
    assert strict.pids() == before
    assert (strict.var / "huiying.env").read_text() == address_book


def test_the_address_book_is_for_its_owner_only(strict):
    assert (strict.var / "huiying.env").stat().st_mode & 0o777 == 0o600


def test_down_stops_everything_within_twenty_seconds_and_up_finds_what_was_kept(strict):
    submitted, pids = strict.place().submit(title="桥面有坑", channel="hotline"), strict.pids()
    started = time.monotonic()
    strict.run("down")
    assert time.monotonic() - started < limit(20.0, 120.0)
    assert strict.pids() == {}
    assert strict.still_running() == []
    assert [name for name, pid in pids.items() if birth_of(pid) is not None] == []
    assert [port for port in strict.ports if listens(port)] == []
    strict.run("down")

    place = strict.up()
    assert place.receipt(submitted)["title"] == "桥面有坑"
    assert strict.pids().keys() == pids.keys()
