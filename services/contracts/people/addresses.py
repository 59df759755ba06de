"""The ways in which a text may name the house of an address that is known to be somebody's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_NUMBER: Final = "[0-9０-９A-Za-z一二三四五六七八九十百零〇]{1,5}"
#: What is counted by number and has many doors behind each: a line, an exit, a bridge.
_DOOR: Final = rf"{_NUMBER}(?:号(?![线口桥门井站台])|[弄幢栋座组室户楼层]|单元)"
#: An address up to the first number of a house; what has none is a place that everybody may speak of.
_HOUSE: Final = re.compile(rf"[\u4e00-\u9fff]{{2,}}?\s*(?:{_DOOR}|[0-9０-９]+$)")
_DISTRICT: Final = re.compile("街道|[省市区县镇乡]")
_WIDE: Final = str.maketrans("０１２３４５６７８９", "0123456789")


def named_by(address: str) -> re.Pattern[str] | None:
    """What finds the address in a text: whole or without its districts, its rooms or its blanks; None where it names no house."""
    named = sorted(set(_namings("".join(address.split()).translate(_WIDE))), key=len, reverse=True)
    return re.compile("|".join(map(_loosely, named)), re.IGNORECASE) if named else None


def _namings(address: str) -> Iterator[str]:
    for begin in (0, *(district.end() for district in _DISTRICT.finditer(address))):
        rest = address[begin:]
        if house := _HOUSE.match(rest):
            yield rest
            yield house[0]


def _loosely(naming: str) -> str:
    characters = [f"[{each}{chr(ord(each) + 0xFEE0)}]" if "0" <= each <= "9" else re.escape(each) for each in naming]
    return r"\s*".join(characters) + ("号?(?![0-9０-９])" if naming[-1].isdigit() else "")
