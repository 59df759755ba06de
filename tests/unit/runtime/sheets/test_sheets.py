"""Tables as spreadsheets and hotlines write them: every encoding, separator and header comes to the same rows."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from itertools import product

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.words.columns import NAMES, likeness, raw_of, read_columns
from services.runtime.sheets.delimited import read_delimited
from services.runtime.sheets.rows import Unreadable
from services.runtime.sheets.workbook import read_workbook
from tests.cells import each_of

ROWS = [("标题", "诉求内容", "联系电话"), ("路灯不亮", "三号楼前，坏了两周。", "13800000000"), ("河堤塌了", "请修", "")]
ENCODINGS = ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be")
SEPARATORS = (",", ";", "\t", "|")
ENDS = ("\n", "\r\n", "\r")


def delimited(rows, separator=",", end="\r\n"):
    return end.join(separator.join(f'"{cell}"' if separator in cell else cell for cell in row) for row in rows) + end


def read(data):
    table = read_delimited(io.BytesIO(data), likeness)
    columns = read_columns(table.header.cells)
    return [raw_of(columns, row.cells) if not row.reason else row.reason for row in table.rows], columns


WANTED = [
    {"title": "路灯不亮", "content": "三号楼前，坏了两周。", "submitter": {"kind": "citizen", "phone": "13800000000"}},
    {"title": "河堤塌了", "content": "请修"},
]


@each_of(("encoding", "separator", "end"), product(ENCODINGS, SEPARATORS, ENDS))
def test_any_encoding_separator_and_line_end_comes_to_the_same_rows(encoding, separator, end):
    assert read(delimited(ROWS, separator, end).encode(encoding))[0] == WANTED


@pytest.mark.parametrize(
    "rows",
    [
        [(*row, "", "") for row in ROWS], [ROWS[0], *[(*row, "", "", "") for row in ROWS[1:]]], [*ROWS, ("", "", ""), ("", "", "")],
        [("12345热线工单导出",), ("2026年3月",), (), *ROWS], [ROWS[0], ROWS[1], ("河堤塌了", "请修")], [("sep=,",), *ROWS],
        [("标题（必填）", " 诉求内容* ", "联系电话："), *ROWS[1:]], [("TITLE", "Content", "submitter.phone"), *ROWS[1:]],
    ],
)  # fmt: skip
def test_blank_columns_blank_rows_a_title_above_and_cut_off_blanks_do_not_matter(rows):
    assert read(delimited(rows).encode())[0] == WANTED


@pytest.mark.parametrize("field", NAMES)
def test_every_name_of_a_column_is_taken_for_its_field(field):
    for name in NAMES[field]:
        columns = read_columns([name])
        assert (columns.fields, columns.problems) == ((field,), ())


def test_no_name_stands_for_two_fields():
    names = [name for names in NAMES.values() for name in names]
    assert len(names) == len(set(names))


def test_a_column_that_is_not_understood_speaks_against_the_file_unless_it_is_ignored():
    assert "处理结果" in read_columns(("标题", "处理结果")).problems[0]
    assert read_columns(("标题", "处理结果"), ignored=("处理结果",)).fields == ("title", None)
    assert "submitter.phone twice" in read_columns(("电话", "手机")).problems[0]


@pytest.mark.parametrize(
    ("cell", "person"),
    [
        ("张三 13800000000", {"name": "张三", "phone": "13800000000"}), ("张三", {"name": "张三"}),
        ("张三（13800000000）", {"name": "张三", "phone": "13800000000"}), ("１３８００００００００", {"phone": "13800000000"}),
        ("张三：0577-62510000", {"name": "张三", "phone": "0577-62510000"}),
    ],
)  # fmt: skip
def test_who_told_it_may_stand_in_one_cell(cell, person):
    assert raw_of(read_columns(["submitter"]), [cell]) == {"submitter": {"kind": "citizen", **person}}


def test_words_of_closed_sets_are_understood():
    columns = read_columns(["渠道", "身份", "可见范围"])
    assert raw_of(columns, ["热线", "企业", "公开"]) == {
        "channel": "hotline",
        "submitter": {"kind": "enterprise"},
        "visibility": "public",
    }


def book(*sheets):
    made, stream = openpyxl.Workbook(), io.BytesIO()
    made.remove(made.active)
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(stream)
    made.close()
    stream.seek(0)
    return stream


def test_a_workbook_comes_to_the_same_rows_with_numbers_and_dates_as_text():
    told = datetime(2026, 3, 5, 8, 0)  # noqa: DTZ001
    rows = [
        ("工单导出",),
        ("标题", "内容", "联系电话", "编号", "受理时间", None),
        ("甲", "乙", 13800000000, 1001.0, told, None),
        (None,) * 6,
    ]
    table = read_workbook(book(("空", []), ("工单", rows)), likeness)
    columns = read_columns(table.header.cells)
    assert (table.sheet, table.above, table.header.number) == ("工单", 1, 2)
    assert [raw_of(columns, row.cells) for row in table.rows] == [{
        "title": "甲", "content": "乙", "submitter": {"kind": "citizen", "phone": "13800000000"}, "external_id": "1001",
        "submitted_at": "2026-03-05 08:00:00",
    }]  # fmt: skip


def test_of_two_sheets_with_rows_one_has_to_be_named():
    stream = book(("甲", ROWS), ("乙", ROWS))
    with pytest.raises(Unreadable, match="甲, 乙"):
        read_workbook(stream, likeness)
    stream.seek(0)
    assert read_workbook(stream, likeness, "乙").sheet == "乙"


@pytest.mark.slow
def test_what_is_no_workbook_or_would_fill_the_memory_is_refused():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * 120_000_000)
    bomb.seek(0)
    for data in (
        bomb,
        io.BytesIO(b""),
        io.BytesIO(b"PK\x03\x04"),
        io.BytesIO(b"\xd0\xcf\x11\xe0" * 200),
        io.BytesIO(b"title,content\n"),
    ):
        with pytest.raises(Unreadable):
            read_workbook(data, likeness)


@pytest.mark.slow
@given(st.binary(max_size=400))
@settings(max_examples=300)
def test_whatever_bytes_come_are_rows_or_a_reason(data):
    try:
        table = read_delimited(io.BytesIO(data), likeness)
    except Unreadable:
        return
    for row in table.rows:
        assert row.reason or len(row.cells) == len(table.header.cells)
