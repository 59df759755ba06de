"""Opinions that were entrusted to people, on a store: what is kept, what is said, whom a letter goes to, and what ends it."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace as replace_field
from datetime import timedelta

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from services.contracts.envelope import EncodedEvent, encode
from services.contracts.errors import Conflict, NotFound
from services.contracts.messages.duties import (
    DutyEnded,
    DutySet,
    LetterEntrusted,
    OpinionFedback,
    OpinionRelayed,
    OpinionTaken,
    ReminderGiven,
)
from services.contracts.messages.supervision import LetterRequested
from services.intake.domain.constituency.owing import Party
from services.intake.handlers.constituency.caring import Entrusting
from services.intake.handlers.constituency.hearing import hear
from services.intake.handlers.constituency.telling import Correspondence
from services.intake.handlers.consuming import consume
from services.intake.handlers.erasing import erase
from services.intake.handlers.merging import merge
from services.intake.handlers.reviewing import decline
from services.intake.handlers.submitter import withdraw
from services.intake.handlers.taking import submit_many
from services.intake.store.constituency.duties import cares, relay_hops
from services.intake.store.constituency.tables import deputies
from services.intake.store.writing import IntakeStore
from services.runtime.clock import new_id
from tests.unit.intake.harness import DUE, Routing
from tests.unit.intake.opinions import submission

WANG, LI, EAST = Party("deputy", "wang", "王代表"), Party("deputy", "li", "李代表"), "central"


@dataclass(frozen=True)
class Holder:
    """Somebody who acts for a party."""

    name: str
    email: str | None
    phone: str | None = None


@dataclass
class Desk:
    """The commands on one store, each in a transaction of its own, as somebody with these letters to write to."""

    harness: object

    def __getattr__(self, command):
        def run(*arguments):
            with self.harness.database.transaction() as work:
                return getattr(self.entrusting(work), command)(*arguments)

        return run

    def entrusting(self, work):
        telling = Correspondence(
            lambda holder, codes: {code: [Holder(f"某{holder}", f"{code}@example.org")] for code in codes},
            "https://a.example/entrusted",
        )
        return Entrusting(IntakeStore(work, self.harness.vault), self.harness.catalogue, telling)

    def hear(self, *events):
        """Take events over as the consumer does, each in a batch of its own."""
        for event in events:
            with self.harness.database.transaction() as work:
                entrusting = self.entrusting(work)
                consume(entrusting.store, entrusting.catalogue, [EncodedEvent(event, encode(event))])
                hear(entrusting, [event])

    def standing(self, table, opinion):
        """The states of what a table has of an opinion, sorted."""
        with self.harness.database.reading() as connection:
            return sorted(connection.execute(sa.select(table.c.state).where(table.c.opinion == opinion)).scalars())


@pytest.fixture
def desk(harness):
    return Desk(harness)


def said(harness, *kinds):
    """What was said of these kinds, in order."""
    return [event.data for event in (*harness.said(), *harness.private()) if isinstance(event.data, kinds)]


def letters(harness):
    """(what about, to whom) of the letters to those who have to do with opinions; nobody can read in the outbox whom it is for."""
    found = said(harness, LetterEntrusted)
    assert not any("example.org" in str(letter.email) or "某" in letter.name for letter in found)
    return [(letter.about, harness.vault.open(letter.email)) for letter in found]


def answered(harness, desk, opinion):
    """The case is assigned and answered; returns what routing says next."""
    routing = Routing(opinion, harness.clock.now())
    desk.hear(routing.created(), routing.signed(), routing.replied())
    return routing


def test_a_deputy_takes_hears_and_feeds_back(harness, desk):
    taken = harness.submit(submitter={"kind": "citizen", "name": "张三", "phone": "13800000000"})
    desk.entrust(taken.id, WANG, None)
    desk.take(taken.id, "wang")
    answered(harness, desk, taken.id)
    care = desk.feed_back(taken.id, "wang", "visit")
    assert (care.state, care.owes) == ("fed_back", None)
    assert said(harness, OpinionTaken, OpinionFedback) == [OpinionTaken("wang"), OpinionFedback("wang", "visit")]
    assert [(message.of, message.holder) for message in said(harness, DutySet)] == [("take", "deputy"), ("feedback", "deputy")]
    assert [message.done for message in said(harness, DutyEnded)] == [True, True]
    assert letters(harness) == [(about, "wang@example.org") for about in ("to_take", "for_assigned", "to_feed_back")]
    assert [letter.facts for letter in said(harness, LetterRequested) if letter.about == "taken"] == [{"deputy": "王代表"}]
    numbers = [event.sequence for event in harness.said(taken.id) if event.sequence]
    assert numbers == sorted(set(numbers))


def test_deputies_whom_a_batch_names_are_asked_by_letter_after_one_look_up(harness, desk):
    looked = []

    def people_of(holder, codes):
        looked.append((holder, set(codes)))
        return {code: [Holder(f"某{code}", f"{code}@example.org")] for code in codes if code != "zhao"}

    with harness.database.transaction() as work:
        words = dict.fromkeys(("identity", "duties", "promise", "results"), "")
        for code in ("wang", "li", "zhao"):
            about = {"code": code, "name": code, "level": "county", "term": "第十七届", "state": "active"}
            work.add(deputies, {**about, **words, "sequence": 1, "updated": work.now})
    rows = [{"deputy": word, "external_id": f"x-{number}"} for number, word in enumerate(("wang", "li", "wang", "zhao", "nobody"))]
    rows += [{}, {"deputy": "li", "submitted_at": "2025-03-05T08:00:00+08:00"}]
    whole = [submission(**{"channel": "import", **row}) for row in rows]
    sender = replace_field(harness.sender(), telling=Correspondence(people_of, "https://a.example/entrusted"))
    for _ in range(2):
        with harness.database.transaction() as work:
            submit_many(IntakeStore(work, harness.vault), sender, whole, [new_id() for _ in whole])
    asked = [("to_take", f"{code}@example.org") for code in ("wang", "li", "wang")]
    assert letters(harness) == asked
    assert looked == [("deputy", {"wang", "li", "zhao"})]
    assert all(letter.facts["due"] for letter in said(harness, LetterEntrusted))


def test_what_is_done_twice_is_done_once(harness, desk):
    taken = harness.submit()
    for _ in range(2):
        desk.entrust(taken.id, WANG, None)
    for _ in range(2):
        desk.take(taken.id, "wang")
    answered(harness, desk, taken.id)
    for _ in range(2):
        desk.feed_back(taken.id, "wang", "phone")
    assert [len(said(harness, kind)) for kind in (OpinionTaken, OpinionFedback)] == [1, 1]
    assert len(letters(harness)) == len(set(letters(harness)))


def test_a_reply_that_is_heard_again_when_nobody_remembers_it_sets_no_second_clock(harness, desk):
    taken = harness.submit()
    desk.entrust(taken.id, WANG, None)
    desk.take(taken.id, "wang")
    routing = Routing(taken.id, harness.clock.now())
    replied = routing.replied()
    desk.hear(replied)
    desk.hear(replied)
    assert [message.of for message in said(harness, DutySet)] == ["take", "feedback"]


def test_passing_on_asks_the_next_one_or_the_station(harness, desk):
    taken = harness.submit(channel="station", station=EAST)
    desk.entrust(taken.id, WANG, EAST)
    for _ in range(2):
        desk.pass_on(taken.id, "wang", LI)
    back = desk.pass_on(taken.id, "li", None)
    assert (back.station, back.deputy) == (EAST, None)
    assert [about for about, _ in letters(harness)] == ["to_take"] * 3
    with pytest.raises(NotFound):
        desk.take(taken.id, "wang")
    desk.entrust(taken.id, LI, EAST)
    assert desk.standing(cares, taken.id) == ["asked", "passed_on", "passed_on", "passed_on"]


def test_a_deputy_who_was_not_asked_and_a_station_elsewhere_learn_nothing(harness, desk):
    taken = harness.submit(channel="station", station=EAST)
    desk.entrust(taken.id, WANG, EAST)
    for command, arguments in (
        ("take", ("li",)), ("feed_back", ("li", "visit")), ("pass_on", ("li", WANG)), ("entrust", (LI, "west")),
        ("start", ("west", None, None)),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            getattr(desk, command)(taken.id, *arguments)
    with pytest.raises(NotFound):
        desk.take("nothing", "wang")
    desk.take(taken.id, "wang")
    with pytest.raises(Conflict):
        desk.entrust(taken.id, LI, None)


ENDS = {
    "merged": lambda harness, taken: harness.do(merge, harness.catalogue, taken.id, harness.submit().id),
    "withdrawn": lambda harness, taken: harness.do(withdraw, taken.receipt, None),
    "declined": lambda harness, taken: harness.do(decline, harness.catalogue, taken.id, "court"),
    "erased": lambda harness, taken: harness.do(erase, taken.id),
}


@pytest.mark.parametrize("end", ENDS)
def test_what_ends_a_case_ends_its_cares_and_hops(harness, desk, end):
    channel = "campaign" if end == "declined" else "station"
    taken = harness.submit(channel=channel, station=EAST, submitter={"kind": "citizen", "name": "张三"})
    desk.entrust(taken.id, WANG, None)
    desk.take(taken.id, "wang")
    desk.start(taken.id, EAST, "person-1", LI)
    ENDS[end](harness, taken)
    assert (desk.standing(cares, taken.id), desk.standing(relay_hops, taken.id)) == (["ended"], ["missed", "passed"])
    assert len(said(harness, DutySet)) == len(said(harness, DutyEnded))
    desk.hear(Routing(taken.id, harness.clock.now()).replied())
    assert len(said(harness, DutySet)) == len(said(harness, DutyEnded))


def test_a_relay_of_three_hops_with_one_who_was_late_and_reminded(harness, desk):
    taken = harness.submit(channel="station", station=EAST)
    hop = desk.start(taken.id, EAST, "person-1", WANG)
    harness.clock.instant += timedelta(days=4)
    reminder = ReminderGiven(hop.id, "relay", "deputy", "relay-late", DUE, "wang")
    late = replace(Routing(taken.id, harness.clock.now()).replied(), data=reminder, source="/notify", sequence=1)
    desk.hear(late)
    harness.clock.instant += timedelta(hours=2)
    desk.confirm(taken.id, WANG, "person-2")
    desk.relay_on(taken.id, WANG, None)
    desk.confirm(taken.id, Party("presidium"), "person-3")
    assert [(each.hop, each.role, each.on_time) for each in said(harness, OpinionRelayed)] == [
        (1, "informant", True), (2, "deputy", False), (3, "presidium", True),
    ]  # fmt: skip
    assert [about for about, _ in letters(harness)] == ["to_relay", "late_relay", "to_relay"]
    shown = [line["what"] for line in harness.timeline(taken.id) if line["audience"] is None]
    assert shown[-4:] == ["opinion.relayed", "reminder.given", "opinion.relayed", "opinion.relayed"]


def test_one_who_acted_while_the_reminder_was_on_its_way_gets_no_letter(harness, desk):
    taken = harness.submit(channel="station", station=EAST)
    hop = desk.start(taken.id, EAST, "person-1", WANG)
    desk.confirm(taken.id, WANG, "person-2")
    reminder = ReminderGiven(hop.id, "relay", "deputy", "relay-late", DUE, "wang")
    desk.hear(replace(Routing(taken.id, harness.clock.now()).replied(), data=reminder, source="/notify", sequence=1))
    assert [about for about, _ in letters(harness)] == ["to_relay"]
