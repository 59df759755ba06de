"""The broker's data is gone, or a store is put back: nothing is lost or done twice, and what cannot be made up is named."""

import json
import shutil
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from uuid import uuid4

import pytest

from tests.system.conftest import alone
from tests.system.mailbox import Mailbox
from tests.system.opinions import ndjson, opinions
from tests.system.place import difference, eventually

STAGE = 50
PROMISED_SECONDS = 60
ONCE = Counter({"opinion.accepted": 1, "assignment.created": 1})


def send(place, count):
    answers = place.batch(ndjson(opinions(uuid4().hex, count)))
    assert {answer["status"] for answer in answers} == {"created"}
    return [answer["id"] for answer in answers]


def leads(place, ids):
    wanted = set(ids)
    return {row["opinion"]: row for row in place.pages("/assignments", limit=500, role="lead") if row["opinion"] in wanted}


def lead_copies(mail, ids):
    """For each opinion the (queue, message id) of every copy of its lead's assignment that lies in a department's queue."""
    mail.look(0.3)
    found, wanted = defaultdict(list), set(ids)
    for letter in mail.letters:
        if letter.type == "assignment.created" and letter.data["role"] == "lead" and letter.data["opinion"]["id"] in wanted:
            found[letter.data["opinion"]["id"]].append((letter.queue, letter.message_id))
    return found


def lose(installation):
    """The broker ends as by a power cut, and its disk does not come back."""
    installation.kill("broker")
    shutil.rmtree(installation.var / "broker" / "data")


def copy_store(source, target):
    """With what stands in the log alone, which a process that was killed for being slow has left there."""
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)


def readiness_of_routing(installation):
    return installation.place().ask("GET", "/readyz").json()["routing"]


def to_departments(installation):
    """The ids of messages to departments of which routing's store knows that nothing is missing elsewhere."""
    with closing(sqlite3.connect(installation.var / "routing.db")) as store:
        return {message for (message,) in store.execute("SELECT message_id FROM addressed")}


def opinions_in_every_stage(installation):
    """200 opinions: signed; in a department's queue; assigned while nobody counts and plans; accepted while nobody assigns."""
    place = installation.place()
    signed, waiting = send(place, STAGE), send(place, STAGE)
    eventually(lambda: len(leads(place, signed + waiting)) == 2 * STAGE, 60)
    for row in leads(place, signed).values():
        place.post(f"/assignments/{row['id']}/sign", {}, token=place.admin_token)
    for name in ("metrics", "notify"):
        installation.kill(name)
    uncounted = send(place, STAGE)
    eventually(lambda: len(leads(place, uncounted)) == STAGE, 60)
    installation.kill("routing")
    return signed, waiting, uncounted, send(place, STAGE)


@pytest.fixture(scope="module")
def calm_alone():
    """A system for all tests of this file, to which nothing else has happened: they leave it running."""
    with alone("catalogue.yml") as made:
        made.up()
        yield made


def test_what_was_taken_out_of_departments_queues_is_found_and_sent_again(calm_alone):
    place = calm_alone.place()
    before, ids = place.statistics(), send(place, 20)
    eventually(lambda: difference(place.statistics(), before).get("assigned") == 20, 60)
    eventually(lambda: len(leads(place, ids)) == 20, 60)
    queues = {f"department.{row['department']}" for row in leads(place, ids).values()}

    def reconcile(*options):
        found = {each["service"]: each["departments"] for each in json.loads(calm_alone.run("reconcile", "--json", *options))}
        return set(found["routing"])

    with Mailbox(place.broker_url) as mail:
        mail.open(place.departments())
        eventually(lambda: len(lead_copies(mail, ids)) == 20)
        mail.settle(0.5)
        sent = lead_copies(mail, ids)
    # A message can be sent again to a department once every service has confirmed the stretch that it stands in.
    eventually(lambda: to_departments(calm_alone) >= {message for seen in sent.values() for _, message in seen}, 60)
    eventually(lambda: reconcile("--dry-run") >= queues, 60)
    assert reconcile() >= queues
    with Mailbox(place.broker_url) as mail:
        mail.open(place.departments())
        eventually(lambda: lead_copies(mail, ids).keys() == set(ids))
        assert {opinion: set(seen) for opinion, seen in lead_copies(mail, ids).items()} == {
            opinion: set(seen) for opinion, seen in sent.items()
        }


def test_a_broker_without_its_data_gets_everything_again_and_nothing_acts_twice(calm_alone):
    before = calm_alone.place().statistics()
    stages = opinions_in_every_stage(calm_alone)
    ids = [each for stage in stages for each in stage]
    lose(calm_alone)
    place = calm_alone.up()
    counted = {"submitted": 4 * STAGE, "accepted": 4 * STAGE, "assigned": 4 * STAGE, "signed": STAGE}
    eventually(lambda: difference(place.statistics(), before).items() >= counted.items(), PROMISED_SECONDS)
    # Who counts, the departments and intake hear the same each in their own time.
    eventually(lambda: all(place.told(opinion) >= ONCE for opinion in ids[::10]), PROMISED_SECONDS)
    unsigned = [each for stage in stages[1:] for each in stage]
    with Mailbox(place.broker_url) as mail:
        mail.open(place.departments())
        eventually(lambda: len(lead_copies(mail, unsigned)) == len(unsigned), PROMISED_SECONDS)
        mail.settle(1.0)
        copies = lead_copies(mail, unsigned)
    assert {len(set(seen)) for seen in copies.values()} == {1}
    by_opinion = Counter(row["opinion"] for row in place.pages("/assignments", limit=500, role="lead"))
    assert {by_opinion[opinion] for opinion in ids} == {1}
    exact = difference(place.statistics(), before)
    assert {name: exact[name] for name in counted} == counted
    for opinion in ids[::10]:
        seen = place.told(opinion)
        assert {what: seen[what] for what in ONCE} == ONCE


def test_a_store_that_was_put_back_is_named(calm_alone):
    place = calm_alone.place()
    before = place.statistics()
    send(place, 5)
    eventually(lambda: difference(place.statistics(), before).get("assigned") == 5, 60)
    store, kept = calm_alone.var / "routing.db", calm_alone.var / "kept.db"
    copy_store(store, kept)
    send(place, 20)
    eventually(lambda: difference(place.statistics(), before).get("assigned") == 25, 60)
    calm_alone.run("down")
    copy_store(kept, store)
    calm_alone.up()
    told = eventually(lambda: readiness_of_routing(calm_alone).get("store_behind"), PROMISED_SECONDS)
    assert told > 0
    assert "routing: by" in calm_alone.run("doctor", status=2)
    lacks = {each["service"]: each["behind"] for each in json.loads(calm_alone.run("reconcile", "--dry-run", "--json"))}
    assert lacks["routing"] == told
    assert "it goes on as it is" in calm_alone.run("reconcile", "--accept-restored")
    eventually(lambda: readiness_of_routing(calm_alone).get("store_behind") == 0, PROMISED_SECONDS)
    place = calm_alone.place()
    ids = send(place, 5)
    eventually(lambda: len(leads(place, ids)) == 5, 60)
    assert readiness_of_routing(calm_alone)["store_behind"] == 0
