"""Tables that other programs write: CSV of any spreadsheet in any encoding, and workbooks, as numbered rows of text."""
