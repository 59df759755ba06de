"""Marked persons go through all four services; then every store, with its log, and every message is searched for them."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
import sqlalchemy as sa

from services.contracts.topology import DEAD, LETTERS, SERVICES, dead_queue
from services.notify.store.tables import submitter_notifications
from services.runtime.clock import ZONE, FixedClock
from services.runtime.messaging.broker import Outgoing
from services.runtime.store.vault import Vault
from tests.integration.whole.county import County
from tests.integration.whole.test_every_move import TOWN

START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
WAYS = {
    "HUIYING_NOTIFY_SUBMITTER_EMAIL": "mailto://smtp.example?to={to}",
    "HUIYING_NOTIFY_SUBMITTER_SMS": "json://sms.example/?to={to}",
}
PERSONS = {
    "submitter": {"kind": "deputy", "name": "标记甲", "phone": "13700000001", "email": "mark1@example.org"},
    "cosigners": [{"kind": "citizen", "name": "标记乙", "phone": "13700000002"}, {"kind": "enterprise", "name": "标记丙"}],
    "relay": ["标记丁", {"role": "informant", "name": "标记戊"}], "deputy": "标记己",
}  # fmt: skip
SECRETS = ("标记甲", "标记乙", "标记丙", "标记丁", "标记戊", "标记己", "13700000001", "13700000002", "mark1@example.org")
OPINION = {"title": "路灯不亮MARK", "content": "东街的路灯坏了MARK。", "topic": "street-lights"}
#: Where messages wait until everybody has heard them; they go by themselves.
ON_THEIR_WAY = ("outbox", "published", "addressed")


class Witnessed(County):
    """A county in which every message that goes anywhere is remembered: its body and its headers."""

    def __init__(self, *given, **more):
        super().__init__(*given, **more)
        self.witnessed: list[bytes] = []
        route = self.broker.route

        def remember(message, user_id=None):
            self.witnessed += [message.body, repr(message.headers).encode()]
            return route(message, user_id)

        self.broker.route = remember


@pytest.fixture
def county(templates, tmp_path):
    made = Witnessed(templates, tmp_path, TOWN, FixedClock(START), more=WAYS)
    yield made
    made.close()


def found(county):
    """Where any of the marks stands: in the bytes of which file, in which table, or in messages."""
    places = {path.name: path.read_bytes() for path in county.folder.iterdir() if path.is_file()}
    for name in SERVICES:
        places |= tables_of(county, name)
    places["messages"] = b"\n".join(county.witnessed)
    return {name: marks for name, held in places.items() if (marks := [mark for mark in SECRETS if mark.encode() in held])}


def tables_of(county, service):
    """Everything that each table of a store holds, as text."""
    with county.database(service).reading() as connection:
        names = sa.inspect(connection).get_table_names()
        rows = {name: connection.execute(sa.text(f'SELECT * FROM "{name}"')).all() for name in names}
    return {f"{service}.{name}": b"\n".join(_bytes(value) for row in got for value in row) for name, got in rows.items()}


def _bytes(value):
    return value if isinstance(value, bytes) else str(value).encode()


def live(county):
    """A case from its submission to its evaluation; returns its id and the submitter's receipt."""
    status, taken = county.post("/opinions", {**OPINION, **PERSONS}, "reviewer")
    assert status == 201
    county.pump()
    shown = county.get(f"/opinions/{taken['id']}")[1]
    for verb, data in (("sign", {}), ("reply", {"content": "已修好。", "outcome": "solved"})):
        county.command(shown["department"], verb, {"assignment": shown["assignment"], **data})
    county.pump()
    for receipt in (taken["receipt"], *taken["cosigners"]):
        assert county.post(f"/receipts/{receipt}/evaluation", {"result": "satisfied"})[0] == 201
    county.work()
    return taken["id"], taken["receipt"]


def test_no_store_and_no_message_names_anybody_and_whoever_may_know_still_reads_it(county):
    opinion, _ = live(county)
    assert found(county) == {}
    assert county.database("notify").url.database is not None
    with county.database("notify").reading() as connection:
        waiting = (
            connection.execute(sa.select(submitter_notifications.c.about).where(submitter_notifications.c.contact.is_not(None)))
            .scalars()
            .all()
        )
    # Three ways to reach two people: a letter each for every step.
    assert waiting.count("received") == 3
    assert waiting.count("replied") == 3
    shown = county.get(f"/opinions/{opinion}")[1]
    assert {name: shown[name] for name in PERSONS} == PERSONS


def test_what_could_not_be_delivered_is_parked_without_a_name(county):
    county.post("/opinions", {**OPINION, **PERSONS}, "reviewer")
    county.relay()
    # A letter that cannot be read, and one under a key that nobody here has.
    (letter, *_) = county.broker.waiting("notify.letters")
    sealed = json.loads(letter.body)
    stranger = {"phone": Vault(["a-key-of-some-other-place-that-nobody-here-has"]).seal("13700000001")}
    for number, change in enumerate(({"dataschema": "/schemas/letter.requested/9"}, {"data": {**sealed["data"], **stranger}})):
        body = json.dumps({**sealed, **change, "id": f"bad-{number}"}).encode()
        county.broker.route(Outgoing(f"bad-{number}", LETTERS, "notify.letters", body))
    county.work()
    parked = county.broker.waiting(dead_queue("notify.letters"))
    assert len(parked) == 2
    assert {message.exchange for message in parked} == {DEAD}
    assert found(county) == {}


def test_after_an_erasure_the_numbers_are_the_same_and_no_letter_waits_and_no_service_has_its_words(county):
    opinion, receipt = live(county)
    before = county.get("/statistics", who="admin")
    status, erased = county.post(f"/opinions/{opinion}/erasure", {"content": True}, "admin")
    assert (status, erased) == (200, {"id": opinion, "persons": 3, "content": True})
    county.work()
    assert county.get("/statistics", who="admin") == before
    with county.database("notify").reading() as connection:
        assert (
            connection.execute(sa.select(submitter_notifications.c.id).where(submitter_notifications.c.contact.is_not(None))).all()
            == []
        )
    kept = {place for name in SERVICES for place, held in tables_of(county, name).items() if b"MARK" in held}
    assert {place for place in kept if not place.endswith(ON_THEIR_WAY)} == set()
    status, shown = county.get(f"/receipts/{receipt}", who=None)
    assert (status, shown["state"]) == (200, "concluded")
    assert shown["timeline"][-1]["what"] == "opinion.erased"
    assert county.dead() == []
