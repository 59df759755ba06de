"""Tables that other programs write: CSV of any spreadsheet in any encoding, and workbooks, as numbered rows of text."""

from services.runtime.tables.delimited import read_delimited
from services.runtime.tables.rows import Row, Table, Unreadable
from services.runtime.tables.workbook import XLSX, read_workbook

__all__ = ["XLSX", "Row", "Table", "Unreadable", "read_delimited", "read_workbook"]
