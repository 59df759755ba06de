"""Terms of texts and of queries: whatever stands together in a text is found by it, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.publication.bigrams import PREFIX, bigrams, terms_of

LETTERS = st.text(st.sampled_from("停水管路灯坏了ABab12１２，。 "), max_size=30)


def finds(query: str, text: str) -> bool:
    """Whether a store would find the text, which has the terms as they are or by their beginning."""
    terms = bigrams(text)
    return all(
        any(term.startswith(each[:-1]) for term in terms) if each.endswith(PREFIX) else each in terms for each in terms_of(query)
    )


@given(LETTERS, st.data())
def test_every_part_of_a_text_finds_it(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert finds(text[start:end], text)


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("停水", ["停水"]), ("水", ["水*"]), ("停水 路灯坏", ["停水", "灯坏", "路灯"]), ("ＬＥＤ", ["ed", "le"]), ("", []),
        ("，。*\"' ", []), ("12345", ["12", "23", "34", "45"]), ("ﬁ", ["fi"]),
    ],
)  # fmt: skip
def test_a_query_has_the_terms_of_its_runs(query, terms):
    assert terms_of(query) == terms


def test_no_term_holds_what_the_stores_read_as_their_own():
    hostile = 'a"b\'c*d:e&f|g!h(i)j\\k<l>-m^n%o_p NEAR AND OR NOT 停"水'
    assert all(term.removesuffix(PREFIX).isalnum() for term in (*terms_of(hostile), *bigrams(hostile)))
