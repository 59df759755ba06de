"""Text of unknown origin: what is stored of it, and what a terminal is given."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from services.contracts.words.text import is_visible, many_lines, one_line, printable
from services.runtime.input.fields import ManyLines, OneLine

ANYTHING = st.text(st.characters() | st.sampled_from("\0\t\n\r\x1b\x7f\x85\x9b\u200b\u200d\u2028\u202e\u2066\ufeff\U000e0041"))
HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("路灯不亮", "路灯不亮"),
        ("  路灯\u3000", "路灯"),
        ("a\r\nBcc: x@y.cn", "a Bcc: x@y.cn"),
        ("\x1b[31m红", "[31m红"),
        ("rtl \u202eabc", "rtl abc"),
        ("zero\u200bwidth\u2060\ufeff", "zerowidth"),
        ("\u9b31\x9b31m", "\u9b3131m"),
        ("\u200b", ""),
        ("\u2060\ufeff", ""),
        ("\u3164\u2800 \u115f", ""),
        ("\u0301", ""),
        ("\t\n", ""),
    ],
)  # fmt: skip
def test_a_text_of_one_line_is_stored_without_what_nobody_sees(given: str, stored: str) -> None:
    assert one_line(given) == stored


@given(ANYTHING)
def test_whatever_one_line_leaves_is_one_visible_line(text: str) -> None:
    stored = one_line(text)
    assert not any(unicodedata.category(letter) in HIDDEN for letter in stored)
    assert stored == stored.strip() == one_line(stored)
    assert not stored or is_visible(stored)


def test_a_longer_text_keeps_its_lines_and_joined_emoji() -> None:
    assert many_lines("一\r\n二\r三\u2028四\t五 👩\u200d🚒\x1b\u202e") == "一\n二\n三\n四\t五 👩\u200d🚒"
    assert many_lines("\u200d\n\u200b") == ""


@pytest.mark.slow
@given(ANYTHING)
def test_a_longer_text_never_holds_what_a_terminal_obeys(text: str) -> None:
    stored = many_lines(text)
    assert not any(unicodedata.category(letter) in HIDDEN for letter in stored if letter not in "\n\t\u200c\u200d")
    assert stored == many_lines(stored)


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("one\ntwo\tthree\r", "one␊two␉three␍"),
        ("\x7f\x9b31m", "␡<U+009B>31m"),
        ("\u202e\u200b\ufeff", "<U+202E><U+200B><U+FEFF>"),
        ("\ud800", "<U+D800>"),
        ("\u3164", "<U+3164>"),
        ("回应 ✓ 😀", "回应 ✓ 😀"),
    ],
)  # fmt: skip
def test_a_terminal_is_shown_what_it_would_obey(given: str, seen: str) -> None:
    assert printable(given) == seen


@given(ANYTHING, st.booleans())
def test_nothing_a_terminal_obeys_is_left(text: str, lines: bool) -> None:
    seen = printable(text, lines=lines)
    assert not any(unicodedata.category(letter) in HIDDEN for letter in seen if not (lines and letter in "\n\t"))
    seen.encode()


class _Form(Schema):
    title = OneLine(5, required=True)
    content = ManyLines(20)


def test_the_fields_tidy_before_they_count() -> None:
    assert _Form().load({"title": "\u200b\u200b12345\u200b", "content": "a\r\nb"}) == {"title": "12345", "content": "a\nb"}


@pytest.mark.parametrize("title", ["\u200b", "", "  ", "123456"])
def test_a_text_that_shows_nothing_is_no_text(title: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _Form().load({"title": title})
    assert caught.value.messages == {"title": ["1 to 5 characters."]}
