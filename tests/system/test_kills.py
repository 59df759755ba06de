"""`kill -9` of any one process while a batch comes in, then `up`: nothing is lost, nothing is in two places or done twice."""

import sqlite3
import time
from collections import Counter, defaultdict
from contextlib import closing
from uuid import uuid4

import pytest
import requests

from tests.system.installation import PROCESSES, WEB_CHILD
from tests.system.mailbox import Mailbox
from tests.system.opinions import ndjson, opinions
from tests.system.place import difference, eventually

RELAY_BATCH, DESTINATIONS = 200, 2
#: The relays have a second batch under way when somebody is killed, and more lines come after that.
NUMBER, KILL_AT = RELAY_BATCH + 60, RELAY_BATCH + 40
COUNTED = {"submitted": NUMBER, "accepted": NUMBER, "assigned": NUMBER}
#: What the timeline of each opinion tells.
ONCE = Counter({"opinion.submitted": 1, "opinion.accepted": 1, "assignment.created": 1})


def lines_with_a_kill(installation, forms, victim):
    """The lines of a batch; in the middle of it the victim is killed."""
    for number, line in enumerate(ndjson(forms)):
        if number == KILL_AT:
            time.sleep(0.3)  # Long enough for the lines so far to be on their way through all of them.
            installation.kill(victim)
        yield line


def send_all(installation, forms, victim):
    """Send the batch with the kill in it, bring everything up again, and send it once more where it was cut off."""
    cut = False
    try:
        answers = installation.place().batch(lines_with_a_kill(installation, forms, victim))
    except requests.RequestException:
        cut = True
    assert victim not in installation.pids()
    assert cut or victim != WEB_CHILD
    place = installation.up()
    assert set(installation.pids()) == set(PROCESSES)
    if cut:
        answers = place.batch(ndjson(forms))
    assert {answer["status"] for answer in answers} <= {"created", "exists"}
    return place, [answer["id"] for answer in answers]


def assignments_in_queues(mail, ids):
    """For each opinion the (queue, message id) of every copy of its assignment, once all have come and nothing more comes."""
    wanted = set(ids)

    def copies():
        mail.look(0.2)
        found = defaultdict(list)
        for letter in mail.letters:
            lead = letter.type == "assignment.created" and letter.data["role"] == "lead"
            if lead and letter.data["opinion"]["id"] in wanted:
                found[letter.data["opinion"]["id"]].append((letter.queue, letter.message_id))
        return found

    eventually(lambda: len(copies()) == len(wanted), 60)
    mail.settle(1.5)
    return copies()


def recorded(installation, leads):
    """How often each thing that submitters see is in the timelines, from the store: over HTTP that takes longer than all else."""
    found = defaultdict(Counter)
    with closing(sqlite3.connect(installation.var / "intake.db")) as store:
        query = "SELECT opinion, what, json_extract(facts, '$.assignment') FROM timeline WHERE audience IS NULL"
        for opinion, what, assignment in store.execute(query):
            found[opinion][what] += assignment is None or assignment in leads
    return found


@pytest.mark.parametrize("victim", [*PROCESSES, WEB_CHILD])
def test_killing_one_process_loses_nothing_and_doubles_no_effect(calm, victim):
    before, forms = calm.place().statistics(), opinions(uuid4().hex, NUMBER)
    place, ids = send_all(calm, forms, victim)
    assert len(set(ids)) == NUMBER

    with Mailbox(place.broker_url) as mail:
        copies = assignments_in_queues(mail.open(place.departments()), ids)
    # One queue and one message id each, so that a second copy is told by its id.
    assert {len(set(seen)) for seen in copies.values()} == {1}
    second = sum(len(seen) - 1 for seen in copies.values())
    assert second <= RELAY_BATCH * DESTINATIONS

    eventually(lambda: difference(place.statistics(), before).items() >= COUNTED.items(), 60)
    leads = {row["id"]: row["opinion"] for row in place.pages("/assignments", limit=500, role="lead")}
    # Intake and who counts hear the same each in their own time.
    eventually(lambda: set(ids) <= {opinion for opinion, told in recorded(calm, leads).items() if told >= ONCE}, 60)
    time.sleep(1.0)
    counted = difference(place.statistics(), before)
    assert {name: counted[name] for name in COUNTED} == COUNTED
    by_opinion = Counter(leads.values())
    assert {by_opinion[opinion] for opinion in ids} == {1}
    told = recorded(calm, leads)
    assert {opinion: told[opinion] for opinion in ids if told[opinion] != ONCE} == {}
    assert place.told(ids[KILL_AT]) == ONCE
