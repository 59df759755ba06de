"""Files as people send them: one bad line is one bad line, named by its number, and everything else is read."""

import csv
import io

import pytest

from services.contracts.words.columns import likeness, read_columns
from services.intake.gateway.lines import FileLine, read_ndjson, read_rows
from services.runtime.sheets.delimited import read_delimited
from services.runtime.sheets.rows import Unreadable

HEADER = b"external_id,title,content\n"


def csv_of(data: bytes) -> list[FileLine]:
    table = read_delimited(io.BytesIO(data), likeness)
    return list(read_rows(table, read_columns(table.header.cells)))


def ndjson_of(data: bytes) -> list[FileLine]:
    return list(read_ndjson(io.BytesIO(data)))


def good(entries):
    """Line numbers and titles of what could be read."""
    return {entry.number: entry.raw["title"] for entry in entries if entry.raw is not None}


def bad(entries: list[FileLine]) -> dict[int, str]:
    return {entry.number: entry.reason for entry in entries if entry.raw is None}


def test_a_line_is_a_mapping_of_the_header_s_fields():
    assert csv_of(HEADER + "a1,河堤塌了,请修。\n".encode()) == [
        FileLine(2, {"external_id": "a1", "title": "河堤塌了", "content": "请修。"})
    ]


def test_the_columns_may_stand_in_any_order_with_blanks_around_their_names():
    assert csv_of("content, title \n请修。,河堤塌了\n".encode()) == [FileLine(2, {"title": "河堤塌了", "content": "请修。"})]


def test_a_blank_field_is_an_absent_one():
    assert csv_of(b"external_id,title,content\n,t,c\n") == [FileLine(2, {"title": "t", "content": "c"})]


def test_a_byte_order_mark_is_not_part_of_the_first_name():
    assert good(csv_of("\ufeffexternal_id,title,content\na,甲,乙\n".encode())) == {2: "甲"}
    assert good(ndjson_of('\ufeff{"title": "甲"}\n{"title": "乙"}\n'.encode())) == {1: "甲", 2: "乙"}


def test_lines_may_end_as_windows_ends_them():
    assert good(csv_of(HEADER.replace(b"\n", b"\r\n") + b"a,t,c\r\nb,u,c\r\n")) == {2: "t", 3: "u"}
    assert good(ndjson_of(b'{"title": "t"}\r\n{"title": "u"}\r\n')) == {1: "t", 2: "u"}


def test_a_line_with_a_name_twice_is_refused_by_it():
    entries = ndjson_of(b'{"title": "t"}\n{"title": "t", "title": "u"}\n{"title": "9:30"}')
    assert (good(entries), bad(entries)) == ({1: "t", 3: "9:30"}, {2: "'title' is given more than once in one object"})


def test_the_last_line_needs_no_end():
    assert good(csv_of(HEADER + b"a,t,c")) == {2: "t"}
    assert good(ndjson_of(b'{"title": "t"}')) == {1: "t"}


def test_blank_lines_count_but_say_nothing():
    assert good(csv_of(HEADER + b"\na,t,c\n\nb,u,c\n")) == {3: "t", 5: "u"}
    assert good(ndjson_of(b'\n{"title": "t"}\n  \n{"title": "u"}\n')) == {2: "t", 4: "u"}


def test_a_record_over_several_lines_has_the_number_of_its_first():
    entries = csv_of(HEADER + b'a,t,"one\ntwo, ""three""\nfour"\nb,u,c\n')
    assert good(entries) == {2: "t", 5: "u"}
    assert entries[0].raw["content"] == 'one\ntwo, "three"\nfour'


def test_a_line_with_too_many_fields_is_refused_alone():
    entries = csv_of(HEADER + b"a,t,c\nb,u,c,more\nd,v,c\n")
    assert good(entries) == {2: "t", 4: "v"}
    assert bad(entries) == {3: "4 fields where the header has 3"}


def test_what_a_line_does_not_reach_is_absent():
    assert csv_of(HEADER + b"b,u\n") == [FileLine(2, {"external_id": "b", "title": "u"})]


def test_a_line_that_is_not_utf_8_is_refused_alone():
    entries = csv_of(HEADER + "a,河,堤\nb,".encode() + "河".encode("gbk") + ",c\nd,桥,上\n".encode())
    assert (good(entries), bad(entries)) == ({2: "河", 4: "桥"}, {3: "not UTF-8"})
    entries = ndjson_of(b'{"title": "t"}\n{"title": "' + "河".encode("gbk") + b'"}\n{"title": "v"}\n')
    assert good(entries) == {1: "t", 3: "v"}
    assert bad(entries)[2].startswith("not JSON in UTF-8")


@pytest.mark.parametrize("line", [b'b,"u,c', b'b,u,"c', b'"', b'b,"u" x,c', b'b,"u\x00,c'])
def test_a_quote_that_nobody_closes_spoils_its_own_line_only(line):
    entries = csv_of(HEADER + b"a,t,c\n" + line + b'\nd,v,"c"\ne,w,"one\ntwo"\nf,x,c\n')
    assert good(entries) == {2: "t", 4: "v", 5: "w", 7: "x"}
    assert bad(entries)[3].startswith("not CSV: ")


def test_two_open_quotes_spoil_two_lines():
    entries = csv_of(HEADER + b'a,t,"c\nb,u,c\nc,v,"c\nd,w,c\n')
    assert good(entries) == {3: "u", 5: "w"}
    assert list(bad(entries)) == [2, 4]


def test_a_field_that_never_ends_is_given_up():
    entries = csv_of(HEADER + b"a,t," + b"x" * 100_001 + b"\nb,u,c\n")
    assert good(entries) == {3: "u"}
    assert "field larger than field limit" in bad(entries)[2]


def test_the_character_that_no_store_can_keep_is_refused():
    assert bad(csv_of(HEADER + b"a,t\x00,c\nb,u,c\n")) == {2: "holds the character U+0000, which no store can keep"}
    entries = ndjson_of(rb'{"title": "a\u0000"}' + b"\n" + rb'{"title": "b", "location": {"address": ["\u0000"]}}' + b"\n")
    assert list(bad(entries)) == [1, 2]
    assert good(ndjson_of(rb'{"title": "\\u0000"}' + b"\n")) == {1: r"\u0000"}


@pytest.mark.parametrize(("header", "named"), [(b"title,content,colour\n", "colour"), (b"title,title,content\n", "title twice")])
def test_a_header_that_will_not_do_is_told_before_any_line_is_taken(header, named):
    table = read_delimited(io.BytesIO(header + b"a,b,c\n"), likeness)
    assert any(named in problem for problem in read_columns(table.header.cells).problems)


@pytest.mark.parametrize("data", [b"", b"\n\n", b",,\n", b'"title\n'])
def test_an_empty_file_and_one_without_a_header_are_no_tables(data):
    with pytest.raises(Unreadable):
        read_delimited(io.BytesIO(data), likeness)
    assert ndjson_of(b"") == []


@pytest.mark.parametrize(
    ("line", "reason"), [(b"{", "not JSON"), (b"[1]", "not a JSON object"), (b'"t"', "not a JSON object"), (b"NaN", "not JSON")]
)
def test_a_line_that_is_no_json_object_is_refused_alone(line, reason):
    entries = ndjson_of(b'{"title": "t"}\n' + line + b'\n{"title": "v"}\n')
    assert good(entries) == {1: "t", 3: "v"}
    assert reason in bad(entries)[2]


def test_a_lone_surrogate_is_no_text():
    assert list(bad(ndjson_of(rb'{"title": "\ud800"}' + b"\n"))) == [1]


def test_lines_are_read_as_they_come_and_not_all_at_once():
    def endless():
        yield HEADER
        while True:
            yield b"a,t,c\n"

    table = read_delimited(endless(), likeness)
    entries = read_rows(table, read_columns(table.header.cells))
    assert [next(entries).number for _ in range(3)] == [2, 3, 4]


def test_what_a_spreadsheet_writes_is_read_back():
    rows = [{"external_id": str(number), "title": f"题 {number}", "content": 'a,"b"\n\n"",'} for number in range(50)]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["external_id", "title", "content"])
    writer.writeheader()
    writer.writerows(rows)
    entries = csv_of(text.getvalue().encode())
    assert [entry.raw for entry in entries] == rows
    assert [entry.number for entry in entries] == list(range(2, 152, 3))
