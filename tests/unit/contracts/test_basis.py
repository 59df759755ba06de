"""Why a department was chosen: one type on both sides of the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.basis import Basis, Rule

TELLING = (Basis.KEYWORDS, Basis.SUPERVISOR, Basis.RULING, Basis.LEARNED, Basis.PRECEDENT)
rules = st.one_of(
    st.builds(Rule, st.sampled_from([each for each in Basis if each not in TELLING])),
    st.builds(Rule, st.sampled_from(TELLING), st.text()),
)


@given(rule=rules)
def test_a_rule_reads_as_it_was_written(rule):
    assert Rule.parse(str(rule)) == rule
    assert rule.why().rule == str(rule)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Rule(Basis.GIVEN), "given"),
        (Rule(Basis.FALLBACK), "fallback"),
        (Rule(Basis.REVIEWER), "reviewer"),
        (Rule(Basis.SUPERVISOR, "涉及河道。"), "supervisor: 涉及河道。"),
        (Rule(Basis.KEYWORDS, "灯杆、路灯"), "keywords: 灯杆、路灯"),
        (Rule(Basis.RULING, "依职责清单：第三条"), "ruling: 依职责清单：第三条"),
        (Rule(Basis.LEARNED, "泵站、灌溉"), "learned: 泵站、灌溉"),
        (Rule(Basis.PRECEDENT, "依职责清单。"), "precedent: 依职责清单。"),
    ],
)
def test_the_form_on_the_wire_stays(rule, text):
    assert str(rule) == text


@pytest.mark.slow
@given(text=st.text() | st.sampled_from(["given: x", "keywords", "weather", "Given", ""]))
def test_a_text_is_a_rule_or_none_that_is_known(text):
    rule = Rule.parse(text)
    assert rule is None or str(rule) == text
