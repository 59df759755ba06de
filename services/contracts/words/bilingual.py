"""Text in the two languages of the product."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Words(NamedTuple):
    """What people read, in Chinese and in English; a page shows the one that its reader wants."""

    zh: str
    en: str

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


class Named(Protocol):
    """Something of the catalogue that has a name in both languages."""

    @property
    def name(self) -> str:
        """Its name in Chinese."""

    @property
    def name_en(self) -> str:
        """Its name in English."""


def month_name(month: str) -> Words:
    """What a month such as 2026-11 is called."""
    year, number = map(int, month.split("-"))
    return Words(f"{year}年{number}月", f"{number:02}/{year}")


def year_name(year: int) -> Words:
    """What a year is called."""
    return Words(f"{year}年", str(year))


def name_of(named: Named) -> Words:
    """What something of the catalogue is called."""
    return Words(named.name, named.name_en)
