"""What pages say, in each of the languages that they speak."""

from __future__ import annotations

import html
from functools import cache

from docs.generator.texts import OWNERS, path_of
from services.design.phrases import Speech
from services.design.reader import CHINESE, ENGLISH


@cache
def _speech(language: str) -> Speech:
    return Speech(language, [path_of(owner).parent for owner in OWNERS])


def chinese(value: object) -> str:
    """A phrase, words or an instant as a page in Chinese has it, markup included."""
    return html.escape(str(_speech(CHINESE).say(value)), quote=False)


def english(value: object) -> str:
    """The same in English."""
    return html.escape(str(_speech(ENGLISH).say(value)), quote=False)
