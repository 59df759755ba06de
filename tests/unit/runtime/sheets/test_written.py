"""Files for people are opened by the libraries that read such files, and say what was written."""

import io
from unittest.mock import patch

import docx
import openpyxl
import pytest

from services.runtime.sheets.written import LONGEST_NAME, WrittenTable, document, workbook

TABLE = WrittenTable("承诺清单", ("序号", "事项"), [("1", "河堤塌了一段"), ("2", "=1+1"), ("3", "第一行\n第二行\x00\x0b\ufffe")])
PLAIN = [["序号", "事项"], ["1", "河堤塌了一段"], ["2", "=1+1"], ["3", "第一行\n第二行"]]


def test_a_workbook_has_a_sheet_for_each_table_and_computes_nothing():
    book = openpyxl.load_workbook(io.BytesIO(workbook([TABLE, WrittenTable("a/b:" + "长" * 40, ("x",), [])])))
    first, second = book.worksheets
    assert (first.title, [list(row) for row in first.iter_rows(values_only=True)]) == ("承诺清单", PLAIN)
    assert {cell.data_type for row in first for cell in row} == {"s"}
    assert len(second.title) == LONGEST_NAME


def test_only_headings_have_a_font_of_their_own_and_all_of_them_the_same():
    """A font for each cell costs more than all the rest of a workbook."""
    book = openpyxl.load_workbook(io.BytesIO(workbook([TABLE, TABLE])))
    assert [[cell.font.b for cell in row] for row in book.worksheets[1]] == [[True, True], *[[False, False]] * 3]
    with patch("openpyxl.styles.Font", wraps=openpyxl.styles.Font) as fonts:
        workbook([TABLE, TABLE])
    assert fonts.call_count == 1


@pytest.mark.parametrize("title", ["二〇二六年十一月小结", "有\x08控制符的标题"])
def test_a_document_has_its_title_its_lines_and_its_tables(title):
    paper = docx.Document(io.BytesIO(document(title, ["时间：11月3日", TABLE])))
    assert [each.text for each in paper.paragraphs] == [title.replace("\x08", ""), "时间：11月3日", "承诺清单"]
    assert [[cell.text for cell in row.cells] for row in paper.tables[0].rows] == PLAIN
    assert paper.sections[0].page_width > paper.sections[0].page_height
