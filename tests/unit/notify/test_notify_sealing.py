"""Whom a letter is for stands nowhere in the clear: not on its way, not while it waits; and it can be called back."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.contracts.messages.supervision import LetterCancelled, LetterRequested
from services.notify.store.submitter_notifications import CANCELLED, NO_KEY, SubmitterNotificationStore
from services.notify.store.tables import submitter_notifications
from services.runtime.store.vault import SealBroken, Vault
from tests.unit.notify.scenes import KEY, scene_on

WAYS = {"email": "mailto://user:pw@smtp.example?to={to}", "sms": "json://sms.example/?to={to}"}
SECRETS = ("王先生", "wang@x.example", "13800000000")
OTHER_KEY = "another-key-for-tests-as-long-as-a-key-has-to-be"


@pytest.fixture
def scene(sqlite_database, clock):
    return scene_on(sqlite_database, clock, ways=WAYS)


def requested(receipt="ABCD-1234-EFGH-5"):
    return LetterRequested("received", receipt, "河道淤积", {}, *SECRETS)


def publish_to_notify(scene, *messages, opinion="o-1"):
    scene.hear_letters(*(scene.event(message, number, opinion) for number, message in enumerate(messages, 1)))


def held(scene):
    path = Path(scene.database.url.database)
    return b"".join(each.read_bytes() for each in (path, path.with_name(f"{path.name}-wal")) if each.exists())


def states(scene):
    return [(row["way"], row["state"], row["reason"]) for row in scene.rows(submitter_notifications, "opinion", "message", "way")]


def test_no_byte_of_the_store_says_whom_a_letter_is_for(scene):
    publish_to_notify(scene, requested())
    assert [row["state"] for row in scene.rows(submitter_notifications)] == ["pending", "pending"]
    assert [secret for secret in (*SECRETS, "ABCD-1234") if secret.encode() in held(scene)] == []
    scene.serve_way("email")
    assert scene.notifier.sent[0][0] == "mailto://user:pw@smtp.example?to=wang%40x.example"


def test_letters_to_whoever_was_erased_are_thrown_away_and_the_others_are_not(scene):
    publish_to_notify(scene, requested(), requested("WXYZ-0000-0000-1"), LetterCancelled(("ABCD-1234-EFGH-5",)))
    publish_to_notify(scene, requested(), opinion="o-2")
    assert states(scene) == [
        ("email", "dropped", CANCELLED), ("sms", "dropped", CANCELLED), *[("email", "pending", None), ("sms", "pending", None)] * 2,
    ]  # fmt: skip
    gone = [row for row in scene.rows(submitter_notifications) if row["state"] == "dropped"]
    assert {(row["contact"], row["title"], row["body"], row["next_at"]) for row in gone} == {(None, None, None, None)}


@pytest.mark.parametrize("together", [True, False])
def test_no_order_of_messages_brings_back_whom_a_letter_is_for(scene, together):
    told = [requested(), requested("WXYZ-0000-0000-1"), LetterCancelled(("ABCD-1234-EFGH-5",))]
    said = [scene.event(message, number, "o-1") for number, message in enumerate(told)]
    events = [replace(event, time=event.time + timedelta(minutes=number)) for number, event in enumerate(said)]
    for number, order in enumerate(permutations(events)):
        mine = [replace(event, id=f"{number}-{event.id}", subject=f"o-{number}") for event in order]
        for batch in [mine] if together else [[event] for event in mine]:
            scene.hear_letters(*batch)
    waiting = [row for row in scene.rows(submitter_notifications) if row["state"] == "pending"]
    assert sorted((row["opinion"], row["way"]) for row in waiting) == [
        (f"o-{n}", way) for n in range(6) for way in ("email", "sms")
    ]
    assert all("WXYZ-0000-0000-1" in scene.vault.open(row["body"]) for row in waiting)
    # What is asked for later is new, as when a contact was left again.
    scene.hear_letters(replace(events[0], id="later", subject="o-0", time=events[2].time + timedelta(minutes=1)))
    assert sum(row["state"] == "pending" for row in scene.rows(submitter_notifications)) == len(waiting) + 2


def test_a_letter_that_is_being_sent_while_it_is_called_back_is_not_tried_again(scene):
    publish_to_notify(scene, requested())
    post = SubmitterNotificationStore(scene.database, scene.vault)
    letter = post.take("email")
    publish_to_notify(scene, LetterCancelled(("ABCD-1234-EFGH-5",)), opinion="o-1")
    post.refused(letter, "timed out", scene.clock.now())
    assert [row[1] for row in states(scene)] == ["dropped", "dropped"]
    assert post.take("email") is None


def test_what_waits_is_brought_under_the_newest_key(scene):
    publish_to_notify(scene, requested())
    post = SubmitterNotificationStore(scene.database, Vault([OTHER_KEY, KEY]))
    assert (post.reseal(), post.reseal()) == (2, 0)
    letter = SubmitterNotificationStore(scene.database, Vault([OTHER_KEY])).take("email")
    assert letter.content[0] == "wang@x.example"


def test_a_letter_that_no_key_opens_is_given_up_and_the_next_one_is_sent(scene):
    publish_to_notify(scene, requested())
    scene.vault = Vault([OTHER_KEY])
    object.__setattr__(scene.service, "vault", scene.vault)
    publish_to_notify(scene, requested(), opinion="o-2")
    assert scene.serve_way("email") == 1
    assert [row for row in states(scene) if row[0] == "email"] == [("email", "failed", NO_KEY), ("email", "sent", None)]


def test_a_letter_whose_key_is_missing_does_not_tell_its_secrets_when_it_fails(scene):
    message = scene.sealed(requested())
    object.__setattr__(scene.service, "vault", Vault([OTHER_KEY]))
    scene.vault = Vault([KEY])
    with pytest.raises(SealBroken) as failure:
        publish_to_notify(scene, requested())
    assert not any(secret in str(failure.value) for secret in (*SECRETS, message.email))
