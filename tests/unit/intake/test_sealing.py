"""Personal data stays readable when the key is exchanged, and what stands in the clear is sealed."""

from __future__ import annotations

import pytest

from services.intake.__main__ import SEALED_A_COMMIT, Sealer
from services.intake.store import contacts
from services.runtime.store.vault import SealBroken, Vault
from tests.unit.intake.harness import KEY, Routing
from tests.unit.intake.personal_data import in_files, in_the_clear, persons
from tests.unit.intake.whole_case import MARKERS, open_case

OTHER_KEY = "another-key-for-tests-as-long-as-a-key-has-to-be"


def rotate(harness, vault, **body):
    """What a system with these keys does."""
    harness.keep_accounts()
    object.__setattr__(harness.intake, "vault", vault)
    answer = harness.post("/contacts/rotation", body, "admin")
    assert answer.status_code == 200, answer.text
    return answer.get_json()


@pytest.mark.slow
def test_everything_is_sealed_anew_and_the_old_key_is_needed_no_more(harness):
    case = open_case(harness, **MARKERS)
    before = persons(harness, case.id)
    both = Vault([OTHER_KEY, KEY])
    assert rotate(harness, both) == {"opinions": 2, "renewed": 4, "current": 0, "broken": 0, "next": None}
    assert rotate(harness, both) == {"opinions": 2, "renewed": 0, "current": 4, "broken": 0, "next": None}
    assert rotate(harness, Vault([OTHER_KEY]))["broken"] == 0
    assert persons(harness, case.id) == before
    with pytest.raises(SealBroken):
        Vault([KEY]).open(harness.row(case.id)["personal"])


def test_a_rotation_that_was_killed_goes_on_where_it_is_needed(harness):
    for _ in range(5):
        harness.submit(submitter={"kind": "citizen", "phone": "13700000009"})
    both = Vault([OTHER_KEY, KEY])
    first = rotate(harness, both, limit=2)
    assert (first["renewed"], first["next"] is None) == (2, False)
    assert rotate(harness, both) == {"opinions": 5, "renewed": 3, "current": 2, "broken": 0, "next": None}


def test_what_no_key_opens_is_counted_and_left_as_it_is(harness):
    taken = harness.submit(submitter={"kind": "citizen", "phone": "13700000009"})
    sealed = harness.row(taken.id)["personal"]
    assert rotate(harness, Vault([OTHER_KEY])) == {"opinions": 1, "renewed": 0, "current": 0, "broken": 1, "next": None}
    assert harness.row(taken.id)["personal"] == sealed


@pytest.mark.slow
def test_what_an_earlier_version_left_in_the_clear_can_be_read_and_is_sealed_by_the_worker(harness):
    taken = in_the_clear(harness, 3)
    before = [persons(harness, each.id) for each in taken]
    assert before[1] == {
        "submitter": {**MARKERS["submitter"], "name": "标记甲1"}, "relay": MARKERS["relay"], "deputy": "标记己", "cosigners": [],
    }  # fmt: skip
    assert before[0]["cosigners"] == [{"kind": "citizen", "name": "标记乙", "phone": "13700000002"}]
    harness.consume(Routing(taken[0].id, harness.clock.now()).created())
    assert [(letter.phone, letter.name) for letter in harness.letters() if letter.about == "assigned"] == [
        ("13700000001", "标记甲0"), ("13700000002", "标记乙"),
    ]  # fmt: skip
    assert in_files(harness, "标记甲0", "标记己", "13700000002") != []
    turn = Sealer(harness.intake).turn
    assert [turn(), turn(), turn()] == [True, False, False]
    assert [persons(harness, each.id) for each in taken] == before
    assert in_files(harness, "标记甲", "标记乙", "标记丁", "标记己", "13700000001", "13700000002", "mark1@example.org") == []


def test_more_than_fits_into_a_commit_is_sealed_in_several(harness, monkeypatch):
    monkeypatch.setattr("services.intake.__main__.SEALED_A_COMMIT", 2)
    assert SEALED_A_COMMIT > 2
    in_the_clear(harness, 5)
    turn = Sealer(harness.intake).turn
    assert [turn() for _ in range(4)] == [True, True, True, False]
    with harness.database.reading() as connection:
        assert contacts.in_the_clear(connection, None, 10) == []
