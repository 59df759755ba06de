"""What tests stand on: a clock that stands still, stores in a temporary folder, a private broker and a private PostgreSQL.

A missing broker or PostgreSQL fails where CI=true and skips, saying so, elsewhere. Whatever is started is stopped by its pid.
"""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

import psutil
import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import engine

from benchmarks.cluster import ClusterMissing, PrivateCluster
from services.console.embedded.node import NodeFailed, PrivateNode, free_broker_port
from services.contracts.definitions import definitions
from services.runtime.clock import ZONE, FixedClock
from services.runtime.settings import inherited
from services.runtime.store.database import Database
from tests.compiled import share_statements
from tests.faults.volume import CannotMount, Volume
from tests.rabbit import Rabbit
from tests.rewriting import rewrite_part
from tests.sharing import Sharing, rank
from tests.stores import MakeDatabase, Templates

# What is loaded and collected stays: looking for garbage among it takes a second.
gc.disable()
#: New objects, and collections of younger ones, after which the collector of garbage looks for some.
RARELY = (20_000, 50, 100)
UNIT = Path(__file__).parent / "unit"
#: A file system without a disk, and the memory that has to be free for it.
IN_MEMORY, ENOUGH = Path("/dev/shm"), 8 << 30
#: The departments whose queues the test broker has.
DEPARTMENTS = ("health", "roads", "water")
START = datetime(2026, 11, 23, 9, 30, tzinfo=ZONE)
# The default draws every traceback with its locals, which takes seconds.
structlog.configure(
    processors=[structlog.processors.add_log_level, structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()]
)
# A property that fails says so within seconds: looking for a smaller example may take minutes, until the whole run is stopped.
# Where CI=true there is no such search, no database of examples, and the same ones come every time.
engine.MAX_SHRINKING_SECONDS = 10
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.target)
# How long an example takes is the machine's affair: on a loaded one the default limit of 200 ms fails what is right.
settings.register_profile(
    "any machine", deadline=None, print_blob=True, report_multiple_bugs=False, phases=(*PHASES, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
settings.register_profile("CI", settings.get_profile("any machine"), phases=PHASES, database=None, derandomize=True)
# `make test-fast` asks for it by name: a property that does not hold for one of a few examples is found while one still types.
settings.register_profile("inner loop", settings.get_profile("any machine"), max_examples=15)
settings.load_profile("CI" if inherited("CI").get("CI") == "true" else "any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="rewrite the golden files instead of comparing with them")
    parser.addoption("--pictures", action="store_true", help="leave pictures of every page in every look")


def pytest_configure() -> None:
    # Stores, brokers and copies of stores wait for a disk half of their time; what is thrown away needs none.
    if not inherited("TMPDIR") and has_room(IN_MEMORY):
        tempfile.tempdir = os.environ["TMPDIR"] = str(IN_MEMORY)  # noqa: TID251


def has_room(folder: Path) -> bool:
    """Whether a folder can be used for everything that tests write and start."""
    if not folder.is_dir():
        return False
    found = os.statvfs(folder)
    free = min(found.f_bavail * found.f_frsize, psutil.virtual_memory().available)
    return free >= ENOUGH and not found.f_flag & os.ST_NOEXEC


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing | None:
    return Sharing(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection(session: pytest.Session) -> None:
    worker = getattr(session.config, "workerinput", None)
    if worker:
        rewrite_part(session.config, int(worker["workerid"].removeprefix("gw")), worker["workercount"])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank(item.nodeid))
    for item in items:
        if UNIT in item.path.parents:
            item.add_marker(pytest.mark.disable_socket)


def absent(reason: str) -> NoReturn:
    """Fail where the tests have to be whole, skip on a developer's machine."""
    if inherited("CI").get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def pytest_collection_finish() -> None:
    # What is loaded by now stays to the end: nobody has to look for garbage in it again and again. What a test makes is gone when
    # it ends, nearly all of it without the collector, which by default looks a hundred times as often as there is anything to find.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARELY)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Stores share what their statements compile to."""
    with pytest.MonkeyPatch.context() as patch:
        share_statements(patch)
        yield


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def own_time(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Gives one module a `time` with functions of the test's: `own_time(module, sleep=…)`. Other threads keep the real one."""

    def replace(module: ModuleType, **functions: Callable[..., Any]) -> None:
        monkeypatch.setattr(module, "time", SimpleNamespace(**{**vars(time), **functions}))

    return replace


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """Migrated stores to copy."""
    return Templates(tmp_path_factory.mktemp("templates"), FixedClock(START))


@pytest.fixture
def sqlite_database(tmp_path: Path, clock: FixedClock, templates: Templates) -> Iterator[MakeDatabase]:
    """Makes a migrated SQLite store: `sqlite_database(name, *folders)`; the runtime's own tables are always there."""
    with contextlib.ExitStack() as opened:

        def make(name: str = "test", *folders: Path) -> Database:
            database = Database(templates.copy_file(tmp_path / f"{name}.db", name, folders), name, clock)
            opened.callback(database.close)
            return database

        yield make


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivateCluster]:
    """A private PostgreSQL cluster; `create()` gives the URL of a fresh database."""
    try:
        cluster = PrivateCluster()
    except ClusterMissing as error:
        absent(str(error))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def disk() -> Iterator[Volume]:
    """A disk of its own that can be filled to the last byte, and that PostgreSQL's user may use."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o711)
    try:
        made = Volume(folder / "disk")
    except CannotMount as error:
        pytest.skip(str(error))
    made.folder.chmod(0o711)
    yield made
    made.remove()
    shutil.rmtree(folder)


@pytest.fixture
def postgres_database(postgres: PrivateCluster, clock: FixedClock, templates: Templates) -> Iterator[MakeDatabase]:
    """Makes a migrated PostgreSQL store: `postgres_database(name, *folders)`."""
    with contextlib.ExitStack() as opened:

        def make(name: str = "test", *folders: Path) -> Database:
            database = Database(templates.copy_database(postgres, name, folders), name, clock)
            opened.callback(database.close)
            return database

        yield make


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest) -> MakeDatabase:
    """The factory of either kind of store: what uses this runs on both."""
    kind = {"sqlite": "sqlite_database", "postgresql": "postgres_database"}[request.param]
    make: MakeDatabase = request.getfixturevalue(kind)
    return make


def stop_for_good(node: PrivateNode) -> None:
    """End a node and remove what it kept."""
    pid = node.pid()
    # Its own way takes seconds, in which it writes what nobody will read.
    node.kill()
    node.stop()
    if pid is not None:
        # Its other threads may outlive the first for a moment, in which it can neither be found nor reaped.
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert not node.running()
    shutil.rmtree(node.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def broker() -> Iterator[PrivateNode]:
    """A private RabbitMQ node with the whole topology and the queues of `DEPARTMENTS`."""
    folder = Path(tempfile.mkdtemp(prefix="huiying-broker-"))
    node = PrivateNode(folder, free_broker_port())
    try:
        try:
            node.start(definitions(DEPARTMENTS, {}))
        except NodeFailed as error:
            absent(str(error))
        yield node
    finally:
        stop_for_good(node)


@pytest.fixture
def rabbit(broker: PrivateNode) -> Iterator[Rabbit]:
    """The private node with empty queues; whatever the test changes is put back."""
    made = Rabbit(broker, DEPARTMENTS)
    yield made
    made.close()
