"""Files as `huiying import` reads them: what is sent is NDJSON, and every answer leads back to a line of the file."""

import io
from pathlib import Path

import openpyxl
import orjson
import pytest

from services.console.client import records
from services.console.client.records import FileNotReadable, open_records


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_every_line_of_a_piece_leads_back_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "ROWS_A_PIECE", 2)
    lines = ["external_id,title,content", "1,a,x", '2,b,"two', 'lines"', "3,c", "", '4,"d,x', 'y",z', "5,e,w,more", "6,f,g"]
    found = open_records(write(tmp_path, "a.csv", "\n".join(lines)))
    assert (found.rows, found.has_ids) == (6, True)
    assert [(row.number, row.reason) for row in found.unreadable] == [(9, "4 fields where the header has 3")]
    seen = {}
    for piece in found.pieces():
        for number, line in enumerate(piece.body.splitlines(), 1):
            seen[orjson.loads(line)["external_id"]] = piece.line_of(number)
    assert seen == {"1": 2, "2": 3, "3": 5, "4": 7, "6": 10}


def test_the_rest_of_a_piece_begins_at_a_line_of_the_answer(tmp_path: Path) -> None:
    (piece,) = open_records(write(tmp_path, "a.csv", "title,content\na,b\nc,d\ne,f\n")).pieces()
    assert [orjson.loads(line)["title"] for line in piece.since(2).body.splitlines()] == ["c", "e"]


def test_ndjson_is_sent_as_it_is_without_blank_lines(tmp_path: Path) -> None:
    found = open_records(write(tmp_path, "a.ndjson", '\ufeff{"title": "a"}\n\n{"external_id": "x"}'))
    (piece,) = found.pieces()
    assert (found.rows, found.has_ids, piece.rows) == (2, True, 2)
    assert (piece.body, piece.line_of(2)) == (b'{"title": "a"}\n{"external_id": "x"}\n', 3)


def test_rows_without_ids_are_noticed(tmp_path: Path) -> None:
    assert not open_records(write(tmp_path, "a.csv", "title,content\na,b\n")).has_ids


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_table_of_a_spreadsheet_is_sent_whatever_its_encoding(tmp_path: Path, encoding: str) -> None:
    (piece,) = open_records(write(tmp_path, "a.csv", "标题;内容;处理结果\n路灯;坏了;无\n".encode(encoding)), ["处理结果"]).pieces()
    assert orjson.loads(piece.body) == {"title": "路灯", "content": "坏了"}


def test_a_workbook_is_read_too(tmp_path: Path) -> None:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in (("标题", "内容"), ("路灯", "坏了")):
        book.active.append(row)
    book.save(stream)
    (piece,) = open_records(write(tmp_path, "a.xlsx", stream.getvalue())).pieces()
    assert orjson.loads(piece.body) == {"title": "路灯", "content": "坏了"}


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("a.csv", b"", "nothing in it"), ("a.csv", b"title,content\n", "has no rows"), ("a.xlsx", b"title,content\n", "Save it as"),
        ("a.csv", "标题,内容,处理结果\na,b,c\n".encode(), "处理结果.*--ignore"), ("a.xls", b"\xd0\xcf\x11\xe0", "Save it as .xlsx"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(tmp_path: Path, name: str, body: bytes, words: str) -> None:
    with pytest.raises(FileNotReadable, match=words):
        open_records(write(tmp_path, name, body))


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotReadable, match="No such file"):
        open_records(tmp_path / "nothing.csv")
