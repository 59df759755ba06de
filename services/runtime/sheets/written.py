"""Files for people: tables as a workbook, and papers with headings, lines and tables as a document."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from docx.document import Document

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: No font is shipped: these are on the computers of offices.
LATIN, CHINESE = "Times New Roman", "宋体"
WIDEST, LONGEST_CELL, LONGEST_NAME = 60, 32_767, 31
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_NO_NAME = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A table: its title, what its columns are called, and its rows."""

    title: str
    heading: Sequence[str]
    rows: Sequence[Sequence[str]]


def workbook(tables: Sequence[WrittenTable]) -> bytes:
    """A workbook (.xlsx) with a sheet for each table. Everything in it is text: nothing is ever computed."""
    # It takes a fifth of a second to load, and ten megabytes: only where somebody wants one.
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book, bold = openpyxl.Workbook(write_only=True), Font(bold=True)
    for number, table in enumerate(tables, 1):
        sheet = book.create_sheet(_NO_NAME.sub(" ", table.title)[:LONGEST_NAME] or str(number))
        sheet.freeze_panes = "A2"
        for letter, width in _widths(table):
            sheet.column_dimensions[letter].width = width
        for place, row in enumerate((table.heading, *table.rows)):
            cells = [WriteOnlyCell(sheet) for _ in row]
            for cell, text in zip(cells, row, strict=True):
                _say(cell, text)
                # Each font that is set is compared with all that the book has.
                if place == 0:
                    cell.font = bold
            sheet.append(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _say(cell: Any, text: str) -> None:
    """Put a text into a cell, also one that looks like a formula."""
    cell.value = _visible(text)[:LONGEST_CELL]
    cell.data_type = "s"


def _widths(table: WrittenTable) -> list[tuple[str, float]]:
    def width(text: str) -> int:
        return sum(2 if ord(each) > 0x2E7F else 1 for each in text[:WIDEST])

    columns = [max(width(row[place]) for row in (table.heading, *table.rows[:200])) for place in range(len(table.heading))]
    return [(chr(ord("A") + place), min(WIDEST, wide + 2)) for place, wide in enumerate(columns)]


def document(title: str, parts: Sequence[str | WrittenTable]) -> bytes:
    """A document (.docx): the title, then lines and tables in their order."""
    # Forty megabytes: only where somebody wants one.
    import docx
    from docx.enum.section import WD_ORIENT

    paper = docx.Document()
    page = paper.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.LANDSCAPE, page.page_height, page.page_width
    _letter(paper)
    paper.core_properties.title = _visible(title)[:255]
    paper.add_heading(_visible(title), level=0)
    for part in parts:
        if isinstance(part, str):
            paper.add_paragraph(_visible(part))
        else:
            paper.add_heading(_visible(part.title), level=1)
            _lay_out(paper, part)
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()


def _letter(paper: Document) -> None:
    """Let all text have the same letters, Chinese and Latin; the template's are for Latin alone."""
    from docx.oxml.ns import qn

    for name in ("Normal", "Title", "Heading 1"):
        style = paper.styles[name]
        style.font.name = LATIN
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(kind), None)
        fonts.set(qn("w:eastAsia"), CHINESE)


def _lay_out(paper: Document, table: WrittenTable) -> None:
    from docx.oxml import OxmlElement

    made = paper.add_table(rows=0, cols=len(table.heading), style="Table Grid")
    for place, row in enumerate((table.heading, *table.rows)):
        line = made.add_row()
        # Asked for once: the library counts all cells of a table each time.
        for cell, text in zip(line.cells, row, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.add_run(_visible(text)).bold = place == 0
        if place == 0:
            line._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _visible(text: str) -> str:
    """A text without the characters that no such file can hold."""
    return _INVISIBLE.sub("", text)
