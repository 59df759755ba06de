"""What was erased of opinions comes back into routing in no order of messages, however often they are heard."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.contracts.envelope import Event
from services.contracts.messages.merging import OpinionJoined
from services.contracts.messages.opinions import LetterErased, OpinionDetailed
from services.contracts.messages.values import Message, OpinionText
from services.routing.consumer import subscriptions
from services.routing.store.tables import tables
from services.runtime.clock import FixedClock, new_id
from services.runtime.messaging.subscription import TooEarly
from services.runtime.store.database import Database
from tests.integration.relaying import until
from tests.stores import MakeDatabase
from tests.unit.routing.bureau import MIGRATIONS, Bureau, accepted, at

SAID, ADDED, INSTEAD = "王家门口的河堤", "王家在东街三号", "内容已删除"
NUMBERS = count(1)
START = at("2026-11-23T10:00:00")


def words(database: Database) -> set[tuple[str, str]]:
    """Which tables have which of the words that were erased."""
    with database.reading() as connection:
        rows = {name: repr(connection.execute(sa.select(table)).all()) for name, table in tables.tables.items()}
    return {(name, text) for name, text_of in rows.items() for text in (SAID, ADDED) if text in text_of}


def life(one: str, other: str) -> list[Event]:
    """Two opinions, of which the other is merged into the first; both tell more, and both are erased, one of them twice."""
    gone = [LetterErased(OpinionText(each, INSTEAD, "依申请删除。")) for each in (one, other, other)]
    told: Sequence[tuple[str, Message]] = [
        (one, accepted(one, SAID, SAID, "rivers")), (one, OpinionDetailed(ADDED)),
        (one, OpinionJoined(OpinionText(other, SAID, SAID, "rivers"))), (one, OpinionDetailed(ADDED, merged=other)),
        *((each.opinion.id, each) for each in gone),
    ]  # fmt: skip
    return [
        Event(new_id(), "/intake", subject, START + timedelta(minutes=number), number, message)
        for number, (subject, message) in enumerate(told)
    ]


def hear(bureau: Bureau, batches: Sequence[Sequence[Event]]) -> None:
    """Hear batches in this order; what comes too early is heard again after all others, one by one."""
    (receive, _), waiting = subscriptions(bureau.service), [list(batch) for batch in batches]
    while waiting:
        early: list[list[Event]] = []
        for batch in waiting:
            try:
                with bureau.database.transaction() as work:
                    receive.handle(work, batch)
            except TooEarly:
                early += [[event] for event in batch] if len(batch) > 1 else [batch]
        assert len(early) < len(waiting) or any(len(batch) > 1 for batch in waiting)
        waiting = early


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_order_of_messages_brings_back_what_was_erased(
    sqlite_database: MakeDatabase, clock: FixedClock, data: st.DataObject
) -> None:
    number = next(NUMBERS)
    bureau, one, other = Bureau(sqlite_database(f"routing-{number}", MIGRATIONS), clock), f"o-{number}", f"p-{number}"
    events = data.draw(st.permutations(life(one, other)))
    size = data.draw(st.integers(1, len(events)))
    hear(bureau, [events[start : start + size] for start in range(0, len(events), size)])
    assert words(bureau.database) == set()
    (lead,) = bureau.leads(one)
    assert (lead["title"], lead["erased"]) == (INSTEAD, True)
    # What was heard of it after it was erased was told to no department either.
    if isinstance(events[0].data, LetterErased) and events[0].data.opinion.id == one and size == 1:
        assert SAID not in repr([event.data for event in bureau.said(one) if event.type == "assignment.created"])


def test_what_a_merged_submitter_added_goes_with_their_words_alone(sqlite_database: MakeDatabase, clock: FixedClock) -> None:
    bureau = Bureau(sqlite_database("routing", MIGRATIONS), clock)
    let_in, _, joined, detailed, _, other_erased, _ = life("o-1", "p-1")
    hear(bureau, [[let_in, joined, detailed]])
    assert ("joined", ADDED) in words(bureau.database)
    hear(bureau, [[other_erased]])
    assert words(bureau.database) - {("outbox", SAID), ("outbox", ADDED)} == {("assignments", SAID)}


def test_what_is_told_after_something_was_erased_is_new(sqlite_database: MakeDatabase, clock: FixedClock) -> None:
    bureau = Bureau(sqlite_database("routing", MIGRATIONS), clock)
    hear(bureau, [life("o-1", "p-1")])
    new = Event(new_id(), "/intake", "o-1", START + timedelta(days=1), 9, OpinionDetailed("另有一处。"))
    hear(bureau, [[new]])
    assert "另有一处。" in bureau.of("o-1")["content"]


def test_what_is_kept_while_it_is_erased_is_erased_too(postgres_database: MakeDatabase, clock: FixedClock) -> None:
    bureau = Bureau(postgres_database("routing", MIGRATIONS), clock)
    receive, _ = subscriptions(bureau.service)
    said, *_, erased, _, _ = life("o-1", "p-1")
    with ThreadPoolExecutor(1) as beside:
        with bureau.database.transaction() as work:
            receive.handle(work, [said])
            erasing = beside.submit(hear, bureau, [[erased]])
            until(lambda: waits_for_a_table(bureau.database))
        erasing.result(60)
    assert words(bureau.database) == set()
    assert bureau.of("o-1")["title"] == INSTEAD


def waits_for_a_table(database: Database) -> bool:
    with database.reading() as connection:
        query = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'")
        return bool(connection.execute(query).scalar())
