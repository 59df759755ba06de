"""Telephones and mailboxes as people write and paste them: one form that can be used, or a word what to do."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.people.contacts import ONE_TELEPHONE, NotReachable, mailbox, telephone
from services.contracts.words.text import value

MOBILE, LANDLINE = "13800000000", "0577-62510000"
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
INVISIBLE = "\u200b\u2060\ufeff\u202a\u202c\u202d\u2066\u2069\u00ad"
BLANKS = " \u00a0\u3000\u2009"
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\uff0d\u2212\ufe58"
LABELS = ("", "电话：", "联系电话:", "手机号码 ", "Tel. ", "tel:", "Phone number: ", "mobile ")


@st.composite
def pasted(draw: st.DrawFn, groups: tuple[str, ...]) -> str:
    """The digit groups of a number with something between them, as some keyboard or some other program gives them."""
    between = st.sampled_from([*BLANKS, *DASHES, "", " - ", "——"])
    text = groups[0] + "".join(draw(between) + group for group in groups[1:])
    text = text.translate(WIDE) if draw(st.booleans()) else text
    for mark in draw(st.lists(st.sampled_from(INVISIBLE), max_size=4)):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + mark + text[place:]
    outer = draw(st.sampled_from(["", *BLANKS]))
    answer: str = outer + draw(st.sampled_from(LABELS)) + text + draw(st.sampled_from(["", "。", " ", "；"])) + outer
    return answer


@pytest.mark.slow
@given(pasted(("138", "0000", "0000")))
def test_a_mobile_is_its_eleven_digits_whatever_it_was_pasted_with(text: str) -> None:
    assert str(telephone(text)) == MOBILE


@pytest.mark.slow
@given(st.from_regex(r"1[0-9]{10}", fullmatch=True))
def test_a_mobile_as_most_write_it_is_what_it_is_with_its_label(digits: str) -> None:
    def read(text: str) -> str | None:
        try:
            return str(telephone(text))
        except NotReachable:
            return None

    assert read(digits) == read(f"电话：{digits}")


@given(pasted(("0577", "6251", "0000")))
def test_a_landline_has_its_area_code_apart(text: str) -> None:
    assert str(telephone(text)) == LANDLINE


@pytest.mark.parametrize(
    "behind", ["转8012", "转 8012", "（转8012）", "-8012", " ext 8012", " Ext. 8012", "x8012", "#8012", "分机：8012", "——8012"]
)
@pytest.mark.parametrize("number", ["0577-62510000", "（0577）62510000", "０５７７—６２５１００００", "(0577) 62510000"])
def test_an_extension_is_kept_apart_in_any_spelling(number: str, behind: str) -> None:
    found = telephone(number + behind)
    assert (found.number, found.extension, found.takes_text) == (LANDLINE, "8012", False)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("+86 138-0000-0000", MOBILE), ("0086 13800000000", MOBILE), ("57762510000", LANDLINE), ("010-12345678", "010-12345678"),
        ("400-800-1234", "4008001234"), ("400-800-1234转5", "4008001234 ext. 5"), ("12345", "12345"), ("１１０", "110"),
        ("0577-12345", "0577-12345"), ("95598", "95598"), ("+852 2123 4567", "+85221234567"), ("+1 650-253-0000", "+16502530000"),
    ],
)  # fmt: skip
def test_numbers_of_every_kind_have_one_form_that_reads_back_as_itself(text: str, plain: str) -> None:
    assert str(telephone(text)) == plain
    assert telephone(plain) == telephone(text)


@pytest.mark.parametrize("between", ["、", ",", "，", "；", ";", "/", " / ", " ", " 或 ", "或者", " or ", "|"])
@pytest.mark.parametrize("numbers", [(MOBILE, "13900000000"), (LANDLINE, "62510001"), (LANDLINE, MOBILE)])
def test_two_numbers_are_refused_as_two(numbers: tuple[str, str], between: str) -> None:
    if between == " " and numbers[1] == "62510001":
        return  # Without a sign between them these may as well be one number that is too long.
    with pytest.raises(NotReachable, match=re.escape(ONE_TELEPHONE[0])):
        telephone(between.join(numbers))


@pytest.mark.parametrize(
    "text",
    ["", "((((((", "------", "++++++", "0000000", "11111111111", "1380000000", "138000000001", "62510000", "1.38E+10", "打给我",
     "call me", "1-800-FLOWERS", "转8012", "一三八零零", "13800000000（王）"],
)  # fmt: skip
def test_what_nobody_can_dial_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(NotReachable, match="0577-62510000"):
        telephone(text)


@given(st.text(st.characters() | st.sampled_from("0123456789+-()（）转 、０１２"), max_size=40))
def test_whatever_is_accepted_is_in_its_last_form(text: str) -> None:
    try:
        found = telephone(text)
    except NotReachable:
        return
    assert telephone(str(found)) == found
    assert str(found).isascii()
    assert sum(map(str.isdigit, found.number)) >= 3


@pytest.mark.parametrize(
    "text",
    ["zhang@example.cn ", "zhang＠example.cn", "邮箱：zhang@example.cn", "E-mail: zhang@example.cn", "mailto:zhang@example.cn",
     "张三 <zhang@example.cn>", "\u202dzhang@example.cn\u202c", "zhang@example.cn。", "ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｎ"],
)  # fmt: skip
def test_a_mailbox_is_its_address_alone(text: str) -> None:
    assert mailbox(text) == "zhang@example.cn"


@pytest.mark.parametrize("text", ["", "zhang", "a@b.cn,c@d.cn", "a@b.cn; c@d.cn", "a@b.cn c@d.cn", "@", "a b@c.cn"])
def test_what_is_no_mailbox_or_two_is_refused(text: str) -> None:
    with pytest.raises(NotReachable):
        mailbox(text)


@given(st.text(max_size=60))
def test_a_value_is_tidied_once_and_for_all(text: str) -> None:
    assert value(value(text)) == value(text)


@pytest.mark.parametrize("text", ["（" * 20_000, "1" + " " * 20_000, "a@" * 10_000, "分机" * 9_000, "," * 20_000])
def test_what_is_far_too_long_costs_nothing_to_refuse(text: str) -> None:
    began = time.process_time()
    for read in (telephone, mailbox):
        with pytest.raises(NotReachable):
            read(text)
    assert time.process_time() - began < 1
