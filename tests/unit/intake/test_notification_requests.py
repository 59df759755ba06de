"""Letters: reachable submitters and co-signers are notified through notify alone, and no other service learns of it."""

from __future__ import annotations

import json

import pytest

from services.contracts.envelope import EncodedEvent, encode
from services.contracts.messages.assignments import AssignmentAdvised, AssignmentCreated
from services.contracts.messages.supervision import PromiseKept
from services.contracts.topology import LETTERS
from services.intake import consumer
from services.intake.domain.receipt.receipts import show_receipt
from services.intake.domain.reviewing import Terms
from services.intake.handlers.merging import merge
from services.intake.handlers.reviewing import accept, decline, return_
from services.intake.handlers.submitter import add_details, withdraw
from services.intake.store.reading import REACHABLE_COSIGNERS, REACHABLE_SUBMITTERS
from services.runtime.store.migrate import STORE, migrate
from tests.unit.intake.harness import DUE, TOWN, WINDOW, Routing
from tests.unit.intake.opinions import FORM

PERSON = {"kind": "citizen", "name": "沈秀兰", "phone": "13900001111"}
SIGNERS = [{"kind": "citizen", "email": "zhou@example.org"}, {"kind": "citizen", "name": "没有留联系方式"}]


def told(harness):
    """(what about, whose receipt, the facts) of each letter."""
    return [(letter.about, letter.receipt, dict(letter.facts)) for letter in harness.letters()]


def new(harness, taken):
    """The letters since the submission."""
    return [(about, facts) for about, receipt, facts in told(harness) if receipt == show_receipt(taken.receipt)][1:]


@pytest.fixture
def reachable(harness):
    return harness.submit(channel="campaign", submitter=PERSON, cosigners=SIGNERS)


def test_whoever_can_be_reached_is_told_that_it_arrived_with_their_own_receipt(harness, reachable):
    first, second = harness.letters()
    assert (first.about, first.receipt, first.title) == ("received", show_receipt(reachable.receipt), FORM["title"])
    assert (first.name, first.phone, first.email) == ("沈秀兰", "13900001111", None)
    assert (second.receipt, second.name, second.phone, second.email) == (
        show_receipt(reachable.cosigners[0]), None, None, "zhou@example.org",
    )  # fmt: skip


@pytest.mark.parametrize(
    "submitter", [None, {"kind": "citizen"}, {"kind": "citizen", "name": "沈秀兰"}, {"kind": "group", "phone": ""}]
)
def test_who_cannot_be_reached_gets_no_letter_whatever_happens(harness, submitter):
    taken = harness.submit(channel="campaign", submitter=submitter, cosigners=[SIGNERS[1]])
    harness.do(return_, taken.id, "？")
    harness.do(add_details, taken.receipt, "。")
    harness.do(accept, TOWN, taken.id, Terms())
    routing = Routing(taken.id, harness.clock.now())
    harness.consume(
        routing.created(), routing.replied(), routing.says(PromiseKept("a-1", "water", "p", "修好", "。", DUE, True, WINDOW))
    )
    declined = harness.submit(channel="campaign", submitter=submitter)
    harness.do(decline, TOWN, declined.id, "court")
    assert harness.letters() == []


def test_a_question_and_a_refusal_are_told(harness, reachable):
    harness.do(return_, reachable.id, "是哪座桥？")
    harness.do(add_details, reachable.receipt, "东街桥。")
    harness.do(decline, TOWN, reachable.id, "court")
    assert new(harness, reachable) == [
        ("returned", {"question": "是哪座桥？"}), ("declined", {"reason": "诉讼", "advice": "请走法律程序"}),
    ]  # fmt: skip
    assert [about for about, receipt, _ in told(harness) if receipt == show_receipt(reachable.cosigners[0])] == [
        "received", "returned", "declined",
    ]  # fmt: skip


def test_who_has_it_what_was_answered_and_what_was_kept_are_told(harness, reachable):
    harness.do(accept, TOWN, reachable.id, Terms())
    routing = Routing(reachable.id, harness.clock.now())
    harness.consume(
        routing.created(), routing.beside("roads", "co_handler"), routing.beside("petitions", "separate", "a-3"), routing.signed(),
        routing.progressed(), routing.replied(),
        routing.says(AssignmentAdvised("a-2", "roads", "water", "co_handler", "内部意见。", DUE, True)),
        routing.says(AssignmentAdvised("a-3", "petitions", "water", "separate", "我们的部分。", DUE, True)),
        routing.says(PromiseKept("a-1", "water", "p", "修好", "验收单。", DUE, True, WINDOW)), routing.concluded(),
    )  # fmt: skip
    assert new(harness, reachable) == [
        ("assigned", {"department": "水利站", "due": DUE.isoformat()}),
        ("replied", {"department": "水利站", "outcome": "solved", "evaluate_by": WINDOW.isoformat()}),
        ("replied", {"department": "信访办"}),
        ("kept", {"department": "水利站", "what": "修好", "evaluate_by": WINDOW.isoformat()}),
    ]  # fmt: skip


def test_several_cases_heard_together_are_told_to_their_own_people(harness):
    cases = [harness.submit(submitter={"kind": "citizen", "phone": f"1390000{number}"}) for number in range(1000, 1003)]
    events = [Routing(case.id, harness.clock.now()).created() for case in cases]
    with harness.database.transaction() as work:
        consumer.handle(harness.intake, work, [EncodedEvent(event, encode(event)) for event in events])
    assigned = [(letter.receipt, letter.phone) for letter in harness.letters() if letter.about == "assigned"]
    assert assigned == [(show_receipt(case.receipt), f"1390000{number}") for number, case in enumerate(cases, 1000)]


def test_who_was_merged_into_a_case_is_told_of_its_answer(harness, reachable):
    case = harness.submit()
    harness.do(merge, harness.catalogue, reachable.id, case.id)
    routing = Routing(case.id, harness.clock.now())
    harness.consume(routing.created(), routing.replied())
    assert [about for about, _ in new(harness, reachable)] == ["assigned", "replied"]
    assert {letter.title for letter in harness.letters()} == {FORM["title"]}


def test_who_joins_a_case_late_is_told_what_was_said_in_it(harness):
    case, early, late = harness.submit(), harness.submit(submitter=PERSON), harness.submit(submitter=PERSON)
    routing = Routing(case.id, harness.clock.now())
    harness.consume(routing.created(), Routing(late.id, harness.clock.now()).created())
    harness.do(merge, harness.catalogue, early.id, case.id)
    assert [about for about, _ in new(harness, early)] == ["assigned"]
    harness.consume(routing.replied())
    assert [about for about, _ in new(harness, early)] == ["assigned", "replied"]
    harness.do(merge, harness.catalogue, late.id, case.id)
    assert [about for about, _ in new(harness, late)] == ["assigned", "replied"]


def test_what_was_taken_back_or_is_handled_elsewhere_is_not_written_about_late(harness):
    withdrawn, merged, case = harness.submit(submitter=PERSON), harness.submit(submitter=PERSON), harness.submit()
    harness.do(withdraw, withdrawn.receipt, None)
    harness.do(merge, harness.catalogue, merged.id, case.id)
    for taken in (withdrawn, merged):
        harness.consume(Routing(taken.id, harness.clock.now()).created())
    assert {letter.about for letter in harness.letters()} == {"received"}


def test_letters_go_to_notify_alone_and_leave_no_gap_among_the_messages(harness, reachable):
    harness.do(return_, reachable.id, "？")
    harness.do(add_details, reachable.receipt, "。")
    letters = [row for row in harness.outbox() if b"letter.requested" in row["body"]]
    assert len(letters) == 4
    for row in letters:
        assert json.loads(row["destinations"]) == [[LETTERS, "notify.letters"]]
        assert json.loads(row["body"])["sequence"] == 0
    assert [event.sequence for event in harness.said(reachable.id)] == [1, 2, 3]


def test_a_letter_is_asked_for_with_its_change_or_not_at_all(harness, reachable):
    before = harness.letters()

    def fail(store):
        return_(store, reachable.id, "？")
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        harness.do(fail)
    assert harness.letters() == before


def test_a_department_without_a_name_is_told_by_its_code(harness, reachable):
    routing = Routing(reachable.id, harness.clock.now(), "closed-since")
    event = routing.created()
    assert isinstance(event.data, AssignmentCreated)
    harness.consume(event)
    assert new(harness, reachable)[-1][1]["department"] == "closed-since"


def count_values(connection, rows=100_000):
    """Let the store count its values, and take what all its opinions have in common for common to so many."""
    connection.exec_driver_sql("ANALYZE")
    for index, counts in connection.exec_driver_sql("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'opinions'").all():
        all_rows, *_ = numbers = counts.split()
        known = [str(rows) if each == all_rows else each for each in numbers]
        connection.exec_driver_sql("UPDATE sqlite_stat1 SET stat = ? WHERE idx = ?", (" ".join(known), index))
    connection.exec_driver_sql("ANALYZE sqlite_schema")


def plan_of(connection, query):
    named = query.params(cases=[str(number) for number in range(200)])
    text = named.compile(connection.engine, compile_kwargs={"literal_binds": True})
    return [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]


def scans(plan):
    """The list itself is read as a table."""
    return [step for step in plan if step.startswith("SCAN") and "json_each" not in step]


@pytest.mark.parametrize("query", [REACHABLE_SUBMITTERS, REACHABLE_COSIGNERS])
@pytest.mark.parametrize("counted", [False, True])
def test_whom_to_write_to_is_found_without_reading_what_others_have_told(harness, query, counted):
    for _ in range(20):
        harness.submit()
    with harness.database.transaction() as work:
        if counted:
            count_values(work.connection)
    with harness.database.reading() as connection:
        plan = plan_of(connection, query)
    assert any("sqlite_autoindex_opinions_1 (id=?)" in step for step in plan), plan
    assert not scans(plan), plan


def test_what_somebody_counted_while_a_file_was_small_is_forgotten_at_the_next_start(harness):
    """Of a few opinions SQLite reads all to find some, and it would go on to do so with a million."""
    for _ in range(3):
        harness.submit()
    with harness.database.transaction() as work:
        work.connection.exec_driver_sql("ANALYZE")
    with harness.database.reading() as connection:
        assert scans(plan_of(connection, REACHABLE_SUBMITTERS))
    migrate(harness.database, STORE, "runtime")
    with harness.database.reading() as connection:
        assert not scans(plan_of(connection, REACHABLE_SUBMITTERS))
