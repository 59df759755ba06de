"""A small disk of its own for one store, which can be filled to the last byte."""

from __future__ import annotations

import errno
import os
import subprocess
import time
from pathlib import Path

BYTES = 1_000_000_000
BALLAST, CHUNK, PIECE = "ballast", 16 << 20, 4096
BUSY_SECONDS = 10.0


class CannotMount(Exception):
    """This machine lets nobody mount; the text says what to do."""


class Volume:
    """A file system in memory, mounted at a folder until it is removed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        options = f"size={BYTES},mode=700,uid={os.getuid()},gid={os.getgid()}"
        said = _as_root("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder))
        if said:
            raise CannotMount(f"A full disk needs one of its own, which cannot be mounted here ({said}): run as root or with sudo")

    def fill(self) -> None:
        """Leave not a byte; also when it was full before and is not any more."""
        ballast = os.open(self.folder / BALLAST, os.O_WRONLY | os.O_CREAT)
        try:
            for piece in (CHUNK, PIECE):
                self._grow(ballast, piece)
        finally:
            os.close(ballast)

    @staticmethod
    def _grow(file: int, piece: int) -> None:
        """Make a file longer, a piece at a time, until no whole piece is left: who asks for more than there is gets nothing."""
        try:
            while True:
                os.posix_fallocate(file, os.fstat(file).st_size, piece)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise

    def empty(self) -> None:
        """Take the ballast away."""
        (self.folder / BALLAST).unlink(missing_ok=True)

    def remove(self) -> None:
        """Unmount it, once nobody is there any more; at the latest it goes with the last who is."""
        end = time.monotonic() + BUSY_SECONDS
        while _as_root("umount", str(self.folder)):
            if time.monotonic() > end:
                _as_root("umount", "--lazy", str(self.folder))
                return
            time.sleep(0.2)


def _as_root(*command: str) -> str:
    """Run a command as root; returns what it complains of, nothing when all is well."""
    sudo = () if os.geteuid() == 0 else ("sudo", "-n")
    try:
        done = subprocess.run([*sudo, *command], capture_output=True, text=True, timeout=30, check=False)
    except FileNotFoundError as error:
        return str(error)
    return (done.stderr.strip() or "it failed").splitlines()[0] if done.returncode else ""
