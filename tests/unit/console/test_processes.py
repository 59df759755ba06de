import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.console.embedded.starting.processes import Slot, birth_of, stop_all

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")
DEAF = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
)

#: Seconds for what takes a moment on an idle machine.
PATIENCE = 60.0


@pytest.fixture
def slot(tmp_path: Path) -> Slot:
    return Slot(tmp_path / "run" / "thing.pid")


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """What a shell starts in the background ignores SIGINT; in the block it is heard all the same."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def start(slot: Slot, argv: tuple[str, ...]) -> int:
    return slot.start(argv, {}, slot.path.parent / "thing.log")


def test_a_process_is_known_by_its_pid_file_from_anywhere(slot: Slot) -> None:
    pid = start(slot, SLEEP)
    assert Slot(slot.path).pid() == pid
    assert stop_all([slot], PATIENCE) == []
    assert slot.pid() is None


def test_whoever_is_told_to_end_while_it_starts_something_ends_with_that_written_down(
    slot: Slot, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Told(subprocess.Popen[bytes]):
        """Somebody asks for the end before the new process is known."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(subprocess, "Popen", Told)
    with interruptible():
        with pytest.raises(KeyboardInterrupt):
            start(slot, SLEEP)
        pid = slot.pid()
        assert pid is not None
        assert stop_all([slot], PATIENCE) == []
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_a_killed_process_is_seen_to_be_gone(slot: Slot) -> None:
    pid = start(slot, SLEEP)
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert slot.pid() is None


def test_a_child_that_was_seen_to_have_ended_is_reaped(slot: Slot) -> None:
    pid = start(slot, (sys.executable, "-c", ""))
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert slot.pid() is None
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def test_a_pid_that_now_belongs_to_a_stranger_is_not_believed(slot: Slot) -> None:
    slot.path.parent.mkdir()
    slot.path.write_text(f"{os.getpid()} somebody-elses-birth\n")
    assert slot.pid() is None
    assert stop_all([slot], 0.1) == []


@pytest.mark.parametrize("text", ["", "12", "nonsense", "x y", "999999999 b"])
def test_a_pid_file_that_says_nothing_is_nobody(slot: Slot, text: str) -> None:
    slot.path.parent.mkdir()
    slot.path.write_text(text)
    assert slot.pid() is None


@pytest.mark.slow
def test_who_does_not_listen_is_killed(slot: Slot) -> None:
    start(slot, DEAF)
    log = slot.path.parent / "thing.log"
    end = time.monotonic() + PATIENCE
    while "deaf" not in log.read_text() and time.monotonic() < end:
        time.sleep(0.02)
    assert stop_all([slot], 0.3) == ["thing"]
    assert slot.pid() is None


def test_a_process_that_has_ended_but_was_not_asked_about_has_no_birth() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert birth_of(child.pid) is None


def test_a_birth_stays_the_same() -> None:
    assert birth_of(os.getpid()) == birth_of(os.getpid()) is not None
