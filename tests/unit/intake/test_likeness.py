"""How alike texts are, and which of them say the same."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from services.intake.domain.similarity.comparing import Comparison, Wording
from services.intake.domain.similarity.likeness import ALIKE, BANDS, bands, likeness, shingles
from tests.unit.intake.opinions import MORNING

#: Bands are kept for years: a text has the same ones in every version.
BANDS_OF_LAMPS = (3268177756983397751, -11456050578149409)
SIGNS = [chr(0x4E00 + number) for number in range(3000)]


def text(dice: random.Random, length: int = 120) -> str:
    return "".join(dice.choices(SIGNS, k=length))


def altered(dice: random.Random, told: str, share: float) -> str:
    """A text of which the end was written anew."""
    kept = int(len(told) * (1 - share))
    return told[:kept] + text(dice, len(told) - kept)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("路灯坏了", "三号楼前。"), ("路灯坏了", "三号楼前！！")),
        (("路灯坏了", "三号楼前"), ("路灯坏了三号", "楼前")),
        (("WIFI 太慢", "5G也慢"), ("ｗｉｆｉ太慢", "５g 也 慢")),
        (("", ""), ("。", "——")),
    ],
)
def test_case_width_spaces_and_punctuation_make_no_difference(one, other):
    assert likeness(shingles(*one), shingles(*other)) == 1
    assert bands(shingles(*one)) == bands(shingles(*other))


def test_bands_stay_what_they_are():
    assert bands(shingles("路灯坏了", "三号楼前的路灯坏了两周。"))[:2] == BANDS_OF_LAMPS


def test_likeness_is_the_part_of_the_shingles_that_both_have():
    assert likeness(shingles("abcdef", ""), shingles("abcdeg", "")) == 3 / 5
    assert likeness(shingles("abcdef", ""), shingles("uvwxyz", "")) == 0


@pytest.mark.slow
def test_texts_that_are_half_the_same_have_a_band_in_common_and_others_have_none():
    dice = random.Random(7)
    found = missed = strangers = 0
    for _ in range(300):
        told = text(dice)
        again = altered(dice, told, dice.uniform(0.05, 0.25))
        own = bands(shingles(told, ""))
        assert likeness(shingles(told, ""), shingles(again, "")) > ALIKE
        common = set(own) & set(bands(shingles(again, "")))
        found, missed = found + bool(common), missed + (not common)
        strangers += bool(set(own) & set(bands(shingles(text(dice), ""))))
    assert missed / (found + missed) < 0.03
    assert strangers == 0


class Reader:
    """Reads texts one after the other, and keeps what a store would."""

    def __init__(self) -> None:
        self.holders: dict[int, list[int]] = {}
        self.read: dict[int, Wording] = {}

    def place(self, number: int, told: str) -> int:
        own = bands(shingles(told, ""))
        comparison = Comparison(self.holders)
        comparison.learn(self.read[each] for each in comparison.candidates(own))
        new = Wording(number, str(number), told, "", None, None, False, None, None, MORNING, None)
        group = comparison.place(new, own)
        for band in group.stands_for:
            self.holders.setdefault(band, []).append(number)
        self.read[number] = replace(new, alike=group.alike, bands=own)
        return group.alike


def test_what_says_the_same_is_one_group_and_what_does_not_is_not():
    dice, reader = random.Random(3), Reader()
    told, other = text(dice), text(dice)
    assert [reader.place(1, told), reader.place(2, other), reader.place(3, altered(dice, told, 0.1))] == [1, 2, 1]


def test_a_wave_of_one_text_keeps_no_more_bands_than_one_opinion():
    dice, reader = random.Random(5), Reader()
    told = text(dice)
    assert {reader.place(number, told) for number in range(1, 200)} == {1}
    assert sum(map(len, reader.holders.values())) == BANDS
