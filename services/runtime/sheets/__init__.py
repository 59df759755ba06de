"""Tables that other programs write: CSV of any spreadsheet in any encoding, and workbooks, as numbered rows of text."""

from services.runtime.sheets.delimited import read_delimited
from services.runtime.sheets.rows import Row, Table, Unreadable
from services.runtime.sheets.workbook import XLSX, read_workbook

__all__ = ["XLSX", "Row", "Table", "Unreadable", "read_delimited", "read_workbook"]
