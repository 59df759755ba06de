"""Replaces the file of the catalogue by another text; what it said before is kept beside it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

DIGITS: Final = 12
#: The examples of the project: read, and never written to.
EXAMPLES: Final = Path(__file__).parents[3] / "deploy"


def digest_of(text: str) -> str:
    """Tells one catalogue from another: the beginning of the SHA-256 of its text."""
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def is_example(path: Path) -> bool:
    """Whether a file belongs to the project, which no place writes to."""
    return path.resolve().is_relative_to(EXAMPLES)


def written_at(path: Path) -> Path:
    """Where another text of this file belongs: where a link leads to. A link to an example is itself replaced."""
    return path if is_example(path) else path.resolve()


def previous(path: Path) -> Path:
    """Where the catalogue before the one in this file is kept."""
    return path.with_name(f"{path.stem}.previous{path.suffix}")


def can_replace(path: Path) -> bool:
    """Whether this process may replace the file; many only read it."""
    place = written_at(path)
    return os.access(place.parent, os.W_OK) and not (is_example(place) and not place.is_symlink())


@contextmanager
def alone(place: Path) -> Iterator[None]:
    """Hold a file against all others that replace it, in this process and elsewhere. Raises OSError where it cannot be held."""
    with place.with_name(f".{place.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def replace_catalogue(place: Path, before: str, text: str) -> None:
    """Put a text in the place of the catalogue, and keep what it said `before`, where there was anything: both or, where the disk
    takes no more, neither."""
    texts = {previous(place): before} if before else {}
    _replace({**texts, place: text})


def replace_text(path: Path, text: str) -> None:
    """Put a text in the place of a file in one step: nobody ever reads half of it, and it is on the disk when this returns.

    Who may read the file may read it afterwards.
    """
    _replace({path: text})


def _replace(texts: Mapping[Path, str]) -> None:
    written: dict[Path, Path] = {}
    try:
        for path, text in texts.items():
            written[path] = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
            _write(written[path], text, path)
        for path, fresh in written.items():
            fresh.replace(path)
    finally:
        for fresh in written.values():
            fresh.unlink(missing_ok=True)
    for folder in {path.parent for path in texts}:
        _keep_names(folder)


def _write(fresh: Path, text: str, like: Path) -> None:
    with fresh.open("w", encoding="utf-8") as file:
        if like.exists():
            os.fchmod(file.fileno(), stat.S_IMODE(like.stat().st_mode))
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _keep_names(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
