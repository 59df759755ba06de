"""Sealing, changing keys, erasing and retention, on both kinds of store, also concurrently."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks.scan import reads
from services.contracts.people.grants import grant_of
from services.intake.__main__ import Sealer
from services.intake.app.constituency.telling import correspondence
from services.intake.app.context import Intake
from services.intake.domain.people import Person, Persons
from services.intake.domain.submission.capacity import CapacityLimits
from services.intake.domain.timeline import TimelineEntry
from services.intake.gateway.capacity import Capacity
from services.intake.handlers.erasing import erase
from services.intake.handlers.taking import Sender, submit_many
from services.intake.store.contacts import after, in_the_clear, outlived, reseal
from services.intake.store.reading import find_persons
from services.intake.store.tables import opinions, signers
from services.intake.store.writing import IntakeStore
from services.runtime.clock import new_id
from services.runtime.process.catalogue import InUse, same
from services.runtime.store.vault import Vault
from services.runtime.web.access import tokens as access
from tests.unit.intake.harness import KEY, MIGRATIONS, TOWN
from tests.unit.intake.opinions import submission
from tests.visitors import accounts_in

OLD, BOTH = Vault([KEY]), Vault(["another-key-for-tests-as-long-as-a-key-has-to-be", KEY])
PERSON = {"kind": "citizen", "name": "标记甲", "phone": "13700000001"}
HOME = {"address": "标记巷 3 号", "latitude": 27.99421, "longitude": 120.69934}


@pytest.fixture
def intake(any_database):
    database = any_database("intake", Path(MIGRATIONS))
    access.tables.create_all(database.engine)
    capacity = Capacity(database, CapacityLimits(1_000_000, 0))
    return Intake(database, InUse(TOWN, same), OLD, capacity, accounts_in(database, OLD))


def submit(intake, count, vault=OLD):
    ids = sorted(new_id() for _ in range(count))
    sent = submission(submitter=PERSON, cosigners=[PERSON], relay=["标记丁"], location=HOME)
    with intake.database.transaction() as work:
        sender = Sender(TOWN, intake.capacity, grant_of("admin"), correspondence(intake))
        submit_many(IntakeStore(work, vault), sender, [sent for _ in ids], ids)
    return ids


def everything(intake):
    """All that a store says of persons, as text."""
    with intake.database.reading() as connection:
        rows = [*connection.execute(sa.select(opinions)), *connection.execute(sa.select(signers))]
    return repr(rows)


def test_what_was_in_the_clear_is_sealed(intake):
    submit(intake, 4)
    with intake.database.transaction() as work:
        work.execute(opinions.update().values(personal=None, submitter=PERSON, relay=["标记丁"], deputy="标记己"))
        work.execute(signers.update().values(personal=None, name="标记乙", phone="13700000002"))
    submit(intake, 2)
    assert "标记甲" in everything(intake)
    turn = Sealer(intake).turn
    assert [turn(), turn()] == [True, False]
    assert [
        mark for mark in ("标记甲", "标记乙", "标记丁", "标记己", "1370000000", "标记巷", "27.994") if mark in everything(intake)
    ] == []
    with intake.database.reading() as connection:
        persons = find_persons(connection, OLD, after(connection, None, 1)[0])
        assert persons == Persons(Person(**PERSON), ("标记丁",), "标记己")


def effort(intake, last=None):
    """What a look for personal data in the clear reads, as the database itself says."""
    with intake.database.transaction() as work:
        if not intake.database.is_sqlite:
            work.execute(sa.text("ANALYZE"))
        return reads(work, lambda: in_the_clear(work.connection, last, 500))


def test_a_look_for_what_is_in_the_clear_reads_no_more_where_much_is_sealed_than_where_nothing_is(intake):
    none = effort(intake)
    ids = submit(intake, 300)
    assert effort(intake) == none
    assert effort(intake, ids[7]) <= none + 20
    with intake.database.transaction() as work:
        work.execute(opinions.update().where(opinions.c.id == ids[5]).values(personal=None, deputy="标记己"))
        work.execute(signers.update().where(signers.c.opinion == ids[9]).values(personal=None, phone="13700000002"))
    assert none < effort(intake) < none + 100
    with intake.database.reading() as connection:
        assert in_the_clear(connection, None, 500) == [ids[5], ids[9]]
        assert in_the_clear(connection, None, 1) == [ids[5]]
        assert in_the_clear(connection, ids[5], 500) == [ids[9]]
    turn = Sealer(intake).turn
    assert [turn(), turn()] == [True, False]
    assert effort(intake) == none


def test_everything_is_sealed_anew_while_people_submit_and_are_erased(intake):
    ids = submit(intake, 40)
    done = threading.Event()

    def disturb():
        for opinion in ids[::4]:
            submit(intake, 1, BOTH)
            with intake.database.transaction() as work:
                erase(IntakeStore(work, BOTH), opinion)
        done.set()

    other = threading.Thread(target=disturb)
    other.start()
    while True:
        last, renewed = None, 0
        while True:
            with intake.database.reading() as connection:
                some = after(connection, last, 7)
            if not some:
                break
            with intake.database.transaction() as work:
                result = reseal(work, BOTH, some)
            assert result.broken == 0
            last, renewed = some[-1], renewed + result.renewed
        if done.is_set() and not renewed:
            break
    other.join()
    newest = Vault(["another-key-for-tests-as-long-as-a-key-has-to-be"])
    with intake.database.reading() as connection:
        sealed = [*connection.scalars(sa.select(opinions.c.personal)), *connection.scalars(sa.select(signers.c.personal))]
        erased = connection.scalars(sa.select(opinions.c.id).where(opinions.c.personal.is_(None))).all()
    assert {str(newest.open(each)) for each in sealed if each} == {
        str({"submitter": PERSON, "relay": ["标记丁"], "location": HOME}), str({"name": "标记甲", "phone": "13700000001"}),
    }  # fmt: skip
    assert sorted(erased) == sorted(ids[::4])
    assert sum(each is not None for each in sealed) == 2 * (40 + 10 - 10)


def test_old_cases_are_found_and_let_go_of(intake, clock):
    ids = submit(intake, 6)
    with intake.database.transaction() as work:
        work.execute(opinions.update().where(opinions.c.id.in_(ids[:4])).values(state="concluded"))
        work.execute(opinions.update().where(opinions.c.id == ids[3]).values(state="merged", merged_into=ids[4]))
    clock.instant += timedelta(days=10)
    with intake.database.transaction() as work:
        IntakeStore(work, OLD).record(ids[1], TimelineEntry(work.now, "assignment.rechecked", "supervisor", {}))
    with intake.database.reading() as connection:
        found = outlived(connection, clock.now() - timedelta(days=5), None, 10)
    assert found == [ids[0], ids[2]]
    with intake.database.transaction() as work:
        assert [erase(IntakeStore(work, OLD), each, content=True).persons for each in found] == [2, 2]
    with intake.database.reading() as connection:
        assert outlived(connection, clock.now() - timedelta(days=5), None, 10) == []
        assert find_persons(connection, OLD, ids[0]) == Persons()
