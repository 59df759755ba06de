"""Text with separators: the encodings and separators that spreadsheets and hotlines use, found by looking at the beginning."""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

from services.runtime.sheets.rows import MOST_ABOVE, Likeness, SheetRow, Table, beneath_header

SEPARATORS = (",", ";", "\t", "|", "，", "；")
SAMPLE = 65_536
BOM = "\ufeff"
UTF8, GB18030, UTF16 = "UTF-8", "GB18030", "UTF-16"
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_SEPARATOR_LINE = "sep="


def read_delimited(lines: Iterable[bytes], likeness: Likeness, declared: str | None = None) -> Table:
    """RFC 4180 as the world writes it. A quote that nobody closes spoils the line it stands in, not those after it.

    `declared` is the encoding that it is said to be in; otherwise its bytes show that. UTF-16 is seen in either case.
    Raises `Unreadable`; a row that is not text in the encoding of the rest is refused alone.
    """
    encoding, texts = _decoded(iter(lines), declared)
    first = list(islice(texts, MOST_ABOVE))
    said = first[0].strip().lower() if first else ""
    told = said.startswith(_SEPARATOR_LINE) and len(said) == len(_SEPARATOR_LINE) + 1
    separator = said[-1] if told else _separator(first, likeness)
    rows = _rows(chain(first, texts), separator, encoding)
    header, above, rest = beneath_header(rows if not told else _after_first(rows), likeness)
    return Table("CSV", encoding, separator, None, header, above, rest)


def _after_first(rows: Iterator[SheetRow]) -> Iterator[SheetRow]:
    next(rows)
    return rows


def _separator(first: Sequence[str], likeness: Likeness) -> str:
    """The one by which a line of the beginning falls into the most names of columns."""

    def names(separator: str) -> int:
        return max((likeness([part.strip(' "\r\n') for part in line.split(separator)]) for line in first), default=0)

    return max(SEPARATORS, key=names)


def _decoded(lines: Iterator[bytes], declared: str | None) -> tuple[str, Iterator[str]]:
    sample: list[bytes] = []
    size = 0
    for line in lines:
        sample.append(line)
        size += len(line)
        if size >= SAMPLE:
            break
    head = b"".join(sample)
    wide = next((name for mark, name in _MARKS.items() if head.startswith(mark)), None) or _unmarked(head)
    everything = chain(sample, lines)
    if wide:
        return UTF16, _split(everything, wide)
    encoding = declared or _eight_bit(sample)
    if b"\n" not in head and b"\r" in head:
        return encoding, _split(everything, encoding)
    return encoding, _by_line(everything, encoding)


def _unmarked(head: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of what is mostly Latin letters or separators is zero."""
    even, odd = head[:2000:2].count(0), head[1:2000:2].count(0)
    if max(even, odd) * 8 < min(len(head), 2000) // 2 or min(even, odd):
        return None
    return "utf-16-be" if even else "utf-16-le"


def _eight_bit(sample: Sequence[bytes]) -> str:
    """UTF-8 where more lines are that than not; a few that are not are refused one by one."""
    strange = [line for line in sample if not line.isascii()]
    wrong = [line for line in strange if not _reads(line, UTF8)]
    return GB18030 if 2 * len(wrong) > len(strange) and all(_reads(line, GB18030) for line in wrong) else UTF8


def _reads(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _by_line(lines: Iterable[bytes], encoding: str) -> Iterator[str]:
    for number, line in enumerate(lines):
        # A byte of another encoding becomes a lone surrogate, so that only its own record is refused.
        text = line.decode(encoding, "surrogateescape")
        yield text.removeprefix(BOM) if number == 0 else text


def _split(lines: Iterable[bytes], encoding: str) -> Iterator[str]:
    """The lines of a text whose ends cannot be seen in its bytes."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("replace"), translate=True)
    rest = ""
    for piece in chain(lines, (b"",)):
        *whole, rest = (rest + decoder.decode(piece, final=not piece)).replace(BOM, "").split("\n")
        yield from (f"{line}\n" for line in whole)
    if rest:
        yield rest


def _rows(texts: Iterable[str], separator: str, encoding: str) -> Iterator[SheetRow]:
    tape = _Tape(texts)
    reader = csv.reader(tape, strict=True, delimiter=separator)
    while True:
        number = tape.begin()
        try:
            row = _row(number, next(reader), encoding)
        except StopIteration:
            return
        except csv.Error as error:
            row = SheetRow(number, (), f"not CSV: {error}")
        if row.reason and tape.rewind():
            reader = csv.reader(tape, strict=True, delimiter=separator)
        yield row


def _row(number: int, values: Sequence[str], encoding: str) -> SheetRow:
    row = SheetRow(number, tuple(values))
    try:
        "".join(values).encode()
    except UnicodeEncodeError:
        return replace(row, cells=(), reason=f"not {encoding}")
    return row


class _Tape:
    """Lines that can be wound back to the second line of the record being read."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self._read = 0

    def __iter__(self) -> _Tape:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self._record.append(line)
        self._read += 1
        return line

    def begin(self) -> int:
        """A new record begins; returns the number of its first line."""
        self._record.clear()
        return self._read + 1

    def rewind(self) -> bool:
        """Give back all lines of the record but the first; returns whether there were any."""
        rest = self._record[1:]
        self._again.extendleft(reversed(rest))
        self._read -= len(rest)
        return bool(rest)
