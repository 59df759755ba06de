"""The catalogue in use: read again when its file changes, without a restart. What cannot be read never replaces what could."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

import structlog
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from services.contracts.catalogue.against import Use, lacking
from services.contracts.catalogue.check import CatalogueInvalid, load_catalogue, parse_catalogue
from services.contracts.catalogue.document import snapshot
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Changed
from services.runtime.process.replacing import alone, can_replace, digest_of, previous, replace_catalogue, replace_text, written_at
from services.runtime.settings import ProcessSettings
from services.runtime.shared import SharedAnswers
from services.runtime.store.database import Database

log = structlog.get_logger()
T = TypeVar("T")
#: How often (s) a process looks whether the file has changed, and how long it takes for granted which codes open cases use:
#: longer where many cases are open, so that it spends at most a hundredth of its time on looking.
LOOK_SECONDS, CODES_SECONDS, CODES_WORTH = 1.0, 30.0, 100
SHOWN_PROBLEMS = 5
NANOSECONDS = 1_000_000_000
Stamp = tuple[str, int, int, int]


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """What files said, and what they looked like then."""

    stamps: tuple[Stamp, ...]
    catalogue: Catalogue
    text: str


@dataclass(frozen=True, slots=True)
class Version:
    """Tells one catalogue from another: the beginning of the SHA-256 of its text, and when its file was written."""

    digest: str
    written: datetime


#: What was read last, by file: the services of a process share it, and processes that are forked later need not read it again.
_LAST: dict[Path, CatalogueFile] = {}


class Source:
    """A file of the catalogue with those that it extends, and what they looked like when they were read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamps: tuple[Stamp, ...] = ()
        self.text = ""

    def read(self) -> Catalogue:
        """What the files say; raises `CatalogueInvalid`. `text` is then all of it in one."""
        # A link leads to the file beside which the others are.
        path, own = self.path.resolve(), _stamp(self.path)
        last = _LAST.get(path)
        if last is None or last.stamps[0][1:] != own[1:] or not _are_unchanged(last.stamps[1:]):
            catalogue = self._parse(path)
            last = _LAST[path] = CatalogueFile(self._stamps, catalogue, self.text)
        self._stamps, self.text = (own, *last.stamps[1:]), last.text
        return last.catalogue

    def _parse(self, path: Path) -> Catalogue:
        seen = [self.path]
        self._stamps = (_stamp(self.path),)

        def parent(name: str) -> str:
            seen.append(path.parent / name)
            self._stamps = tuple(map(_stamp, seen))
            return seen[-1].read_text(encoding="utf-8")

        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return load_catalogue(path)  # It says what is wrong.
        catalogue = parse_catalogue(text, parent)
        self.text = snapshot(text, parent)
        return catalogue

    @property
    def version(self) -> Version | None:
        """The version of what was read; None when nothing could be."""
        if not self.text:
            return None
        written = max(changed for _, changed, _, _ in self._stamps) // NANOSECONDS
        return Version(digest_of(self.text), datetime.fromtimestamp(written, UTC))

    def has_changed(self) -> bool:
        """Whether one of the files is another than the one that was read."""
        return not _are_unchanged(self._stamps)


class InUse(Generic[T]):
    """The catalogue of one process and what is made of it, in `now`. The one object through which a service knows its place."""

    def __init__(
        self, catalogue: Catalogue, make: Callable[[Catalogue], T], source: Source | None = None, last_good: Path | None = None,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:  # fmt: skip
        self._make, self._source, self._last_good, self._rest = make, source, last_good, look_seconds
        self._value, self._catalogue, self._refused = make(catalogue), catalogue, False
        self._version = source.version if source else None
        self._looking, self._look_at = threading.Lock(), time.monotonic() + look_seconds

    @classmethod
    def of(cls, given: ProcessSettings, make: Callable[[Catalogue], T]) -> InUse[T]:
        """The file that the settings name, or the last good one when that cannot be read; raises `CatalogueInvalid` for both."""
        source, refused = Source(given.catalogue), False
        try:
            catalogue = source.read()
        except CatalogueInvalid as error:
            if given.catalogue_last_good is None or not given.catalogue_last_good.exists():
                raise
            _refuse(given.catalogue, error)
            catalogue, refused = load_catalogue(given.catalogue_last_good), True
        held = cls(catalogue, make, source, given.catalogue_last_good)
        held._refused = refused
        if not refused:
            held.keep()
        return held

    @property
    def now(self) -> T:
        """What is made of the catalogue as it is now."""
        self._look()
        return self._value

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue in use."""
        self._look()
        return self._catalogue

    @property
    def version(self) -> Version | None:
        """Which catalogue is in use; None for one that did not come from a file as it is."""
        self._look()
        return self._version

    @property
    def before(self) -> Path | None:
        """The file of the catalogue that was in use before this one; None when there is none."""
        kept = previous(written_at(self._source.path)) if self._source else None
        return kept if kept is not None and kept.exists() else None

    def is_refused(self) -> bool:
        """Whether the file as it is now could not be read, and an older catalogue is used."""
        self._look()
        return self._refused

    def can_be_replaced(self) -> bool:
        """Whether this process may put another catalogue into use."""
        return self._source is not None and can_replace(self._source.path)

    def replace(self, text: str, instead_of: str) -> None:
        """Put another catalogue into use in the place of the one with the digest `instead_of`; one that is in use stays as it is.

        The text has to be right. Raises `Changed` when another was put into use meanwhile, OSError where it cannot be written.
        """
        source = self._source
        if source is None:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        place = written_at(source.path)
        with self._looking, alone(place):
            self._read_again(source)
            now = self._version.digest if self._version else ""
            if now == digest_of(text) and not self._refused:
                return
            if now != instead_of:
                raise Changed("Another catalogue was put into use meanwhile.")
            replace_catalogue(place, source.text, text)
            self._read_again(source)

    def keep(self) -> None:
        """Write down the catalogue in use as the last good one, where the settings say where."""
        text, path = self._source.text if self._source else "", self._last_good
        # A disk that is full or read-only keeps nobody from working.
        with contextlib.suppress(OSError):
            if path is not None and not (path.exists() and path.read_text(encoding="utf-8") == text):
                replace_text(path, text)

    def _look(self) -> None:
        if self._source is not None and time.monotonic() >= self._look_at and self._looking.acquire(blocking=False):
            try:
                self._read_again(self._source)
            finally:
                self._look_at = time.monotonic() + self._rest
                self._looking.release()

    def _read_again(self, source: Source) -> None:
        if not source.has_changed():
            return
        try:
            catalogue = source.read()
            self._value, self._catalogue, self._version = self._make(catalogue), catalogue, source.version
        except CatalogueInvalid as error:
            self._refused = True
            _refuse(source.path, error)
        else:
            self._refused = False
            log.info("catalogue_adopted", file=str(source.path))
            self.keep()


class LackingCodes:
    """Which codes the open cases of a service use that the catalogue in use lacks."""

    def __init__(self, database: Database, catalogue: Callable[[], Catalogue], uses: Callable[[Connection], Sequence[Use]]) -> None:
        self._database, self._catalogue, self._uses = database, catalogue, uses
        self._known = SharedAnswers(CODES_SECONDS, time.monotonic, worth=CODES_WORTH, error_seconds=LOOK_SECONDS)

    def lacking(self) -> Sequence[Use]:
        """They, as the store had them not long ago; none while it does not answer."""
        try:
            return lacking(self._catalogue(), self._known.get("", self._read))
        except SQLAlchemyError:
            return ()

    def _read(self) -> Sequence[Use]:
        with self._database.reading() as connection:
            return self._uses(connection)


def same(catalogue: Catalogue) -> Catalogue:
    """What a service makes of the catalogue that needs nothing but the catalogue itself."""
    return catalogue


def _refuse(path: Path, error: CatalogueInvalid) -> None:
    problems = [str(problem) for problem in error.problems[:SHOWN_PROBLEMS]]
    log.error(
        "catalogue_refused", file=str(path), problems=problems, advice="huiying catalogue check FILE; the last good one is used"
    )


def _are_unchanged(stamps: tuple[Stamp, ...]) -> bool:
    return tuple(_stamp(Path(name)) for name, *_ in stamps) == stamps


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return str(path), 0, 0, 0
    return str(path), found.st_mtime_ns, found.st_size, found.st_ino
