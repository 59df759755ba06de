"""What is saved of a case is what is loaded again, on both kinds of store."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from services.contracts.commands import Pause, Progress, Reply, Resume, Sign
from services.contracts.lifecycle import State
from services.contracts.messages.values import Learned, Likely, Outcome, Promise, ReplyItem
from services.routing.domain.assignment import Assignment
from services.routing.domain.case import Case
from services.routing.domain.choice import Router
from services.routing.domain.moves.lead import Lead
from services.routing.domain.moves.promising import TrackedPromise
from services.routing.domain.moves.ruling import Ruling, rule
from services.routing.handlers import events
from services.routing.store.cases import RoutingStore
from services.runtime.store.database import Database
from tests.stores import MakeDatabase
from tests.unit.routing.bureau import MIGRATIONS, TOWN, accepted


@pytest.fixture
def database(any_database: MakeDatabase) -> Database:
    return any_database("routing", MIGRATIONS)


def begin(database: Database, opinion: str = "o-1", title: str = "内涝") -> None:
    with database.transaction() as work:
        events.assign(RoutingStore(work, TOWN), Router(TOWN), accepted(opinion, title))


def loaded(database: Database, opinion: str = "o-1") -> Case:
    """A case as a transaction finds it, with its promises."""
    with database.transaction() as work:
        store = RoutingStore(work, TOWN)
        case = store.case(opinion)
        assert case is not None
        store.load_promises(case)
        return case


def by_id(case: Case) -> dict[str, Assignment]:
    return {each.id: each for each in case.assignments}


def lead_of(case: Case | None) -> Lead:
    assert case is not None
    assert case.lead is not None
    return case.lead


def test_every_field_of_an_assignment_is_kept(database: Database) -> None:
    begin(database)
    promise = Promise("换管道", database.clock.now() + timedelta(30), "水利站")
    with database.transaction() as work:
        store = RoutingStore(work, TOWN)
        case = store.case("o-1")
        lead, instants = lead_of(case), iter(work.now + timedelta(minutes=place) for place in range(100))
        for field in dataclasses.fields(Assignment):
            kind = field.type.removesuffix(" | None")
            known = {"str": f"{field.name}!", "int": 7, "bool": True, "float": 0.25, "datetime": next(instants)}
            if kind in known and field.name not in ("id", "opinion", "department", "updated"):
                setattr(lead, field.name, known[kind])
        lead.state, lead.outcome, lead.counted = State.PAUSED, Outcome.PLANNED, "rework"
        lead.terms, lead.made = {"reply": "15wd"}, {"round": 7, "progress": 2}
        lead.learned = Learned(7, (Likely("water", 0.75), Likely("roads", 0.25)), ("河堤",))
        lead.waited = ((work.now, work.now + timedelta(1)), (work.now + timedelta(2), work.now + timedelta(3)))
        lead.promise, lead.items = promise, (ReplyItem("修堤", "已列入。", Outcome.PLANNED, promise),)
        lead.draft = Reply("已列入计划。", Outcome.PLANNED, promise, lead.items)
        assert case is not None
        store.save(case)
    again = lead_of(loaded(database))
    assert again == lead
    assert None not in (getattr(again, field.name) for field in dataclasses.fields(again) if field.name != "lead")


def test_what_was_not_changed_is_not_written(database: Database) -> None:
    begin(database)
    before = loaded(database)
    with database.transaction() as work:
        store = RoutingStore(work, TOWN)
        case = store.case("o-1")
        assert case is not None
        lead_of(case).act(case, Sign())
        store.save(case)
    after = loaded(database)
    assert lead_of(after).state is State.SIGNED
    assert after.parts == before.parts


def test_a_case_that_is_saved_again_and_again_in_one_transaction_ends_as_it_was_last(database: Database) -> None:
    begin(database)
    with database.transaction() as work:
        store = RoutingStore(work, TOWN)
        for command in (Progress("。", "phone"), Sign(), Pause("。"), Resume(), Progress("。")):
            case = store.case("o-1")
            assert case is not None
            lead_of(case).act(case, command)
            store.save(case)
    assert lead_of(loaded(database)) == lead_of(case)
    assert lead_of(case).state is State.SIGNED


def test_a_promise_is_made_and_kept_in_one_transaction(database: Database) -> None:
    begin(database)
    with database.transaction() as work:
        store = RoutingStore(work, TOWN)
        case = store.case("o-1")
        assert case is not None
        case.promise(lead_of(case), [Promise("换管道", work.now + timedelta(30))])
        store.save(case)
        (promise,) = case.promises
        promise.state, promise.kept, promise.evidence, promise.supervision = "broken", work.now, "照片", "s-1"
        store.load_promises(case)
        store.save(case)
    (found,) = loaded(database).promises
    assert (found, type(found)) == (promise, TrackedPromise)


def test_one_lead_makes_room_for_the_next_also_beside_a_new_case(database: Database) -> None:
    begin(database)
    with database.transaction() as work:
        store = RoutingStore(work, TOWN)
        events.assign(store, Router(TOWN), accepted("o-2", "河堤塌了一段"))
        case = store.case("o-1")
        assert case is not None
        lead = lead_of(case)
        lead.state, lead.proposed = State.OBJECTED, "roads"
        rule(case, lead, Ruling("objection", True, "归路政。"), "token", ())
        store.save(case)
    again = loaded(database)
    assert by_id(again) == by_id(case)
    assert (lead_of(again).department, lead_of(loaded(database, "o-2")).department) == ("roads", "water")
