"""The rules of intake: receipts, the policy table, what a submission may name, ratings, whose contact data who sees."""

import math
import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.errors import Invalid
from services.contracts.people.grants import PUBLIC
from services.intake.domain.people import may_see_contact
from services.intake.domain.receipt.crockford import ALPHABET, CHECK_SYMBOLS
from services.intake.domain.receipt.receipts import RECEIPT_LENGTH, new_receipt, read_receipt, show_receipt
from services.intake.domain.submission.claims import resolve
from services.intake.domain.submission.submission import VISIBILITIES, is_let_in_at_once
from tests.unit.intake.harness import TOWN
from tests.unit.intake.opinions import submission

numbers = st.integers(0, 2**65 - 1)


def receipt_of(number: int) -> str:
    """A receipt from a number; when its check symbol is one of the awkward ones, from the next number."""
    drawn = iter(range(number, number + 10))
    return new_receipt(lambda bits: next(drawn) % 2**bits)


@given(numbers)
def test_a_receipt_reads_back_as_itself(number):
    receipt = receipt_of(number)
    assert len(receipt) == RECEIPT_LENGTH
    assert set(receipt) <= set(ALPHABET)
    assert read_receipt(receipt) == receipt


@given(numbers, st.integers(0, RECEIPT_LENGTH - 1), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_noticed(number, place, symbol):
    receipt = receipt_of(number)
    wrong = receipt[:place] + symbol + receipt[place + 1 :]
    assert read_receipt(wrong) == (receipt if symbol == receipt[place] else None)


@given(numbers, st.integers(0, RECEIPT_LENGTH - 2))
def test_every_swap_of_neighbours_is_noticed(number, place):
    receipt = receipt_of(number)
    wrong = receipt[:place] + receipt[place + 1] + receipt[place] + receipt[place + 2 :]
    assert read_receipt(wrong) == (receipt if wrong == receipt else None)


def test_one_receipt_survives_every_possible_slip_of_one_key():
    receipt = receipt_of(0x1_2345_6789_ABCD_EF01)
    slips = [receipt[:at] + key + receipt[at + 1 :] for at in range(RECEIPT_LENGTH) for key in ALPHABET if key != receipt[at]]
    assert len(slips) == RECEIPT_LENGTH * 31
    assert not any(map(read_receipt, slips))


def test_a_receipt_cannot_be_guessed():
    asked = []
    new_receipt(lambda bits: asked.append(bits) or 0)
    assert asked == [65]
    # Five of 37 check symbols are thrown away, which takes a fifth of a bit.
    assert 65 - math.log2(37 / 32) > 60
    assert len({new_receipt(secrets.randbits) for _ in range(2000)}) == 2000


def test_a_check_symbol_that_is_awkward_in_an_address_is_never_given():
    awkward = next(number for number in range(100) if CHECK_SYMBOLS[number % 37] not in ALPHABET)
    drawn = iter([awkward, awkward, 7])
    assert new_receipt(lambda _: next(drawn)) == "0000000000007" + CHECK_SYMBOLS[7]


@given(numbers, st.randoms(use_true_random=False))
def test_people_may_type_it_in_lower_case_with_hyphens_blanks_and_lookalikes(number, chance):
    receipt = receipt_of(number)
    looks = {"0": "0oO", "1": "1iIlL"}
    typed = "".join(
        chance.choice(looks.get(symbol, symbol + symbol.lower())) + chance.choice(["", "", "-", " "]) for symbol in receipt
    )
    assert read_receipt(typed) == receipt


@pytest.mark.parametrize(
    "line",
    ["回执号：{}", "回执号: {}（请妥善保管，凭此查询）", "您的回执码 {}", "receipt {}", "{}。", "「{}」", "({})", "receipt={}",
     "Receipt: {} (keep it to yourself: it opens your case)", "Receipt No. {}", "\u202d{}\u202c",
     "https://huiying.example/receipts/{}", "https://huiying.example/api/v1/receipts/{}/evaluation?x=1",
     "查询与评价：https://huiying.example/receipts/{}", "<https://huiying.example/receipts/{}>"],
)  # fmt: skip
@pytest.mark.parametrize("spelling", ["{}", "wide", "lower", "dashes", "lookalikes", "blanks"])
@given(number=numbers)
@settings(max_examples=10)
def test_a_receipt_is_found_in_what_it_was_copied_with(line, spelling, number):
    receipt = receipt_of(number)
    shown = show_receipt(receipt)
    if "://" in line and spelling in ("blanks", "wide"):
        return
    typed = {
        "wide": "".join(chr(ord(letter) + 0xFEE0) for letter in shown), "lower": shown.lower(), "dashes": shown.replace("-", "—"),
        "lookalikes": shown.replace("0", "O").replace("1", "l"), "blanks": " ".join(receipt),
    }.get(spelling, shown)  # fmt: skip
    assert read_receipt(line.format(typed)) == receipt


@given(numbers)
def test_it_is_shown_in_groups_that_read_back(number):
    receipt = receipt_of(number)
    assert [len(group) for group in show_receipt(receipt).split("-")] == [5, 5, 4]
    assert read_receipt(show_receipt(receipt)) == receipt


@pytest.mark.parametrize(
    "text",
    ["", "0", "0" * 13, "0" * 15, "0" * 13 + "U", "河" * 14, "0000000000000\n", "0" * 13 + "٣", "0" * 12 + "1٠", "../../etc/pwd00"],
)
def test_what_cannot_be_a_receipt_is_none(text):
    assert read_receipt(text) is None


@pytest.mark.parametrize("channel", TOWN.acceptance)
def test_the_policy_table_decides_by_channel_alone(channel):
    assert is_let_in_at_once(TOWN, channel) is (TOWN.acceptance[channel] == "automatic")


@pytest.mark.parametrize("written", ["rivers", "河道", "Rivers", " RIVERS ", "水系"])
def test_a_topic_may_be_named_in_every_way_the_catalogue_knows(written):
    assert resolve(TOWN, submission(topic=written), PUBLIC).topic == "rivers"


@pytest.mark.parametrize("absent", [{}, {"topic": None}, {"topic": ""}])
def test_no_topic_is_no_mistake(absent):
    assert resolve(TOWN, submission(**absent), PUBLIC).topic is None


def test_every_unknown_name_is_told_at_once():
    with pytest.raises(Invalid) as refused:
        resolve(TOWN, submission(topic="月球", area="moon", station="base"), PUBLIC)
    assert set(refused.value.errors) == {"topic", "area", "station"}
    for name, written in (("topic", "月球"), ("area", "moon"), ("station", "base")):
        assert written in refused.value.errors[name][0]


def test_the_fingerprint_tells_title_and_content_apart():
    one = submission(title="甲", content="乙").fingerprint
    assert one == submission(title="甲", content="乙", channel="qr").fingerprint
    assert one != submission(title="乙", content="甲").fingerprint
    assert submission(title="甲乙", content="").fingerprint != one


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (None, set()),
        ("department", {"public", "department"}),
        ("head", {"public", "department"}),
        ("reviewer", {"public", "department", "congress"}),
        ("supervisor", {"public", "department", "congress"}),
        ("admin", {"public", "department", "congress"}),
    ],
)
def test_whose_contact_data_who_sees(role, seen):
    assert {visibility for visibility in VISIBILITIES if may_see_contact(visibility, role)} == seen
