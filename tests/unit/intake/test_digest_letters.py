"""Letters that say what is new: by the account of somebody as it is by then, and nothing of who they are in the open."""

from __future__ import annotations

import pytest

from services.accounts import managing
from services.accounts.model import Invited, NewGrant
from services.contracts.envelope import Event
from services.contracts.messages.accounts import DigestDue, LetterGathered, NewsOfKind
from services.contracts.topology import LETTERS, destinations
from services.runtime.clock import new_id

NEWS = (NewsOfKind("assigned", 2, ("/desk/a-2",)),)


@pytest.fixture
def office(harness):
    harness.keep_accounts()
    return harness


def account(office, sign_in, **reach):
    def unit(_, people):
        person = people.add(Invited(sign_in, "周敏", NewGrant("reviewer"), **reach))
        people.change(person, state="active")
        return person

    return office.intake.accounts.change(unit)


def letters(office, person, *ways):
    """What is written when they have something new."""
    before = len(office.private())
    event = Event(new_id(), "/notify", person, office.clock.now(), 0, DigestDue(ways, "en", NEWS))
    office.consume(event)
    found = [each.data for each in office.private()[before:]]
    assert all(destinations(each) == ((LETTERS, "notify.letters"),) for each in found)
    return found


def test_a_letter_goes_by_the_ways_that_were_chosen_and_there_are(office):
    person = account(office, "zhou.min", email="zhou@x.example")
    for ways in (("email", "chat"), ("email",), ("chat",)):
        (found,) = letters(office, person, *ways)
        assert isinstance(found, LetterGathered)
        assert (found.language, found.news, office.vault.open(found.name)) == ("en", NEWS, "周敏")
        reach = {"email": found.email, "chat": found.chat}
        opened = {way: office.vault.open(text) for way, text in reach.items() if text}
        assert opened == {way: {"email": "zhou@x.example", "chat": "zhou.min"}[way] for way in ways}
        assert not any(word in str(found) for word in ("zhou", "周敏"))
    assert letters(office, account(office, "li.na"), "email") == []


def test_who_may_not_act_any_more_gets_none(office):
    for end in (managing.suspend, managing.erase):
        person = account(office, f"zhou.{end.__name__}", email="zhou@x.example")
        end(office.intake.accounts, person, None)
        assert letters(office, person, "email", "chat") == []
    without = account(office, "wu", email="wu@x.example")
    (grant,) = office.intake.accounts.read(lambda people: people.get(without)).grants
    managing.end_grant(office.intake.accounts, without, grant.id, None)
    assert letters(office, without, "email") == []
    assert letters(office, new_id(), "email") == []
