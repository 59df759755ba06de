"""A promise of inclusion as outsiders check it: kept, not due yet, broken, forged."""

import json
import urllib.error
from dataclasses import replace
from datetime import timedelta
from email.message import Message

import pytest
import sqlalchemy as sa

from examples.python import verify_ledger, verify_promise
from services.contracts.envelope import encode
from services.contracts.ledger import MERGE_DELAY, InclusionPromise, subject_of
from services.metrics.domain.ledger.received import received
from services.metrics.handlers import ledger
from services.metrics.store.tables import heads, leaves
from services.runtime.process.signing import Ed25519Signer
from tests.unit.metrics.events import START, Case
from tests.unit.metrics.test_heads import Two, rewrite, sign_again

pytestmark = pytest.mark.slow
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
SIGNER = Ed25519Signer(["a-key-of-promises-as-long-as-a-key-has-to-be"])
FORGER = Ed25519Signer(["a-key-that-nobody-has-published-anywhere"])


class Place(Two):
    """The whole place: the ledger, its witness, and the keys of intake."""

    def get(self, path: str) -> bytes:
        if path.startswith("/keys"):
            return json.dumps(
                {"items": [{"key": name, "public": key.hex()} for name, key in SIGNER.publics.items()], "next": None}
            ).encode()
        try:
            return super().get(path)
        except verify_ledger.NotReadable as error:
            status = json.loads(str(error))["status"]
            raise error from urllib.error.HTTPError(path, status, "", Message(), None)


def promise_of(event, signer=SIGNER, **changes):
    """The promise that intake gives for an event."""
    by = (event.time + MERGE_DELAY).replace(microsecond=0)
    promise = InclusionPromise(event.id, subject_of(event.subject), received(encode(event)).body, by, signer.name)
    promise = replace(promise, **changes)
    return {
        "id": promise.id, "subject": promise.subject, "body": promise.body.hex(), "by": promise.by.isoformat(), "key": promise.key,
        "signature": signer.sign(promise.text).hex(),
    }  # fmt: skip


@pytest.fixture
def story(running, clock):
    """An hour of events for each of five hours, with a head over all but the last hour."""
    told = []
    for number in range(5):
        clock.instant = START + number * HOUR
        ledger.sign_head(running.service)
        told += Case(f"c{number}", at=clock.instant).submitted().accepted().events
        running.consume(told[-2:])
    return told


def look(running, promise, now, place=None):
    """What is said, and what is wrong."""
    said = []
    try:
        for line in verify_promise.look(place or Place(running), promise, now):
            said += [line]
    except verify_promise.Broken as error:
        return said, str(error)
    return said, None


def test_every_promise_that_was_kept_is_found_under_a_head(running, story, clock):
    for event in story[:8]:
        said, wrong = look(running, promise_of(event), clock.now() + 2 * MERGE_DELAY)
        assert wrong is None
        assert said[1].startswith("counted as leaf")
        assert said[2].startswith("under the signed head over")


def test_what_no_head_is_over_yet_is_not_due_and_is_broken_after_its_time(running, story, clock):
    promise = promise_of(story[-1])
    assert look(running, promise, clock.now() + HOUR)[1] is None
    assert "no signed head is over it" in look(running, promise, clock.now() + MERGE_DELAY + SECOND)[1]


def test_what_was_never_counted_is_not_due_and_is_missing_after_its_time(running, story, clock):
    promise = promise_of(Case("lost", at=clock.now()).submitted().events[0])
    said, wrong = look(running, promise, clock.now() + MERGE_DELAY - SECOND)
    assert (wrong, said[-1].startswith("not there yet")) == (None, True)
    said, wrong = look(running, promise, clock.now() + MERGE_DELAY + SECOND)
    assert "the leaf is missing, and its time is over" in wrong


@pytest.mark.parametrize("field", ["id", "subject", "body", "by", "key"])
def test_a_promise_that_was_changed_is_none(running, story, clock, field):
    promise = promise_of(story[0])
    other = promise_of(story[4])
    promise[field] = FORGER.name if field == "key" else other[field]
    assert "no signature of a published key" in look(running, promise, clock.now())[1]


def test_a_promise_of_a_forger_s_own_key_is_none(running, story, clock):
    assert "no signature of a published key" in look(running, promise_of(story[0], FORGER), clock.now())[1]
    own_name = promise_of(story[0], FORGER) | {"key": SIGNER.name}
    assert "no signature of a published key" in look(running, own_name, clock.now())[1]


@pytest.mark.parametrize("field", ["body", "subject"])
def test_another_message_counted_under_the_same_id_is_found(running, story, clock, field):
    changes = {"body": bytes(32), "subject": "0" * 64}
    promise = promise_of(story[0], **{field: changes[field]})
    _, wrong = look(running, promise, clock.now())
    assert f"its {field} is" in wrong


def test_a_leaf_that_was_rewritten_under_the_old_head_is_found(running, story, clock):
    place = Place(running)
    rewrite(running, 0)
    _, wrong = look(running, promise_of(story[0]), clock.now() + MERGE_DELAY, place)
    assert wrong is not None


def test_a_ledger_that_was_rewritten_and_signed_anew_is_found_by_the_witness(running, story, clock):
    place = Place(running)
    with running.database.transaction() as work:
        leaf = bytes(work.execute(sa.select(leaves.c.leaf).where(leaves.c.number == 1)).scalar_one())
        work.execute(leaves.update().where(leaves.c.number == 1).values(leaf=leaf.replace(b"opinion.", b"opinioN.", 1)))
    sign_again(running, clock)
    _, wrong = look(running, promise_of(story[0]), clock.now() + MERGE_DELAY, place)
    assert "has not heard of the head" in wrong
    with running.database.transaction() as work:
        work.execute(heads.update().values(signature=bytes(64)))
    assert "no signature of a published key" in look(running, promise_of(story[0]), clock.now(), place)[1]


def test_the_inclusion_of_nothing_is_not_found(running, story):
    assert running.get("/api/v1/ledger/inclusion", event="nobody").status_code == 404
    assert running.get("/api/v1/ledger/inclusion").status_code == 422
    assert running.get("/api/v1/ledger/inclusion", event=story[-1].id).json["head"] is None
