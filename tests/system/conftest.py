"""The system these tests run against: the one that HUIYING_URL, HUIYING_BROKER_URL and HUIYING_ADMIN_TOKEN name, else an
embedded one of their own with the fast catalogue, which is gone afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from services.runtime.settings import inherited
from tests.sharing import share
from tests.system.installation import Installation
from tests.system.mailbox import Mailbox
from tests.system.place import Place

#: Submissions a minute from one place on the strict system.
LIMIT = 30
NAMES = ("HUIYING_URL", "HUIYING_BROKER_URL", "HUIYING_ADMIN_TOKEN")
MakeMailbox = Callable[..., Mailbox]
#: The systems that run, by their fixtures.
_shared: dict[str, Installation] = {}


def _given() -> Place | None:
    found = inherited(*NAMES)
    if not found:
        return None
    missing = [name for name in NAMES if not found.get(name)]
    if missing:
        pytest.fail(f"set {', '.join(missing)} too, or none of {', '.join(NAMES)}", pytrace=False)
    return Place(found["HUIYING_URL"].rstrip("/"), found["HUIYING_BROKER_URL"], found["HUIYING_ADMIN_TOKEN"])


@contextmanager
def alone(catalogue: str, **settings: str) -> Iterator[Installation]:
    """A system that was never started; skips where the tests are given one from outside."""
    if _given() is not None:
        pytest.skip("needs the processes themselves, which are out of reach at another address")
    made = Installation(catalogue, **settings)
    try:
        yield made
    finally:
        made.remove()
        assert not made.var.exists()


def _own(name: str, catalogue: str, **settings: str) -> Iterator[Installation]:
    with alone(catalogue, **settings) as made:
        _shared[name] = made
        made.up()
        yield made


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Among several processes a system ends with the last test that shares it, instead of idling beside all that come after."""
    name = share(item.nodeid)
    if hasattr(item.config, "workerinput") and (nextitem is None or share(nextitem.nodeid) != name) and name in _shared:
        _shared.pop(name).remove()


@pytest.fixture(scope="package")
def fast() -> Iterator[Installation]:
    """An embedded system with seconds for days."""
    yield from _own("fast", "catalogue.fast.yml")


@pytest.fixture(scope="package")
def calm() -> Iterator[Installation]:
    """An embedded system whose deadlines are days away, so that nothing is said but what a test causes."""
    yield from _own("calm", "catalogue.yml")


@pytest.fixture(scope="package")
def strict() -> Iterator[Installation]:
    """An embedded system that restarts what dies and exempts nobody from the limits."""
    settings = {"HUIYING_KEEP": "yes", "HUIYING_UNTHROTTLED": "none", "HUIYING_SUBMISSIONS_A_MINUTE": str(LIMIT)}
    yield from _own("strict", "catalogue.yml", **settings)


@pytest.fixture
def idle() -> Iterator[Installation]:
    """An embedded system that was never started."""
    with alone("catalogue.yml") as made:
        yield made


@pytest.fixture(scope="package")
def place(request: pytest.FixtureRequest) -> Place:
    """The running system."""
    given = _given()
    return given if given is not None else request.getfixturevalue("fast").place()


@pytest.fixture
def mailbox(place: Place) -> Iterator[MakeMailbox]:
    """Opens departments' queues: `mailbox("water", "roads")`, of all departments without a name."""
    opened: list[Mailbox] = []

    def open_(*departments: str) -> Mailbox:
        opened.append(made := Mailbox(place.broker_url))
        return made.open(departments or place.departments())

    yield open_
    for made in opened:
        made.settle(0.1)
        made.channel.connection.close()


@pytest.fixture
def ear(place: Place) -> Iterator[Mailbox]:
    """Hears every event the services say."""
    with Mailbox(place.broker_url) as made:
        yield made.listen("#")
