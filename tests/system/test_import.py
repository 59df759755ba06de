"""Many opinions at once: each ends in exactly one lead department's queue, and the same file again adds none."""

import io
from collections import Counter
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest

from services.runtime.sheets.workbook import XLSX
from tests.system.mailbox import Mailbox
from tests.system.opinions import ndjson, opinions
from tests.system.place import difference, eventually

CREATED = "assignment.created"
NUMBER = 60
#: Exports of a 12345 hotline, made up: a CSV in GBK, and a workbook with a title above its header; tickets in each.
HOTLINE, TICKETS = Path(__file__).parent / "hotline", 40
#: How the ticket numbers in them begin.
NUMBERED = "RX2024"


def queues_of(mail, ids, seconds):
    """The lead queues of these opinions, by opinion, once all have come and nothing more comes."""
    wanted = set(ids)

    def leads():
        mail.look(0.2)
        created = mail.find(lambda letter: letter.type == CREATED and letter.data["role"] == "lead")
        return [letter for letter in created if letter.data["opinion"]["id"] in wanted]

    eventually(lambda: len({letter.data["opinion"]["id"] for letter in leads()}) == len(wanted), seconds)
    mail.settle(1.0, CREATED)
    return Counter((letter.data["opinion"]["id"], letter.queue) for letter in leads())


def test_a_batch_ends_in_one_lead_queue_each_and_the_same_batch_again_adds_none(place):
    before, forms = place.statistics(), opinions(uuid4().hex, NUMBER)
    with Mailbox(place.broker_url) as mail:
        mail.open(place.departments())
        first = place.batch(ndjson(forms))
        assert Counter(answer["status"] for answer in first) == {"created": NUMBER}
        found = queues_of(mail, [answer["id"] for answer in first], 30)
        assert len(found) == NUMBER
        assert set(found.values()) == {1}

        again = place.batch(ndjson(forms))
        assert Counter(answer["status"] for answer in again) == {"exists": NUMBER}
        assert [answer["id"] for answer in again] == [answer["id"] for answer in first]
        assert queues_of(mail, [answer["id"] for answer in first], 30) == found
    added = {"submitted": NUMBER, "accepted": NUMBER, "assigned": NUMBER}

    def counted():
        found = difference(place.statistics(), before)
        # What was on its way from before may be counted meanwhile too.
        return all(found.get(name, 0) >= number for name, number in added.items())

    eventually(counted, 90)


def test_a_department_gets_what_is_about_its_topics(place):
    forms = [form for form in opinions(uuid4().hex, NUMBER) if "topic" in form]
    with Mailbox(place.broker_url) as mail:
        mail.open(place.departments())
        answers = place.batch(ndjson(forms))
        found = dict(queues_of(mail, [answer["id"] for answer in answers], 30).keys())
    topics = place.topics()
    for form, answer in zip(forms, answers, strict=True):
        assert found[answer["id"]] == f"department.{topics[form['topic']]['department']}"


def exported(name, run):
    """The export as a hotline writes it, with ticket numbers of this run's own, so that no system has them already."""
    data = (HOTLINE / name).read_bytes()
    if name.endswith(".csv"):
        return data.replace(NUMBERED.encode(), run.encode())
    book, stream = openpyxl.load_workbook(io.BytesIO(data)), io.BytesIO()
    for (cell,) in book.active.iter_rows(min_row=3, max_col=1):
        cell.value = cell.value.replace(NUMBERED, run)
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(("name", "content_type"), [("march.csv", "text/csv"), ("april.xlsx", XLSX)])
def test_an_export_of_the_hotline_ends_in_one_lead_queue_each_counted_over_amqp(place, name, content_type):
    data = exported(name, uuid4().hex)
    with Mailbox(place.broker_url) as mail:
        mail.open(place.departments())
        first = place.batch(data, content_type)
        assert Counter(answer["status"] for answer in first) == {"created": TICKETS}, first
        found = queues_of(mail, [answer["id"] for answer in first], 120)
        assert (len(found), set(found.values())) == (TICKETS, {1})
        assert Counter(answer["status"] for answer in place.batch(data, content_type)) == {"exists": TICKETS}
