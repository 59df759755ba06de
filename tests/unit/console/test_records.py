import csv
import io
from pathlib import Path

import pytest

from services.console import records
from services.console.records import CSV, NDJSON, NotReadable, open_records


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_every_piece_is_a_csv_of_its_own_whose_lines_lead_back_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "ROWS_A_PIECE", 2)
    lines = ["external_id,title,content", "1,a,x", '2,b,"two', 'lines"', "3,c", '4,"d,x', 'y",z', "5,e,w"]
    found = open_records(write(tmp_path, "a.csv", "\n".join(lines)))
    assert (found.content_type, found.rows, found.has_ids) == (CSV, 5, True)
    seen = {}
    for piece in found.pieces():
        reader = csv.reader(io.StringIO(piece.body.decode()))
        assert next(reader) == ["external_id", "title", "content"]
        number = reader.line_num + 1
        for row in reader:
            seen[row[0]] = number + piece.offset
            number = reader.line_num + 1
    assert seen == {"1": 2, "2": 3, "3": 5, "4": 6, "5": 8}


def test_rows_of_a_piece_are_counted_without_blank_lines(tmp_path: Path) -> None:
    found = open_records(write(tmp_path, "a.ndjson", '{"title": "a"}\n\n{"external_id": "x"}\n'))
    pieces = list(found.pieces())
    assert (found.content_type, found.rows, found.has_ids) == (NDJSON, 2, True)
    assert [(piece.offset, piece.rows) for piece in pieces] == [(0, 2)]


def test_a_bad_line_in_the_middle_is_sent_as_it_is(tmp_path: Path) -> None:
    body = b"title,content\na,b\n\xff\xfe,c\nd,e\nf,g\n"
    assert b"".join(piece.body for piece in open_records(write(tmp_path, "a.csv", body)).pieces()) == body


def test_rows_without_ids_are_noticed(tmp_path: Path) -> None:
    assert not open_records(write(tmp_path, "a.csv", "title,content\na,b\n")).has_ids


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("external_id,title,content\n1,路灯不亮,请修\n2,停水,三天\n".encode("gb18030"), "line 2 cannot be read, 2 of 3 lines"),
        ("标题,内容\na,b\nc,d\ne,f\n".encode("gb18030"), "line 1 cannot be read"),
        ("title,content\na,b\n".encode("utf-16"), "UTF-16"),
        (b"", "has no rows"),
        (b"title,content\n", "has no rows"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(tmp_path: Path, body: bytes, words: str) -> None:
    with pytest.raises(NotReadable, match=words):
        open_records(write(tmp_path, "a.csv", body))


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match="No such file"):
        open_records(tmp_path / "nothing.csv")
