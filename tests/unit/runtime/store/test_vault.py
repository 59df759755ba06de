from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.store.vault import SealBroken, Vault, keys

OLD, NEW, OTHER = (letter * 40 for letter in "abc")
PERSON = {"kind": "citizen", "name": "李某", "phone": "13800000000"}
scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@pytest.mark.slow
@given(values)
def test_what_is_sealed_is_opened_as_it_was(value: object) -> None:
    vault = Vault([NEW])
    assert vault.open(vault.seal(value)) == value


def test_a_sealed_value_shows_nothing_of_what_it_holds_and_is_never_the_same_twice() -> None:
    vault = Vault([NEW])
    first, second = vault.seal(PERSON), vault.seal(PERSON)
    assert first != second
    assert "李" not in first
    assert "13800000000" not in first


def test_a_new_key_seals_while_the_old_one_still_opens() -> None:
    sealed = Vault([OLD]).seal(PERSON)
    both = Vault([NEW, OLD])
    assert both.open(sealed) == PERSON
    renewed = both.renew(sealed)
    assert renewed is not None
    assert Vault([NEW]).open(renewed) == PERSON
    assert both.renew(renewed) is None


def test_without_its_key_nothing_is_opened_and_nothing_is_renewed() -> None:
    sealed = Vault([OLD]).seal(PERSON)
    for attempt in (Vault([OTHER]).open, Vault([OTHER]).renew):
        with pytest.raises(SealBroken, match="HUIYING_CONTACT_KEYS"):
            attempt(sealed)


@pytest.mark.parametrize("place", [0, 10, 60, -2])
def test_a_changed_letter_is_noticed(place: int) -> None:
    sealed = Vault([NEW]).seal(PERSON)
    changed = list(sealed)
    changed[place] = "A" if changed[place] != "A" else "B"
    with pytest.raises(SealBroken):
        Vault([NEW]).open("".join(changed))


def test_keys_are_read_newest_first() -> None:
    assert keys(f" {NEW}  {OLD}\n") == (NEW, OLD)


@pytest.mark.parametrize("text", ["", "  ", "short", f"{NEW} short"])
def test_a_key_that_could_be_guessed_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="at least 32"):
        keys(text)
