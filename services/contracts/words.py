"""Text in the two languages of the product."""

from __future__ import annotations

from html import escape
from typing import NamedTuple


class Words(NamedTuple):
    """What people read: Chinese first, English second. In a template it renders itself, with the English marked as such."""

    zh: str
    en: str

    def __html__(self) -> str:
        """Both languages, escaped."""
        return f'{escape(self.zh)} <span lang="en">{escape(self.en)}</span>'

    @property
    def line(self) -> str:
        """Both in one line of plain text, where no markup is possible."""
        return f"{self.zh} · {self.en}"

    @property
    def label(self) -> str:
        """Both as the command line labels things."""
        return f"{self.zh} {self.en}"

    def filled(self, *values: object) -> Words:
        """With the values in the places that both languages leave for them."""
        return Words(self.zh.format(*values), self.en.format(*values))
