"""What a department has not acted on is sent to it again once its queue is empty, and less and less often."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.routing.gateway.resending import RESTS, Resending
from services.routing.store.unsigned import forget_done
from services.runtime.store import journal
from services.runtime.store.journal_tables import addressed_table
from services.runtime.store.outgoing.outbox import outbox_table


@pytest.fixture
def sent(bureau):
    """Three opinions of one department that were published and heard, and what the outbox has after that: nothing."""
    rows = [bureau.let_in(f"0193aaaa-0000-7000-8000-00000000000{number}") for number in range(3)]
    with bureau.database.transaction() as work:
        journal.keep(work.connection, list(work.connection.execute(sa.select(outbox_table.c.id)).scalars()), work.now.timestamp())
        work.execute(outbox_table.delete())
        journal.open_listings(work.connection, work.now.timestamp(), work.now.timestamp())
        for number in range(1, journal.last_number(work.connection) + 1):
            journal.answered(work.connection, number, (), settled=True)
    return rows


def outbox(bureau):
    with bureau.database.reading() as connection:
        return list(connection.execute(sa.select(outbox_table.c.message_id).order_by(outbox_table.c.id)).scalars())


def test_an_empty_queue_gets_what_nobody_acted_on_and_a_full_one_nothing(bureau, sent):
    queue, depth = f"department.{sent[0]['department']}", {"is": 3}
    resending = Resending(bureau.database, lambda queues: dict.fromkeys(queues, depth["is"]))
    bureau.do(sent[0]["id"], "sign", None, sent[0]["department"])
    with bureau.database.transaction() as work:
        work.execute(outbox_table.delete())
        kept = list(work.connection.execute(sa.select(addressed_table.c.message_id).order_by(addressed_table.c.id)).scalars())
    resending.look()
    bureau.clock.instant += RESTS[0] + timedelta(seconds=1)
    resending.look()
    assert outbox(bureau) == []
    depth["is"] = 0
    resending.look()
    assert outbox(bureau) == kept[1:]
    with bureau.database.transaction() as work:
        assert set(work.execute(sa.select(outbox_table.c.destinations)).scalars()) == {f'[["huiying.departments","{queue}"]]'}
        work.execute(outbox_table.delete())
    resending.look()
    assert outbox(bureau) == []
    bureau.clock.instant += RESTS[1] + timedelta(seconds=1)
    resending.look()
    assert outbox(bureau) == kept[1:]


def test_a_department_without_a_queue_gets_nothing_again(bureau, sent):
    resending = Resending(bureau.database, lambda queues: dict.fromkeys(queues, 0), lambda: {sent[0]["department"]})
    bureau.clock.instant += RESTS[0] + timedelta(seconds=1)
    resending.look()
    assert outbox(bureau) == []


def test_what_was_acted_on_is_forgotten_after_two_days_and_the_rest_is_not(bureau, sent):
    bureau.do(sent[0]["id"], "sign", None, sent[0]["department"])
    bureau.clock.instant += timedelta(seconds=journal.KEEP_SECONDS + 60)
    with bureau.database.transaction() as work:
        assert forget_done(work.connection, work.now.timestamp()) == 1
        assert work.execute(sa.select(sa.func.count()).select_from(addressed_table)).scalar() == 2
